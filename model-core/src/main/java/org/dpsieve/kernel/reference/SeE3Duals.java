package org.dpsieve.kernel.reference;

import java.util.List;
import org.dpsieve.model.SeE3;
import org.dpsieve.model.SeE3Tebd;

/**
 * The three-body descriptors of one atom ({@code deepmd/dpmodel/descriptor/se_t.py, se_t_tebd.py:
 * call}).
 */
final class SeE3Duals {
  private SeE3Duals() {}

  static Dual[] of(SeE3 model, int type, List<Neighbor> neighbors) {
    int count = neighbors.size();
    Dual[] sum = Dual.zeros(model.size(), 3 * count);
    DualRow[] rows = new DualRow[count];
    for (int n = 0; n < count; n++) {
      rows[n] = row(neighbors, n, model.dstd()[type], model);
    }
    for (int j = 0; j < count; j++) {
      for (int k = 0; k < count; k++) {
        int a = neighbors.get(j).type();
        int b = neighbors.get(k).type();
        if (a <= b
            && !model.isMasked(type, a)
            && !model.isMasked(type, b)
            && model.embedding()[a][b] != null) {
          Dual x = Dual.dot(rows[j].row(), rows[k].row(), 1, 4);
          double slots = (double) model.sel()[a] * model.sel()[b];
          add(x, x.through(model.embedding()[a][b]), 1 / slots, sum);
        }
      }
    }
    return sum;
  }

  private static DualRow row(List<Neighbor> all, int n, double[] deviation, SeE3 model) {
    return DualRow.of(all.get(n), n, all.size(), model.smoothing(), model.protection())
        .over(deviation);
  }

  static Dual[] of(SeE3Tebd model, int type, List<Neighbor> neighbors) {
    int count = neighbors.size();
    Dual[] sum = Dual.zeros(model.embedding().width(), 3 * count);
    DualRow[] rows = new DualRow[count];
    for (int n = 0; n < count; n++) {
      rows[n] =
          DualRow.of(neighbors.get(n), n, count, model.smoothing(), model.protection())
              .over(model.dstd()[type]);
    }
    double slots = (double) model.sel() * model.sel();
    for (int j = 0; j < count; j++) {
      for (int k = 0; k < count; k++) {
        int a = neighbors.get(j).type();
        int b = neighbors.get(k).type();
        if (!model.isMasked(type, a) && !model.isMasked(type, b)) {
          Dual x = Dual.dot(rows[j].row(), rows[k].row(), 1, 4);
          Dual gate = rows[j].sw().times(rows[k].sw());
          add(x, TypedDuals.embedded(model.embedding(), x, a, b, gate), 1 / slots, sum);
        }
      }
    }
    return model.concatenated()
        ? TypedDuals.concatenated(sum, model.embedding().types()[type])
        : sum;
  }

  private static void add(Dual x, Dual[] g, double factor, Dual[] sum) {
    for (int m = 0; m < g.length; m++) {
      sum[m] = sum[m].plus(x.times(g[m]).times(factor));
    }
  }
}
