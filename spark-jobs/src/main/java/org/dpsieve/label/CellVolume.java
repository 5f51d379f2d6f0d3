package org.dpsieve.label;

/** Volume of a cell. */
public final class CellVolume {
  private CellVolume() {}

  /**
   * Å^3.
   *
   * @param cell lattice vectors as rows, Å, row-major [3, 3]
   */
  public static double of(double[] cell) {
    return Math.abs(signed(cell));
  }

  /** a · (b × c), negative when left-handed, Å^3. */
  static double signed(double[] cell) {
    return cell[0] * (cell[4] * cell[8] - cell[5] * cell[7])
        - cell[1] * (cell[3] * cell[8] - cell[5] * cell[6])
        + cell[2] * (cell[3] * cell[7] - cell[4] * cell[6]);
  }
}
