package org.dpsieve.kernel;

import org.dpsieve.model.AttentionLayer;
import org.dpsieve.model.Layer;

/**
 * One layer of attention over the neighbors of one atom, forward and back; the formulas are in
 * {@link AttentionLayer}. Arrays are row-major, a neighbor a row; those that go into products of
 * many with many are kept transposed as well, so that inner loops run over neighbors. Not for two
 * threads at once.
 */
final class AttentionPass {
  private final AttentionLayer layer;
  private final boolean smooth;
  private final int width;
  private final int hidden;
  private final Gemm gemm;
  private final Exponential exponential;
  private final RowProduct in;
  private final RowProduct inBack;
  private final RowProduct out;
  private final RowProduct outBack;

  /** Q, K and V one after the other, each [n, hidden], after normalisation. */
  private final double[][] qkv = new double[3][0];

  /** What each row of Q, K and V was divided by, [3][n]. */
  private final double[][] length = new double[3][0];

  private final double[][] transposed = new double[3][0];
  private double[] raw = new double[0];
  private double[] score = new double[0];
  private double[] share = new double[0];
  private double[] weight = new double[0];
  private double[] mixed = new double[0];

  /** (z - mean) / deviation of the layer normalisation, [n, width]. */
  private double[] standard = new double[0];

  private double[] deviation = new double[0];
  private double[] dz = new double[0];
  private double[] dMixed = new double[0];
  private final double[][] dQkv = new double[3][0];

  /** dE/d(weight), then dE/d(score), [n, n]; and an [n, n] the other way round. */
  private double[] dScore = new double[0];

  private double[] turned = new double[0];

  AttentionPass(AttentionLayer layer, boolean smooth, DoubleArithmetic arithmetic) {
    this.layer = layer;
    gemm = arithmetic.gemm();
    exponential = arithmetic.exponential();
    this.smooth = smooth;
    hidden = layer.hidden();
    width = layer.out().outputs();
    in = RowProduct.of(gemm, layer.in());
    inBack = RowProduct.transposed(gemm, layer.in());
    out = RowProduct.of(gemm, layer.out());
    outBack = RowProduct.transposed(gemm, layer.out());
  }

  private void room(int n) {
    if (share.length < n * n || deviation.length < n) {
      int more = n + n / 2 + 8;
      for (int part = 0; part < 3; part++) {
        qkv[part] = new double[more * hidden];
        transposed[part] = new double[more * hidden];
        dQkv[part] = new double[more * hidden];
        length[part] = new double[more];
      }
      raw = new double[more * 3 * hidden];
      mixed = new double[more * hidden];
      standard = new double[more * width];
      dz = new double[more * width];
      dMixed = new double[more * hidden];
      deviation = new double[more];
      dScore = new double[more * more];
      turned = new double[more * more];
      score = new double[more * more];
      share = new double[more * more];
      weight = new double[more * more];
    }
  }

  /**
   * @param n neighbors
   * @param empty slots without one
   * @param x embedding, [n, width]; may be longer
   * @param gate switch of each neighbor, [n]
   * @param unit direction of each neighbor, [3][n]
   * @param y the embedding after the layer, [n, width]; overwritten
   */
  void forward(int n, int empty, double[] x, double[] gate, double[][] unit, double[] y) {
    room(n);
    if (n == 0) {
      return;
    }
    in.multiply(x, raw, n);
    project(n);
    multiply(n, n, hidden, qkv[0], transposed[1], score);
    for (int i = 0; i < n; i++) {
      attend(n, i, empty, gate, unit);
    }
    multiply(n, hidden, n, weight, qkv[2], mixed);
    out.multiply(mixed, standard, n);
    for (int i = 0; i < n; i++) {
      normaliseLayer(i, x, y);
    }
  }

  /** c = a b, each row after row. */
  private void multiply(int rows, int columns, int inner, double[] a, double[] b, double[] c) {
    gemm.multiply(
        rows, columns, inner, new Matrix(a, inner), new Matrix(b, columns), new Matrix(c, columns));
  }

