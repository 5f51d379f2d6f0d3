package org.dpsieve.kernel;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.dpsieve.model.Dpa4c;
import org.dpsieve.model.Dpa4cShape;
import org.dpsieve.model.SolidHarmonics;
import org.dpsieve.model.SwiGlu;

/**
 * From the sums over an atom's neighbors to its {@link Dpa4c} descriptor, and the gradient back.
 * Not for two threads at once.
 */
final class Dpa4cInvariants {
  private final Dpa4cShape shape;
  private final double[] mean;
  private final double[] inverse;

  /**
   * By degree: what aligns its channels, [channels, channels]; {@code null} for what is aligned.
   */
  private final double[][] mix;

  /** By degree: from channels to probes; {@code null} where they are the same. */
  private final double[][] projection;

  private final double[][][] tensors = SolidHarmonics.tensors();
  private final List<Dpa4cTriples> triples = new ArrayList<>();

  /** The triples (1, 1, 2), which need Q v: -v_i Q_k v_j / sqrt 5. */
  private final Dpa4cShape.Triple pair;

  /**
   * By degree, row-major [components, channels]: moments, aligned moments; [components, probes].
   */
  private final double[][] x;

  private final double[][] aligned;
  private final double[][] probes;
  private final double[][] dAligned;
  private final double[][] dProbes;

  /** Q of each probe of degree 2, [9]; Q v by b, a: [3]. */
  private final double[][] q;

  private final double[] qv;
  private final double[] dqv;
  private final double[] dq = new double[9];
  private double[] raw;
  private double divisor0;
  private double divisor1;

  Dpa4cInvariants(Dpa4c model) {
    shape = model.shape();
    int size = shape.invariants();
    mean = Arrays.copyOf(model.mean(), size);
    inverse = new double[size];
    Arrays.setAll(inverse, k -> 1 / model.deviation()[k]);
    int degrees = shape.lmax() + 1;
    mix = new double[degrees][];
    projection = new double[degrees][];
    x = new double[degrees][];
    aligned = new double[degrees][];
    probes = new double[degrees][];
    dAligned = new double[degrees][];
    dProbes = new double[degrees][];
    for (int l = 0; l < degrees; l++) {
      int channels = shape.channels(l);
      x[l] = new double[(2 * l + 1) * channels];
      if (l > 0) {
        mix[l] = l > 2 ? null : withIdentity(model.alignment().get(l - 1));
        SwiGlu.Weights weights = model.probes()[l - 1];
        projection[l] = weights == null ? null : weights.values();
        aligned[l] = mix[l] == null ? x[l] : x[l].clone();
        dAligned[l] = x[l].clone();
        probes[l] = projection[l] == null ? aligned[l] : new double[(2 * l + 1) * shape.probes(l)];
        dProbes[l] = probes[l].clone();
      }
    }
    q = new double[shape.probes(2)][9];
    qv = new double[shape.probes(2) * shape.probes(1) * 3];
    dqv = qv.clone();
    pair = shape.triples().get(0);
    for (Dpa4cShape.Triple triple : shape.triples()) {
      if (triple != pair && !Arrays.equals(triple.degrees(), pair.degrees())) {
        triples.add(new Dpa4cTriples(shape, triple));
      }
    }
    raw = new double[size];
  }

  private static double[] withIdentity(SwiGlu.Weights weights) {
    double[] sum = weights.values().clone();
    for (int c = 0; c < weights.inputs(); c++) {
      sum[c * weights.outputs() + c] += 1;
    }
    return sum;
  }

  /**
   * @param sums as {@link Dpa4cDescriptor} has them, from {@code sums[from..]}
   * @param d the descriptor to {@code d[to..]}
   */
  void forward(double[] sums, int from, double[] d, int to) {
    load(sums, from);
    int out = shape.channels();
    System.arraycopy(x[0], 0, raw, 0, out);
    for (int l = 1; l <= shape.lmax(); l++) {
      out = products(aligned[l], shape.channels(l), 2 * l + 1, out);
    }
    out = pairs(out);
    for (Dpa4cTriples triple : triples) {
      out = triple.forward(probes, raw, out);
    }
    for (int i = 0; i < qv.length; i += 3) {
      raw[out++] = qv[i] * qv[i] + qv[i + 1] * qv[i + 1] + qv[i + 2] * qv[i + 2];
    }
    raw[out++] = divisor0;
    raw[out] = divisor1;
    for (int k = 0; k < raw.length; k++) {
      d[to + k] = (raw[k] - mean[k]) * inverse[k];
    }
  }

