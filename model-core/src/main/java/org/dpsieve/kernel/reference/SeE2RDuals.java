package org.dpsieve.kernel.reference;

import java.util.List;
import org.dpsieve.model.SeE2R;

/** The se_e2_r descriptor of one atom ({@code deepmd/dpmodel/descriptor/se_r.py: call}). */
final class SeE2RDuals {
  private SeE2RDuals() {}

  static Dual[] of(SeE2R model, int type, List<Neighbor> neighbors) {
    int count = neighbors.size();
    int[] free = model.sel().clone();
    Dual[] sum = Dual.zeros(model.size(), 3 * count);
    for (int n = 0; n < count; n++) {
      int other = neighbors.get(n).type();
      free[other]--;
      Dual raw =
          DualRow.of(neighbors.get(n), n, count, model.smoothing(), model.protection()).row()[0];
      Dual s =
          model.isMasked(type, other)
              ? Dual.constant(0, 3 * count)
              : raw.plus(-model.davg()[type]).times(1 / model.dstd()[type]);
      add(model, type, other, 1, s, sum);
    }
    for (int other = 0; other < free.length; other++) {
      double empty = -model.davg()[type] / model.dstd()[type];
      add(model, type, other, free[other], Dual.constant(empty, 3 * count), sum);
    }
    return sum;
  }

  private static void add(SeE2R model, int type, int other, int slots, Dual s, Dual[] sum) {
    if (model.embedding()[type][other] != null) {
      Dual[] g = s.through(model.embedding()[type][other]);
      for (int m = 0; m < g.length; m++) {
        sum[m] = sum[m].plus(g[m].times(slots * SeE2R.RESCALE / model.normalization()));
      }
    }
  }
}
