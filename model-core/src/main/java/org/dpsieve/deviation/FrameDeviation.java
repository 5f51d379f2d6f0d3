package org.dpsieve.deviation;

/**
 * How far the models of an ensemble disagree on one frame, by {@code dp model-devi}'s names. Virial
 * deviations are per atom, eV; forces eV/Å (both without unit when relative); energy per atom, eV.
 *
 * @param atomDeviF force deviation of every atom, [nAtoms]
 */
public record FrameDeviation(
    double maxDeviV,
    double minDeviV,
    double avgDeviV,
    double maxDeviF,
    double minDeviF,
    double avgDeviF,
    double deviE,
    double[] atomDeviF) {}