  /** Moments, aligned moments, probes and Q v. */
  private void load(double[] sums, int from) {
    divisor0 = Math.sqrt(sums[from] + Dpa4c.FLOOR);
    divisor1 = Math.sqrt(sums[from + 1] + Dpa4c.FLOOR);
    int in = from + 2;
    for (int l = 0; l < x.length; l++) {
      double scale = 1 / (l == 0 ? divisor0 : divisor1);
      for (int k = 0; k < x[l].length; k++) {
        x[l][k] = scale * sums[in++];
      }
    }
    for (int l = 1; l < x.length; l++) {
      int channels = shape.channels(l);
      if (mix[l] != null) {
        multiply(x[l], 2 * l + 1, channels, mix[l], channels, aligned[l]);
      }
      if (projection[l] != null) {
        multiply(aligned[l], 2 * l + 1, channels, projection[l], shape.probes(l), probes[l]);
      }
    }
    int vectors = shape.probes(1);
    for (int b = 0; b < q.length; b++) {
      for (int e = 0; e < 9; e++) {
        double sum = 0;
        for (int m = 0; m < 5; m++) {
          sum += tensors[m][e / 3][e % 3] * probes[2][m * q.length + b];
        }
        q[b][e] = sum;
      }
      for (int a = 0; a < vectors; a++) {
        double v0 = probes[1][a];
        double v1 = probes[1][vectors + a];
        double v2 = probes[1][2 * vectors + a];
        int at = 3 * (b * vectors + a);
        qv[at] = q[b][0] * v0 + q[b][1] * v1 + q[b][2] * v2;
        qv[at + 1] = q[b][3] * v0 + q[b][4] * v1 + q[b][5] * v2;
        qv[at + 2] = q[b][6] * v0 + q[b][7] * v1 + q[b][8] * v2;
      }
    }
  }

