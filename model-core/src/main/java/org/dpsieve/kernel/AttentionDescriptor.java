package org.dpsieve.kernel;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.dpsieve.model.AttentionLayer;
import org.dpsieve.model.SeAtten;

/**
 * {@link DescriptorKernel} of se_atten where the embedding of a neighbor is more than a function of
 * s: with attention, or with a stripped type embedding that the switch gates. Not for two threads
 * at once.
 */
final class AttentionDescriptor implements DescriptorKernel {
  private final SeAtten model;
  private final TypedNets nets;
  private final TabulatedNet.Reader[][] readers;
  private final List<AttentionPass> passes = new ArrayList<>();
  private final RowForces forces = new RowForces();
  private final int width;
  private final int axis;
  private final double shortest;
  private final double[] dSums;

  /** By centre type: what an empty slot adds to the first row of sums; {@code null} for nothing. */
  private final double[][] ofEmpty;

  /** Neighbors that are seen. */
  private int count;

  /** Their pairs, less the centre's first. */
  private int[] pair = new int[0];

  private double[] gate;

  /** Normalised rows, [4][count]. */
  private final double[][] row = new double[4][];

  /** Normalised direction, [3][count]. */
  private final double[][] unit = new double[3][];

  private double[] unitLength;

  /** Embeddings before the first layer and after every one, each [count, width]. */
  private final double[][] g;

  /** Of the embedding before the first layer, by s and by the switch, [count, width]. */
  private double[] bySwitched;

  private double[] byGate;
  private double[] dg;
  private double[] dGate;
  private final double[][] dUnit = new double[3][];

  AttentionDescriptor(SeAtten model, TypedNets nets, DoubleArithmetic arithmetic) {
    this.model = model;
    this.nets = nets;
    readers = nets.readers();
    width = model.embedding().width();
    axis = model.axisNeuron();
    dSums = new double[4 * width];
    for (AttentionLayer layer : model.attention()) {
      passes.add(new AttentionPass(layer, model.embedding().smooth(), arithmetic));
    }
    ofEmpty = model.hasMean() ? new double[model.mean().length][] : null;
    if (ofEmpty != null) {
      Arrays.setAll(ofEmpty, model::ofEmpty);
    }
    g = new double[passes.size() + 1][];
    shortest = model.attention().isEmpty() ? 1 : model.attention().get(0).shortest();
  }

  @Override
  public int sumsSize() {
    return 4 * width;
  }

  @Override
  public int directions() {
    return width;
  }

  @Override
  public int descriptorSize() {
    return axis * width - axis * (axis - 1) / 2;
  }

  @Override
  public void forward(
      Environment environment, int centre, double[] sums, int sumsOffset, double[] d, int offset) {
    embed(environment, centre);
    Arrays.fill(sums, sumsOffset, sumsOffset + 4 * width, 0);
    double[] last = g[passes.size()];
    double scale = 1.0 / model.sel();
    for (int i = 0; i < count; i++) {
      for (int k = 0; k < 4; k++) {
        double r = scale * row[k][i];
        for (int m = 0; m < width; m++) {
          sums[sumsOffset + k * width + m] += r * last[i * width + m];
        }
      }
    }
    for (int m = 0; ofEmpty != null && m < width; m++) {
      double one = ofEmpty[environment.type(centre)][m];
      sums[sumsOffset + m] += scale * (model.sel() - count) * one;
    }
    int out = offset;
    for (int a = 0; a < axis; a++) {
      for (int m = a; m < width; m++, out++) {
        double sum = 0;
        for (int k = 0; k < 4; k++) {
          sum += sums[sumsOffset + k * width + a] * sums[sumsOffset + k * width + m];
        }
        d[out] = sum;
      }
    }
  }

  /** Everything up to the last layer of attention. */
  private void embed(Environment environment, int centre) {
    int type = environment.type(centre);
    int start = environment.firstPair(centre, 0);
    room(environment.firstPair(centre, environment.typeCount()) - start);
    count = 0;
    for (int n = 0; n < environment.typeCount(); n++) {
      for (int p = environment.firstPair(centre, n);
          !model.isMasked(type, n) && p < environment.firstPair(centre, n + 1);
          p++) {
        load(environment, p, type, n);
        pair[count++] = p - start;
      }
    }
    for (int l = 0; l < passes.size(); l++) {
      passes.get(l).forward(count, model.sel() - count, g[l], gate, unit, g[l + 1]);
    }
  }

