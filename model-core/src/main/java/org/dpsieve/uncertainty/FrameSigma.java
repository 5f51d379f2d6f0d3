package org.dpsieve.uncertainty;

import org.dpsieve.infer.Prediction;

/**
 * An ensemble's prediction of a frame and its standard deviations: what a model of the ensemble is
 * expected to be off, root mean square over the models. NaN where nothing is known: an element
 * without labels, a geometry that makes no sense.
 *
 * @param models predictions, [models]
 * @param energy eV per atom
 * @param force eV/Å, largest over the atoms; of an atom the square root of the sum over its three
 *     components
 * @param rmsForce eV/Å, root mean square over all components
 * @param modelEnergy energy by model, [models]
 * @param modelForce force by model, [models]; models that share a draw share the number
 * @param component eV/Å, of each component of an atom's force, [nAtoms]
 */
public record FrameSigma(
    Prediction[] models,
    double energy,
    double force,
    double rmsForce,
    double[] modelEnergy,
    double[] modelForce,
    double[] component) {}