  private static void multiply(
      double[] a, int rows, int inner, double[] b, int columns, double[] c) {
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < columns; j++) {
        double sum = 0;
        for (int k = 0; k < inner; k++) {
          sum += a[i * inner + k] * b[k * columns + j];
        }
        c[i * columns + j] = sum;
      }
    }
  }

  private int products(double[] a, int channels, int components, int from) {
    int out = from;
    for (int c = 0; c < channels; c++) {
      for (int other = c; other < channels; other++) {
        double sum = 0;
        for (int m = 0; m < components * channels; m += channels) {
          sum += a[m + c] * a[m + other];
        }
        raw[out++] = c == other ? sum : ROOT * sum;
      }
    }
    return out;
  }

  private static final double ROOT = Math.sqrt(2);
  private static final double PAIR = -1 / Math.sqrt(5);

  private int pairs(int from) {
    int vectors = shape.probes(1);
    int[][] which = pair.probes();
    for (int k = 0; k < which.length; k++) {
      int at = 3 * (which[k][2] * vectors + which[k][1]);
      double sum = 0;
      for (int a = 0; a < 3; a++) {
        sum += probes[1][a * vectors + which[k][0]] * qv[at + a];
      }
      raw[from + k] = PAIR * pair.scales()[k] * sum;
    }
    return from + which.length;
  }

  /**
   * @param sums as {@link #forward} had them
   * @param gradient dE/dD from {@code gradient[from..]}
   * @param dSums dE/d(sums), overwritten
   */
  void backward(double[] sums, int sumsOffset, double[] gradient, int from, double[] dSums) {
    load(sums, sumsOffset);
    for (int k = 0; k < raw.length; k++) {
      raw[k] = gradient[from + k] * inverse[k];
    }
    back(dSums);
  }

  /**
   * @param sums as {@link #forward} had them
   * @param target dD/d(sums), row-major [sums, invariants], overwritten
   */
  void jacobian(double[] sums, double[] target) {
    load(sums, 0);
    double[] column = new double[sums.length];
    for (int k = 0; k < raw.length; k++) {
      Arrays.fill(raw, 0);
      raw[k] = inverse[k];
      back(column);
      for (int s = 0; s < column.length; s++) {
        target[s * raw.length + k] = column[s];
      }
    }
  }

  /** From the gradient by the invariants, in {@link #raw}, to that by the loaded sums. */
  private void back(double[] dSums) {
    for (int l = 1; l < x.length; l++) {
      Arrays.fill(dAligned[l], 0);
      Arrays.fill(dProbes[l], 0);
    }
    int in = shape.channels();
    for (int l = 1; l < x.length; l++) {
      in = productsBack(aligned[l], shape.channels(l), 2 * l + 1, in, dAligned[l]);
    }
    int ofPairs = in;
    in += pair.probes().length;
    for (Dpa4cTriples triple : triples) {
      in = triple.backward(probes, raw, in, dProbes);
    }
    for (int i = 0; i < qv.length; i += 3, in++) {
      for (int a = i; a < i + 3; a++) {
        dqv[a] = 2 * raw[in] * qv[a];
      }
    }
    pairsBack(ofPairs);
    tensorsBack();
    double byDivisor0 = raw[in];
    double byDivisor1 = raw[in + 1];
    int out = 2;
    for (int k = 0; k < x[0].length; k++) {
      dSums[out++] = raw[k] / divisor0;
      byDivisor0 -= raw[k] * x[0][k] / divisor0;
    }
    for (int l = 1; l < x.length; l++) {
      double[] dx = momentsBack(l);
      for (int k = 0; k < dx.length; k++) {
        dSums[out++] = dx[k] / divisor1;
        byDivisor1 -= dx[k] * x[l][k] / divisor1;
      }
    }
    dSums[0] = byDivisor0 / (2 * divisor0);
    dSums[1] = byDivisor1 / (2 * divisor1);
  }

  private int productsBack(double[] a, int channels, int components, int from, double[] da) {
    int in = from;
    for (int c = 0; c < channels; c++) {
      for (int other = c; other < channels; other++) {
        double g = c == other ? raw[in] : ROOT * raw[in];
        in++;
        for (int m = 0; m < components * channels; m += channels) {
          da[m + c] += g * a[m + other];
          da[m + other] += g * a[m + c];
        }
      }
    }
    return in;
  }

  private void pairsBack(int from) {
    int vectors = shape.probes(1);
    int[][] which = pair.probes();
    for (int k = 0; k < which.length; k++) {
      double g = PAIR * pair.scales()[k] * raw[from + k];
      int at = 3 * (which[k][2] * vectors + which[k][1]);
      for (int a = 0; a < 3; a++) {
        int v = a * vectors + which[k][0];
        dProbes[1][v] += g * qv[at + a];
        dqv[at + a] += g * probes[1][v];
      }
    }
  }

  /** From Q v to Q and v. */
  private void tensorsBack() {
    int vectors = shape.probes(1);
    for (int b = 0; b < q.length; b++) {
      Arrays.fill(dq, 0);
      for (int a = 0; a < vectors; a++) {
        int at = 3 * (b * vectors + a);
        for (int row = 0; row < 3; row++) {
          double g = dqv[at + row];
          for (int column = 0; column < 3; column++) {
            int v = column * vectors + a;
            dq[3 * row + column] += g * probes[1][v];
            dProbes[1][v] += g * q[b][3 * row + column];
          }
        }
      }
      for (int m = 0; m < 5; m++) {
        double sum = 0;
        for (int e = 0; e < 9; e++) {
          sum += tensors[m][e / 3][e % 3] * dq[e];
        }
        dProbes[2][m * q.length + b] += sum;
      }
    }
  }

  /** dE/dX of one degree. */
  private double[] momentsBack(int l) {
    int channels = shape.channels(l);
    int count = shape.probes(l);
    double[] da = dAligned[l];
    for (int m = 0; m <= 2 * l; m++) {
      for (int c = 0; c < channels; c++) {
        double sum = projection[l] == null ? dProbes[l][m * channels + c] : 0;
        for (int k = 0; projection[l] != null && k < count; k++) {
          sum += dProbes[l][m * count + k] * projection[l][c * count + k];
        }
        da[m * channels + c] += sum;
      }
    }
    if (mix[l] == null) {
      return da;
    }
    double[] row = new double[channels];
    for (int m = 0; m <= 2 * l; m++) {
      for (int c = 0; c < channels; c++) {
        double sum = 0;
        for (int k = 0; k < channels; k++) {
          sum += da[m * channels + k] * mix[l][c * channels + k];
        }
        row[c] = sum;
      }
      System.arraycopy(row, 0, da, m * channels, channels);
    }
    return da;
  }
}