  private void load(Environment environment, int p, int type, int neighbor) {
    int i = count;
    double[] inverse = nets.inverse()[type];
    double t = environment.angular()[p];
    double s = environment.s()[p];
    row[0][i] = (s - model.mean()[type]) * inverse[0];
    double square = 0;
    for (int k = 1; k < 4; k++) {
      row[k][i] = t * environment.unit(k - 1)[p] * inverse[k];
      square += row[k][i] * row[k][i];
    }
    unitLength[i] = Math.max(Math.sqrt(square), shortest); // near the cutoff
    for (int k = 0; k < 3; k++) {
      unit[k][i] = row[k + 1][i] / unitLength[i];
    }
    gate[i] =
        model.gateRadius() > 0
            ? model.gate(s)
            : s * (environment.distance()[p] + environment.protection());
    double[] net = readers[type][neighbor].at(row[0][i]);
    double[] factor = nets.factor() == null ? null : nets.factor()[type][neighbor];
    int at = i * width;
    for (int m = 0; m < width; m++) {
      double scale = factor == null ? 1 : 1 + gate[i] * factor[m];
      g[0][at + m] = net[m] * scale;
      bySwitched[at + m] = net[width + m] * scale;
      byGate[at + m] = factor == null ? 0 : net[m] * factor[m];
    }
  }

  private void room(int pairs) {
    if (pair.length < pairs || gate == null) {
      int more = 2 * pairs + 1;
      pair = new int[more];
      gate = new double[more];
      dGate = new double[more];
      unitLength = new double[more];
      Arrays.setAll(row, k -> new double[more]);
      Arrays.setAll(unit, k -> new double[more]);
      Arrays.setAll(dUnit, k -> new double[more]);
      Arrays.setAll(g, k -> new double[more * width]);
      bySwitched = new double[more * width];
      byGate = new double[more * width];
      dg = new double[more * width];
    }
  }

  @Override
  public void backward(
      Environment environment,
      int centre,
      double[] sums,
      int sumsOffset,
      double[] gradient,
      int offset,
      double[] force,
      double[] virial,
      int virialOffset) {
    embed(environment, centre);
    sumsGradient(sums, sumsOffset, gradient, offset);
    int start = environment.firstPair(centre, 0);
    int all = environment.firstPair(centre, environment.typeCount()) - start;
    forces.clear(all);
    Arrays.fill(dGate, 0, count, 0);
    for (double[] one : dUnit) {
      Arrays.fill(one, 0, count, 0);
    }
    double[] last = g[passes.size()];
    for (int i = 0; i < count; i++) {
      Arrays.fill(dg, i * width, (i + 1) * width, 0);
      for (int k = 0; k < 4; k++) {
        double sum = 0;
        for (int m = 0; m < width; m++) {
          dg[i * width + m] += dSums[k * width + m] * row[k][i];
          sum += dSums[k * width + m] * last[i * width + m];
        }
        forces.byRow[k][pair[i]] = sum;
      }
    }
    for (int l = passes.size() - 1; l >= 0; l--) {
      passes.get(l).backward(count, dg, gate, unit, dGate, dUnit);
    }
    for (int i = 0; i < count; i++) {
      pairGradient(environment, centre, i);
    }
    forces.add(environment, centre, start, all, force, virial, virialOffset);
  }

  private void pairGradient(Environment environment, int centre, int i) {
    int type = environment.type(centre);
    double bySwitch = dGate[i];
    double byS = 0;
    for (int m = i * width; m < (i + 1) * width; m++) {
      byS += dg[m] * bySwitched[m];
      bySwitch += dg[m] * byGate[m];
    }
    int p = pair[i];
    double along = 0;
    for (int k = 0; unitLength[i] > shortest && k < 3; k++) {
      along += dUnit[k][i] * unit[k][i];
    }
    for (int k = 0; k < 3; k++) {
      forces.byRow[k + 1][p] += (dUnit[k][i] - along * unit[k][i]) / unitLength[i];
    }
    forces.byRow[0][p] += byS;
    for (int k = 0; k < 4; k++) {
      forces.byRow[k][p] *= nets.inverse()[type][k];
    }
    if (model.gateRadius() > 0) {
      double s = environment.s()[environment.firstPair(centre, 0) + p];
      forces.byRow[0][p] += bySwitch * model.gateSlope(s);
    } else {
      forces.bySwitch[p] = bySwitch;
    }
  }

  /** dE/dA, scaled for the rows that A is the mean of, to {@link #dSums}. */
  private void sumsGradient(double[] sums, int offset, double[] gradient, int from) {
    Arrays.fill(dSums, 0);
    int in = from;
    for (int a = 0; a < axis; a++) {
      for (int m = a; m < width; m++, in++) {
        for (int k = 0; k < 4; k++) {
          dSums[k * width + m] += gradient[in] * sums[offset + k * width + a];
          dSums[k * width + a] += gradient[in] * sums[offset + k * width + m];
        }
      }
    }
    for (int k = 0; k < dSums.length; k++) {
      dSums[k] /= model.sel();
    }
  }
}
