package org.dpsieve.kernel.reference;

import java.util.Arrays;
import java.util.List;
import org.dpsieve.model.AttentionLayer;
import org.dpsieve.model.Layer;
import org.dpsieve.model.SeAtten;

/** The se_atten descriptor of one atom ({@code deepmd/dpmodel/descriptor/dpa1.py: call}). */
final class SeAttenDuals {
  private final SeAtten model;
  private final int type;
  private final int variables;

  /** Slots without a neighbor that is seen. */
  private final int empty;

  private final DualRow[] rows;

  private SeAttenDuals(SeAtten model, int type, List<Neighbor> all) {
    this.model = model;
    this.type = type;
    variables = 3 * all.size();
    int count = 0;
    DualRow[] seen = new DualRow[all.size()];
    for (int n = 0; n < all.size(); n++) {
      if (!model.isMasked(type, all.get(n).type())) {
        DualRow row = DualRow.of(all.get(n), n, all.size(), model.smoothing(), model.protection());
        if (model.gateRadius() > 0) {
          double s = row.row()[0].value();
          row = row.gatedBy(row.row()[0].map(model.gate(s), model.gateSlope(s)));
        }
        seen[count++] = row.less(model.mean()[type]).over(model.dstd()[type]);
      }
    }
    rows = Arrays.copyOf(seen, count);
    empty = model.sel() - count;
  }

  static DualDescriptor of(SeAtten model, int type, List<Neighbor> neighbors) {
    List<Neighbor> seen = neighbors.stream().filter(n -> !model.isMasked(type, n.type())).toList();
    Dual[][] moments = new SeAttenDuals(model, type, neighbors).moments(seen);
    int width = moments.length;
    int axis = model.axisNeuron();
    Dual[] descriptor = new Dual[width * axis];
    double[] directions = new double[3 * width];
    for (int m = 0; m < width; m++) {
      for (int k = 0; k < axis; k++) {
        descriptor[m * axis + k] = Dual.dot(moments[m], moments[k], 0, 4);
      }
      for (int a = 0; a < 3; a++) {
        directions[a * width + m] = moments[m][a + 1].value();
      }
    }
    return new DualDescriptor(
        neighbors,
        model.concatenated()
            ? TypedDuals.concatenated(descriptor, model.embedding().types()[type])
            : descriptor,
        directions);
  }

  /** Aᵀ, [width][4]. */
  private Dual[][] moments(List<Neighbor> seen) {
    Dual[][] g = new Dual[rows.length][];
    for (int n = 0; n < g.length; n++) {
      g[n] =
          TypedDuals.embedded(
              model.embedding(), rows[n].row()[0], seen.get(n).type(), type, rows[n].sw());
    }
    for (AttentionLayer layer : model.attention()) {
      g = attend(layer, g);
    }
    int width = model.embedding().width();
    Dual[][] moments = new Dual[width][];
    for (int m = 0; m < width; m++) {
      moments[m] = Dual.zeros(4, variables);
      for (int n = 0; n < g.length; n++) {
        for (int k = 0; k < 4; k++) {
          Dual product = rows[n].row()[k].times(g[n][m]).times(1.0 / model.sel());
          moments[m][k] = moments[m][k].plus(product);
        }
      }
    }
    double[] ofEmpty = model.hasMean() ? model.ofEmpty(type) : new double[width];
    for (int m = 0; m < width; m++) {
      moments[m][0] = moments[m][0].plus(empty * ofEmpty[m] / model.sel());
    }
    return moments;
  }

  private Dual[][] attend(AttentionLayer layer, Dual[][] g) {
    int hidden = layer.hidden();
    Dual[][] q = new Dual[g.length][];
    Dual[][] k = new Dual[g.length][];
    Dual[][] v = new Dual[g.length][];
    for (int n = 0; n < g.length; n++) {
      Dual[] all = linear(layer.in(), g[n]);
      q[n] = normalized(layer, Arrays.copyOfRange(all, 0, hidden));
      k[n] = normalized(layer, Arrays.copyOfRange(all, hidden, 2 * hidden));
      v[n] = normalized(layer, Arrays.copyOfRange(all, 2 * hidden, 3 * hidden));
    }
    Dual[][] result = new Dual[g.length][];
    for (int i = 0; i < g.length; i++) {
      Dual[] weight = weights(layer, q[i], k, i);
      Dual[] mixed = Dual.zeros(hidden, variables);
      for (int j = 0; j < g.length; j++) {
        for (int h = 0; h < hidden; h++) {
          mixed[h] = mixed[h].plus(weight[j].times(v[j][h]));
        }
      }
      Dual[] out = linear(layer.out(), mixed);
      for (int m = 0; m < out.length; m++) {
        out[m] = out[m].plus(g[i][m]);
      }
      result[i] = layerNormalized(layer, out);
    }
    return result;
  }

