package org.dpsieve.kernel.reference;

/**
 * An atom, or an image of one, in reach of another.
 *
 * @param atom whose force it carries
 * @param type of that atom
 * @param square of its distance, Å², in single precision: what the order goes by
 * @param difference its position less the centre's, Å, [3]
 */
record Neighbour(int atom, int type, float square, double[] difference) {}
