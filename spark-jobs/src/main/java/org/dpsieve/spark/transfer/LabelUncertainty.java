package org.dpsieve.spark.transfer;

import org.dpsieve.uncertainty.Reliability;

/**
 * How far labels predicted from old ones ({@link org.dpsieve.uncertainty.LabelEnsemble}) are off on
 * labelled frames left out.
 *
 * @param energyFactor of standard deviations of energies; NaN where no label could be left out
 * @param forceFactor the same of forces
 * @param reliability on those frames
 */
public record LabelUncertainty(double energyFactor, double forceFactor, Reliability reliability) {}
