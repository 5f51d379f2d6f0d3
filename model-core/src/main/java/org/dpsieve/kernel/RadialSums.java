package org.dpsieve.kernel;

/**
 * What {@link Dpa4cDescriptor} does per neighbor and table column. A table's line holds the
 * polynomials of g and of the neighbors' other functions in t; {@code pitch} apart are its powers.
 * Not for two threads at once.
 */
interface RadialSums {
  /** Numbers in a row of columns: {@link EmbeddingTable#LINE} divides it. */
  static int padded(int count) {
    return EmbeddingTable.pitch(count);
  }

  /**
   * Adds sum over pairs of chi g to {@code scalar}, and of weight_h g to row h of {@code angular}.
   *
   * @param pairs those from {@code from} to {@code to}, whose lines are in {@code lines}
   * @param scalar [padded columns]
   * @param angular row-major [harmonics, padded shared]
   */
  void add(Dpa4cPairs pairs, double[] lines, int from, int to, double[] scalar, double[] angular);

  /**
   * What the energy's slope by the sums makes of each pair: of {@code pairs}, {@code value0} is sum
   * over columns of scalar g, {@code slope0} the same of dg/dd, {@code value} and {@code slope} by
   * harmonic sums over the shared columns of angular g and angular dg/dd.
   *
   * @param scalar dE/d(sum chi g), [padded columns]
   * @param angular dE/d(sum weight g), by column: row-major [shared, padded harmonics]
   */
  void gradients(
      Dpa4cPairs pairs, double[] lines, int from, int to, double[] scalar, double[] angular);
}
