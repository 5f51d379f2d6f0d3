package org.dpsieve.kernel;

import java.util.Arrays;

/**
 * {@link DescriptorKernel} of se_e3 and se_e3_tebd: D = sum over neighbors j and k of c x G(x) (1 +
 * w_j w_k f), x = R_j . R_k. With two neighbors of one type, (j, k) and (k, j) are the same.
 */
final class TripleDescriptor implements DescriptorKernel {
  private final TripleNets nets;
  private final TabulatedNet.Reader[][] readers;
  private final RowForces forces = new RowForces();
  private final int width;

  /** Angular columns, normalised, and the switch: [4][pairs]. */
  private final double[][] row = new double[4][0];

  TripleDescriptor(TripleNets nets) {
    this.nets = nets;
    readers = nets.readers();
    width = nets.width();
  }

  @Override
  public int sumsSize() {
    return 0;
  }

  @Override
  public int descriptorSize() {
    return width;
  }

  @Override
  public void forward(
      Environment environment, int centre, double[] sums, int sumsOffset, double[] d, int offset) {
    Arrays.fill(d, offset, offset + width, 0);
    load(environment, centre);
    forPairs(
        environment,
        centre,
        (j, k, scale, reader, factor) -> {
          double x = dot(j, k);
          addPair(scale * x, reader.at(x), row[3][j] * row[3][k], factor, d, offset);
        });
  }

  private interface Pairs {
    /**
     * Two neighbors of one centre.
     *
     * @param scale that of their sum, twice as large where it stands for (k, j) too
     */
    void accept(int j, int k, double scale, TabulatedNet.Reader reader, double[] factor);
  }

  private void forPairs(Environment environment, int centre, Pairs pairs) {
    int type = environment.type(centre);
    int start = environment.firstPair(centre, 0);
    for (int a = 0; a < environment.typeCount(); a++) {
      for (int b = 0; b < environment.typeCount(); b++) {
        if (readers[a][b] != null && !nets.isMasked(type, a) && !nets.isMasked(type, b)) {
          double[] factor = nets.factor() == null ? null : nets.factor()[a][b];
          int endA = environment.firstPair(centre, a + 1) - start;
          int endB = environment.firstPair(centre, b + 1) - start;
          for (int j = environment.firstPair(centre, a) - start; j < endA; j++) {
            int from = a == b ? j : environment.firstPair(centre, b) - start;
            for (int k = from; k < endB; k++) {
              double count = a == b && k != j ? 2 : 1;
              pairs.accept(j, k, count * nets.scale()[a][b], readers[a][b], factor);
            }
          }
        }
      }
    }
  }

  private void addPair(double c, double[] g, double gate, double[] factor, double[] d, int offset) {
    if (factor == null) {
      for (int m = 0; m < width; m++) {
        d[offset + m] += c * g[m];
      }
    } else {
      for (int m = 0; m < width; m++) {
        d[offset + m] += c * g[m] * (1 + gate * factor[m]);
      }
    }
  }

  private double dot(int j, int k) {
    return row[0][j] * row[0][k] + row[1][j] * row[1][k] + row[2][j] * row[2][k];
  }

  private void load(Environment environment, int centre) {
    int first = environment.firstPair(centre, 0);
    int count = environment.firstPair(centre, environment.typeCount()) - first;
    if (row[0].length < count) {
      for (int k = 0; k < 4; k++) {
        row[k] = new double[2 * count];
      }
    }
    double[] inverse = nets.inverse()[environment.type(centre)];
    for (int i = 0; i < count; i++) {
      double t = environment.angular()[first + i];
      for (int k = 0; k < 3; k++) {
        row[k][i] = t * environment.unit(k)[first + i] * inverse[k + 1];
      }
      row[3][i] =
          environment.s()[first + i]
              * (environment.distance()[first + i] + environment.protection());
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
    load(environment, centre);
    int start = environment.firstPair(centre, 0);
    int all = environment.firstPair(centre, environment.typeCount()) - start;
    forces.clear(all);
    forPairs(
        environment,
        centre,
        (j, k, scale, reader, factor) ->
            pairGradient(j, k, scale, reader, factor, gradient, offset));
    double[] inverse = nets.inverse()[environment.type(centre)];
    for (int i = 0; i < all; i++) {
      for (int k = 1; k < 4; k++) {
        forces.byRow[k][i] *= inverse[k];
      }
    }
    forces.add(environment, centre, start, all, force, virial, virialOffset);
  }

  private void pairGradient(
      int j,
      int k,
      double scale,
      TabulatedNet.Reader reader,
      double[] factor,
      double[] gradient,
      int offset) {
    double x = dot(j, k);
    double[] g = reader.at(x);
    double byX = 0;
    double byGate = 0;
    double gate = row[3][j] * row[3][k];
    if (factor == null) {
      for (int m = 0; m < width; m++) {
        byX += gradient[offset + m] * (g[m] + x * g[width + m]);
      }
    } else {
      for (int m = 0; m < width; m++) {
        byX += gradient[offset + m] * (g[m] + x * g[width + m]) * (1 + gate * factor[m]);
        byGate += gradient[offset + m] * x * g[m] * factor[m];
      }
    }
    byX *= scale;
    byGate *= scale;
    for (int c = 0; c < 3; c++) {
      forces.byRow[c + 1][j] += byX * row[c][k];
      forces.byRow[c + 1][k] += byX * row[c][j];
    }
    forces.bySwitch[j] += byGate * row[3][k];
    forces.bySwitch[k] += byGate * row[3][j];
  }
}
