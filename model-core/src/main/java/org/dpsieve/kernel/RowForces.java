package org.dpsieve.kernel;

/**
 * From the gradients with respect to switch and rows of the environment matrix of one centre's
 * neighbors to forces and virial. Not for two threads at once.
 */
final class RowForces {
  /** dE/d(row before normalisation), eV Å, [4][pairs]. */
  final double[][] byRow = new double[4][0];

  /** dE/d(switch), eV, [pairs]. */
  double[] bySwitch = new double[0];

  /** Makes room for so many pairs and sets all gradients to zero. */
  void clear(int pairs) {
    if (bySwitch.length < pairs) {
      bySwitch = new double[2 * pairs];
      for (int k = 0; k < 4; k++) {
        byRow[k] = new double[2 * pairs];
      }
    }
    for (int i = 0; i < pairs; i++) {
      bySwitch[i] = 0;
      byRow[0][i] = 0;
      byRow[1][i] = 0;
      byRow[2][i] = 0;
      byRow[3][i] = 0;
    }
  }

  /**
   * With u the unit vector from centre to neighbor, the row is (s, t u), the switch w = s (r + p),
   * and dE/d(r u) = (dE/ds s' + dE/dw w') u + (g.u) (t' - t/r) u + t/r g, g the gradient of the
   * last three. Minus that acts on the neighbor, its opposite on the centre, and the virial gains
   * minus its product with r u.
   *
   * @param first the centre's first pair of these {@code count}
   */
  void add(
      Environment environment,
      int centre,
      int first,
      int count,
      double[] force,
      double[] virial,
      int virialOffset) {
    int[] neighbor = environment.neighbor();
    for (int i = 0; i < count; i++) {
      int p = first + i;
      double ux = environment.unit(0)[p];
      double uy = environment.unit(1)[p];
      double uz = environment.unit(2)[p];
      double r = environment.distance()[p];
      double slope = environment.slope()[p];
      double tOverR = environment.angular()[p] / r;
      double along = byRow[1][i] * ux + byRow[2][i] * uy + byRow[3][i] * uz;
      double switchSlope = slope * (r + environment.protection()) + environment.s()[p];
      double radial =
          byRow[0][i] * slope
              + bySwitch[i] * switchSlope
              + along * (environment.angularSlope()[p] - tOverR);
      double fx = radial * ux + tOverR * byRow[1][i];
      double fy = radial * uy + tOverR * byRow[2][i];
      double fz = radial * uz + tOverR * byRow[3][i];
      int j = 3 * neighbor[p];
      force[j] -= fx;
      force[j + 1] -= fy;
      force[j + 2] -= fz;
      int c = 3 * centre;
      force[c] += fx;
      force[c + 1] += fy;
      force[c + 2] += fz;
      addVirial(fx * r, ux, uy, uz, virial, virialOffset);
      addVirial(fy * r, ux, uy, uz, virial, virialOffset + 3);
      addVirial(fz * r, ux, uy, uz, virial, virialOffset + 6);
    }
  }

  private static void addVirial(
      double fr, double ux, double uy, double uz, double[] virial, int at) {
    virial[at] -= fr * ux;
    virial[at + 1] -= fr * uy;
    virial[at + 2] -= fr * uz;
  }
}