  /** The attention that neighbor i pays to every other. */
  private Dual[] weights(AttentionLayer layer, Dual[] q, Dual[][] k, int i) {
    boolean smooth = model.embedding().smooth();
    Dual[] weight = new Dual[k.length];
    double largest = smooth && empty > 0 ? -AttentionLayer.SHIFT : Double.NEGATIVE_INFINITY;
    for (int j = 0; j < weight.length; j++) {
      weight[j] = Dual.dot(q, k[j], 0, q.length).times(layer.scaling());
      if (smooth) {
        weight[j] =
            weight[j]
                .plus(AttentionLayer.SHIFT)
                .times(rows[i].sw().times(rows[j].sw()))
                .plus(-AttentionLayer.SHIFT);
      }
      largest = Math.max(largest, weight[j].value());
    }
    double emptySum = smooth ? empty * Math.exp(-AttentionLayer.SHIFT - largest) : 0;
    Dual sum = Dual.constant(emptySum, variables);
    for (int j = 0; j < weight.length; j++) {
      weight[j] = weight[j].plus(-largest).exp();
      sum = sum.plus(weight[j]);
    }
    for (int j = 0; j < weight.length; j++) {
      weight[j] = weight[j].over(sum);
      if (smooth) {
        weight[j] = weight[j].times(rows[i].sw().times(rows[j].sw()));
      }
      if (layer.angular()) {
        Dual[] a = ofLengthOne(layer, Arrays.copyOfRange(rows[i].row(), 1, 4));
        Dual[] b = ofLengthOne(layer, Arrays.copyOfRange(rows[j].row(), 1, 4));
        weight[j] = weight[j].times(Dual.dot(a, b, 0, 3));
      }
    }
    return weight;
  }

  private static Dual[] normalized(AttentionLayer layer, Dual[] x) {
    return layer.normalized() ? ofLengthOne(layer, x) : x;
  }

  private static Dual[] ofLengthOne(AttentionLayer layer, Dual[] x) {
    Dual square = Dual.dot(x, x, 0, x.length);
    boolean usual = square.value() > layer.shortest() * layer.shortest();
    Dual[] unit = new Dual[x.length];
    for (int h = 0; h < x.length; h++) {
      unit[h] = usual ? x[h].over(square.root()) : x[h].times(1 / layer.shortest());
    }
    return unit;
  }

  private static Dual[] linear(Layer layer, Dual[] x) {
    Dual[] y = new Dual[layer.outputs()];
    for (int j = 0; j < y.length; j++) {
      y[j] = Dual.constant(layer.bias()[j], x[0].slope().length);
      for (int i = 0; i < x.length; i++) {
        y[j] = y[j].plus(x[i].times(layer.weight()[i * y.length + j]));
      }
    }
    return y;
  }

  private static Dual[] layerNormalized(AttentionLayer layer, Dual[] x) {
    int count = x.length;
    Dual mean = Dual.constant(0, x[0].slope().length);
    for (Dual one : x) {
      mean = mean.plus(one.times(1.0 / count));
    }
    Dual variance = Dual.constant(layer.normEpsilon(), x[0].slope().length);
    for (Dual one : x) {
      Dual off = one.minus(mean);
      variance = variance.plus(off.times(off).times(1.0 / count));
    }
    Dual deviation = variance.root();
    Dual[] y = new Dual[count];
    for (int m = 0; m < count; m++) {
      y[m] =
          x[m].minus(mean).over(deviation).times(layer.normWeight()[m]).plus(layer.normBias()[m]);
    }
    return y;
  }
}
