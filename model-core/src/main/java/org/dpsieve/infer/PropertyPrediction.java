package org.dpsieve.infer;

/**
 * What one model says of a property of one frame.
 *
 * @param value of the frame, [dimension]
 * @param atomic of its atoms in their own order, row-major [nAtoms, dimension]
 */
public record PropertyPrediction(double[] value, double[] atomic) {}
