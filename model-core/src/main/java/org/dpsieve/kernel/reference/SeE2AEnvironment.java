package org.dpsieve.kernel.reference;

import java.util.List;
import org.dpsieve.model.Embedding;
import org.dpsieve.model.SeE2A;

/**
 * The se_e2_a descriptor of one atom, D = (A^T A)[:, :axis] with A = R^T G / N, and its gradient
 * ({@code deepmd/tf/descriptor/se_a.py: _filter}; {@code source/lib/src/env_mat.cc}).
 */
final class SeE2AEnvironment implements AtomDescriptor {
  private final SeE2A model;
  private final int type;
  private final List<Neighbor> neighbors;
  private final EmbeddingPass[] embedded;
  private final double[][] rows;

  /** A, [4][width]. */
  private final double[][] moments;

  SeE2AEnvironment(SeE2A model, int type, List<Neighbor> neighbors) {
    this.model = model;
    this.type = type;
    this.neighbors = neighbors;
    this.embedded = new EmbeddingPass[neighbors.size()];
    this.rows = new double[neighbors.size()][];
    this.moments = new double[4][model.embeddingWidth()];
    int[] free = model.sel().clone();
    for (int n = 0; n < rows.length; n++) {
      int other = neighbors.get(n).type();
      free[other]--;
      rows[n] = normalized(raw(neighbors.get(n).difference()));
      embedded[n] =
          model.isMasked(type, other)
              ? null
              : accumulate(rows[n], model.embedding()[type][other], 1);
    }
    for (int other = 0; other < free.length; other++) {
      accumulate(normalized(new double[4]), model.ofEmpty(type, other), free[other]);
    }
  }

  private EmbeddingPass accumulate(double[] row, Embedding net, int count) {
    if (net == null || count == 0) {
      return null;
    }
    EmbeddingPass pass = EmbeddingPass.of(net, row[0]);
    for (int d = 0; d < 4; d++) {
      for (int m = 0; m < moments[d].length; m++) {
        moments[d][m] += count * row[d] * pass.output()[m] / model.normalization();
      }
    }
    return pass;
  }

  /** (s, t x/r, t y/r, t z/r): s = w/(r + p), t = w r/(r + p)². */
  private double[] raw(double[] difference) {
    double r = length(difference);
    double q = r + model.protection();
    double s = model.smoothing().value(r) / q;
    return new double[] {s, s * difference[0] / q, s * difference[1] / q, s * difference[2] / q};
  }

  private double[] normalized(double[] row) {
    double[] result = new double[4];
    for (int d = 0; d < 4; d++) {
      result[d] = (row[d] - model.davg()[type][d]) / model.dstd()[type][d];
    }
    return result;
  }

  @Override
  public double[] descriptor() {
    int axis = model.axisNeuron();
    double[] result = new double[model.size()];
    for (int m = 0; m < model.embeddingWidth(); m++) {
      for (int k = 0; k < axis; k++) {
        for (int d = 0; d < 4; d++) {
          result[m * axis + k] += moments[d][m] * moments[d][k];
        }
      }
    }
    return result;
  }

  @Override
  public double[] directions() {
    int width = model.embeddingWidth();
    double[] all = new double[3 * width];
    for (int a = 0; a < 3; a++) {
      System.arraycopy(moments[a + 1], 0, all, a * width, width);
    }
    return all;
  }

  @Override
  public double[][] gradient(double[] byDescriptor) {
    double[][] byMoments = byMoments(byDescriptor);
    double[][] result = new double[rows.length][];
    for (int n = 0; n < rows.length; n++) {
      result[n] = embedded[n] == null ? new double[3] : gradient(n, byMoments);
    }
    return result;
  }

  private double[][] byMoments(double[] byDescriptor) {
    int axis = model.axisNeuron();
    double[][] result = new double[4][model.embeddingWidth()];
    for (int d = 0; d < 4; d++) {
      for (int m = 0; m < model.embeddingWidth(); m++) {
        for (int k = 0; k < axis; k++) {
          result[d][m] += byDescriptor[m * axis + k] * moments[d][k];
          result[d][k] += byDescriptor[m * axis + k] * moments[d][m];
        }
      }
    }
    return result;
  }

  private double[] gradient(int n, double[][] byMoments) {
    double[] byRow = new double[4];
    double[] byEmbedding = new double[model.embeddingWidth()];
    for (int d = 0; d < 4; d++) {
      for (int m = 0; m < byEmbedding.length; m++) {
        byRow[d] += byMoments[d][m] * embedded[n].output()[m] / model.normalization();
        byEmbedding[m] += byMoments[d][m] * rows[n][d] / model.normalization();
      }
    }
    byRow[0] += embedded[n].inputGradient(byEmbedding);
    for (int d = 0; d < 4; d++) {
      byRow[d] /= model.dstd()[type][d];
    }
    return byDifference(byRow, neighbors.get(n).difference());
  }

  /** From dE/d(row before normalization) to dE/d(difference). */
  private double[] byDifference(double[] byRow, double[] x) {
    double r = length(x);
    double q = r + model.protection();
    double s = model.smoothing().value(r) / q;
    double sByR = model.smoothing().derivative(r) / q - s / q;
    double along = byRow[1] * x[0] + byRow[2] * x[1] + byRow[3] * x[2];
    // row[1 + a] = (s / q) x_a, so its derivative has a radial part and s / q on the diagonal.
    double radial = byRow[0] * sByR + along * (sByR / q - s / (q * q));
    double[] result = new double[3];
    for (int a = 0; a < 3; a++) {
      result[a] = radial * x[a] / r + byRow[1 + a] * s / q;
    }
    return result;
  }

  private static double length(double[] x) {
    return Math.sqrt(x[0] * x[0] + x[1] * x[1] + x[2] * x[2]);
  }
}
