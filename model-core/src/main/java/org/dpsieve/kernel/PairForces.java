package org.dpsieve.kernel;

import java.util.Arrays;

/**
 * From the gradients with respect to the rows of the environment matrix of one centre to forces and
 * virial. Not for two threads at once.
 */
final class PairForces {
  /** dE/d(normalised row), eV, [4][pairs]. */
  final double[][] gradient = new double[4][0];

  private final double[][] pull = new double[3][0];

  /** Makes room for so many pairs. */
  void room(int pairs) {
    if (pull[0].length < pairs) {
      Arrays.setAll(gradient, k -> new double[2 * pairs]);
      Arrays.setAll(pull, k -> new double[2 * pairs]);
    }
  }

  /**
   * With u the unit vector from centre to neighbor, the row is (s, t u) and dE/d(r u) = dE/ds s' u
   * + (g.u) (t' - t/r) u + t/r g, g the gradient of the last three. Minus that acts on the
   * neighbor, its opposite on the centre, and the virial gains minus its product with r u, as
   * {@code deepmd source/lib/src/prod_force.cc, prod_virial.cc}.
   *
   * @param first the centre's first pair of these {@code count}
   * @param dstd what the rows were divided by, [4]
   */
  void add(
      Environment environment,
      int centre,
      int first,
      int count,
      double[] dstd,
      double[] force,
      double[] virial,
      int virialOffset) {
    pulls(environment, first, count, dstd);
    double[] fx = pull[0];
    double[] fy = pull[1];
    double[] fz = pull[2];
    int[] neighbor = environment.neighbor();
    double x = 0;
    double y = 0;
    double z = 0;
    for (int i = 0; i < count; i++) {
      int j = 3 * neighbor[first + i];
      x += fx[i];
      y += fy[i];
      z += fz[i];
      force[j] -= fx[i];
      force[j + 1] -= fy[i];
      force[j + 2] -= fz[i];
    }
    force[3 * centre] += x;
    force[3 * centre + 1] += y;
    force[3 * centre + 2] += z;
    for (int k = 0; k < 3; k++) {
      addVirial(environment, pull[k], first, count, virial, virialOffset + 3 * k);
    }
  }

  private void pulls(Environment environment, int first, int count, double[] dstd) {
    double[] g0 = gradient[0];
    double[] g1 = gradient[1];
    double[] g2 = gradient[2];
    double[] g3 = gradient[3];
    double[] fx = pull[0];
    double[] fy = pull[1];
    double[] fz = pull[2];
    double[] ux = environment.unit(0);
    double[] uy = environment.unit(1);
    double[] uz = environment.unit(2);
    double[] slope = environment.slope();
    double[] t = environment.angular();
    double[] angularSlope = environment.angularSlope();
    double[] r = environment.distance();
    double scale0 = 1 / dstd[0];
    double scale1 = 1 / dstd[1];
    double scale2 = 1 / dstd[2];
    double scale3 = 1 / dstd[3];
    for (int i = 0; i < count; i++) {
      int p = first + i;
      double d1 = g1[i] * scale1;
      double d2 = g2[i] * scale2;
      double d3 = g3[i] * scale3;
      double tOverR = t[p] / r[p];
      double along = d1 * ux[p] + d2 * uy[p] + d3 * uz[p];
      double radial = g0[i] * scale0 * slope[p] + along * (angularSlope[p] - tOverR);
      fx[i] = radial * ux[p] + tOverR * d1;
      fy[i] = radial * uy[p] + tOverR * d2;
      fz[i] = radial * uz[p] + tOverR * d3;
    }
  }

  /** One row of the virial. */
  private static void addVirial(
      Environment environment, double[] f, int first, int count, double[] virial, int offset) {
    double[] ux = environment.unit(0);
    double[] uy = environment.unit(1);
    double[] uz = environment.unit(2);
    double[] r = environment.distance();
    double x = 0;
    double y = 0;
    double z = 0;
    for (int i = 0; i < count; i++) {
      int p = first + i;
      double fr = f[i] * r[p];
      x += fr * ux[p];
      y += fr * uy[p];
      z += fr * uz[p];
    }
    virial[offset] -= x;
    virial[offset + 1] -= y;
    virial[offset + 2] -= z;
  }
}
