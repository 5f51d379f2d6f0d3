package org.dpsieve.kernel.reference;

/**
 * An atom, or an image of one, in reach of another.
 *
 * @param atom whose force it carries
 * @param type of that atom
 * @param square of its distance, Å², in single precision: what the order goes by
 * @param difference its position less the centre's, Å, [3]
 */
record Neighbor(int atom, int type, float square, double[] difference) {
  /** Å, in double precision. */
  double distance() {
    return Math.sqrt(
        difference[0] * difference[0]
            + difference[1] * difference[1]
            + difference[2] * difference[2]);
  }

  /** A slope by the distance as a gradient by the difference, [3]. */
  double[] along(double slope) {
    double r = distance();
    return new double[] {
      slope * difference[0] / r, slope * difference[1] / r, slope * difference[2] / r
    };
  }
}
