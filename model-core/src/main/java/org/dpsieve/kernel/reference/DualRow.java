package org.dpsieve.kernel.reference;

import org.dpsieve.model.SmoothSwitch;

/**
 * One neighbor's switch and its row of the environment matrix ({@code
 * deepmd/dpmodel/utils/env_mat.py}), by the differences of all neighbors.
 *
 * @param sw the switch
 * @param row w/(r + p), w x/(r + p)², w y/(r + p)², w z/(r + p)², before normalisation
 */
record DualRow(Dual sw, Dual[] row) {
  /**
   * @param index of the neighbor among {@code count}
   */
  static DualRow of(
      Neighbor neighbor, int index, int count, SmoothSwitch smoothing, double protection) {
    Dual[] x = new Dual[3];
    for (int a = 0; a < 3; a++) {
      x[a] = Dual.variable(neighbor.difference()[a], 3 * count, 3 * index + a);
    }
    Dual r = Dual.dot(x, x, 0, 3).root();
    Dual sw = r.map(smoothing.value(r.value()), smoothing.derivative(r.value()));
    Dual length = r.plus(protection);
    Dual s = sw.over(length);
    Dual[] row = new Dual[4];
    row[0] = s;
    for (int a = 0; a < 3; a++) {
      row[1 + a] = s.times(x[a]).over(length);
    }
    return new DualRow(sw, row);
  }

  /** Less a mean of the first column. */
  DualRow less(double mean) {
    Dual[] centred = row.clone();
    centred[0] = row[0].plus(-mean);
    return new DualRow(sw, centred);
  }

  /** With another gate. */
  DualRow gatedBy(Dual gate) {
    return new DualRow(gate, row);
  }

  /** Divided by a standard deviation for each column. */
  DualRow over(double[] deviation) {
    Dual[] scaled = new Dual[4];
    for (int k = 0; k < 4; k++) {
      scaled[k] = row[k].times(1 / deviation[k]);
    }
    return new DualRow(sw, scaled);
  }
}