  /** To {@link #turned}. */
  private void turn(int n, double[] a) {
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        turned[j * n + i] = a[i * n + j];
      }
    }
  }

  private void project(int n) {
    Layer layerIn = layer.in();
    for (int i = 0; i < n; i++) {
      for (int part = 0; part < 3; part++) {
        double square = 0;
        for (int h = 0; h < hidden; h++) {
          int column = part * hidden + h;
          double value = raw[i * 3 * hidden + column] + layerIn.bias()[column];
          qkv[part][i * hidden + h] = value;
          square += value * value;
        }
        length[part][i] = layer.normalized() ? Math.max(Math.sqrt(square), layer.shortest()) : 1;
        for (int h = 0; h < hidden; h++) {
          double value = qkv[part][i * hidden + h] / length[part][i];
          qkv[part][i * hidden + h] = value;
          transposed[part][h * n + i] = value;
        }
      }
    }
  }

  /** What neighbor i takes of every other. */
  private void attend(int n, int i, int empty, double[] gate, double[][] unit) {
    int row = i * n;
    double shift = AttentionLayer.SHIFT;
    double largest = smooth && empty > 0 ? -shift : Double.NEGATIVE_INFINITY;
    for (int j = 0; j < n; j++) {
      double s = layer.scaling() * score[row + j];
      score[row + j] = s;
      share[row + j] = smooth ? (s + shift) * gate[i] * gate[j] - shift : s;
      largest = Math.max(largest, share[row + j]);
    }
    double sum = smooth ? empty * Math.exp(-shift - largest) : 0;
    for (int j = 0; j < n; j++) {
      share[row + j] -= largest;
    }
    exponential.apply(share, row, n);
    for (int j = 0; j < n; j++) {
      sum += share[row + j];
    }
    for (int j = 0; j < n; j++) {
      share[row + j] /= sum;
      weight[row + j] = share[row + j] * outer(i, j, gate, unit);
    }
  }

  /** What the softmax is multiplied by. */
  private double outer(int i, int j, double[] gate, double[][] unit) {
    return (smooth ? gate[i] * gate[j] : 1) * (layer.angular() ? cosine(i, j, unit) : 1);
  }

  private static double cosine(int i, int j, double[][] unit) {
    return unit[0][i] * unit[0][j] + unit[1][i] * unit[1][j] + unit[2][i] * unit[2][j];
  }

  private void normaliseLayer(int i, double[] x, double[] y) {
    int row = i * width;
    double mean = 0;
    for (int m = 0; m < width; m++) {
      standard[row + m] += layer.out().bias()[m] + x[row + m];
      mean += standard[row + m] / width;
    }
    double variance = 0;
    for (int m = 0; m < width; m++) {
      standard[row + m] -= mean;
      variance += standard[row + m] * standard[row + m] / width;
    }
    deviation[i] = Math.sqrt(variance + layer.normEpsilon());
    for (int m = 0; m < width; m++) {
      standard[row + m] /= deviation[i];
      y[row + m] = standard[row + m] * layer.normWeight()[m] + layer.normBias()[m];
    }
  }

  /**
   * After {@link #forward} with the same neighbors.
   *
   * @param dy dE/dy, [n, width]; dE/dx afterwards
   * @param gate as there
   * @param unit as there
   * @param dGate dE/d(gate) is added, [n]
   * @param dUnit dE/d(unit) is added, [3][n]
   */
  void backward(
      int n, double[] dy, double[] gate, double[][] unit, double[] dGate, double[][] dUnit) {
    if (n == 0) {
      return;
    }
    for (int i = 0; i < n; i++) {
      layerGradient(i, dy);
    }
    outBack.multiply(dz, dMixed, n);
    multiply(n, n, hidden, dMixed, transposed[2], dScore);
    turn(n, weight);
    multiply(n, hidden, n, turned, dMixed, dQkv[2]);
    for (int i = 0; i < n; i++) {
      attentionGradient(n, i, gate, unit, dGate, dUnit);
    }
    multiply(n, hidden, n, dScore, qkv[1], dQkv[0]);
    turn(n, dScore);
    multiply(n, hidden, n, turned, qkv[0], dQkv[1]);
    for (int i = 0; i < n; i++) {
      projectionGradient(i);
    }
    inBack.multiply(raw, dy, n);
    for (int k = 0; k < n * width; k++) {
      dy[k] += dz[k];
    }
  }

  /** To {@link #dz}, dE/d(x + out(o)). */
  private void layerGradient(int i, double[] dy) {
    int row = i * width;
    double mean = 0;
    double along = 0;
    for (int m = 0; m < width; m++) {
      double d = dy[row + m] * layer.normWeight()[m];
      dz[row + m] = d;
      mean += d / width;
      along += d * standard[row + m] / width;
    }
    for (int m = 0; m < width; m++) {
      dz[row + m] = (dz[row + m] - mean - standard[row + m] * along) / deviation[i];
    }
  }

  /** From dE/d(weight) of neighbor i to dE/d(q . k), in its place. */
  private void attentionGradient(
      int n, int i, double[] gate, double[][] unit, double[] dGate, double[][] dUnit) {
    int row = i * n;
    double mean = 0;
    for (int j = 0; j < n; j++) {
      mean += dScore[row + j] * weight[row + j];
    }
    for (int j = 0; j < n; j++) {
      double dWeight = dScore[row + j];
      double cosine = layer.angular() ? cosine(i, j, unit) : 1;
      double pair = smooth ? gate[i] * gate[j] : 1;
      double dShare = dWeight * cosine * pair;
      double dLogit = share[row + j] * (dShare - mean);
      if (smooth) {
        double dPair =
            dWeight * share[row + j] * cosine + dLogit * (score[row + j] + AttentionLayer.SHIFT);
        dGate[i] += dPair * gate[j];
        dGate[j] += dPair * gate[i];
      }
      if (layer.angular()) {
        double dCosine = dWeight * share[row + j] * pair;
        for (int c = 0; c < 3; c++) {
          dUnit[c][i] += dCosine * unit[c][j];
          dUnit[c][j] += dCosine * unit[c][i];
        }
      }
      dScore[row + j] = layer.scaling() * (smooth ? dLogit * pair : dLogit);
    }
  }

  /** From Q, K and V back through their normalisation, to {@link #raw}. */
  private void projectionGradient(int i) {
    for (int part = 0; part < 3; part++) {
      int from = i * hidden;
      double along = 0;
      if (layer.normalized() && length[part][i] > layer.shortest()) {
        for (int h = 0; h < hidden; h++) {
          along += dQkv[part][from + h] * qkv[part][from + h];
        }
      }
      for (int h = 0; h < hidden; h++) {
        raw[i * 3 * hidden + part * hidden + h] =
            (dQkv[part][from + h] - along * qkv[part][from + h]) / length[part][i];
      }
    }
  }
}
