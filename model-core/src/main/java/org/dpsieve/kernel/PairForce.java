package org.dpsieve.kernel;

/** From the gradient with respect to one row of the environment matrix to forces and virial. */
final class PairForce {
  private PairForce() {}

  /**
   * With u the unit vector from centre to neighbour, the row is (s, s u) and dE/d(r u) = dE/ds s' u
   * + (g.u) (s' - s/r) u + s/r g, g the gradient of the last three. Minus that acts on the
   * neighbour, its opposite on the centre, and the virial gains minus its product with r u, as
   * {@code deepmd source/lib/src/prod_force.cc, prod_virial.cc}.
   *
   * @param d0 dE/ds, eV Å; {@code d1, d2, d3} dE/d(s u), eV Å
   */
  static void add(
      Environment environment,
      int pair,
      int centre,
      double d0,
      double d1,
      double d2,
      double d3,
      double[] force,
      double[] virial,
      int virialOffset) {
    double[] g = environment.geometry();
    int o = pair * Environment.PER_PAIR;
    double ux = g[o];
    double uy = g[o + 1];
    double uz = g[o + 2];
    double r = g[o + 5];
    double sOverR = g[o + 3] / r;
    double along = d1 * ux + d2 * uy + d3 * uz;
    double radial = d0 * g[o + 4] + along * (g[o + 4] - sOverR);
    double fx = radial * ux + sOverR * d1;
    double fy = radial * uy + sOverR * d2;
    double fz = radial * uz + sOverR * d3;
    int j = 3 * environment.neighbor()[pair];
    int i = 3 * centre;
    force[j] -= fx;
    force[j + 1] -= fy;
    force[j + 2] -= fz;
    force[i] += fx;
    force[i + 1] += fy;
    force[i + 2] += fz;
    double x = r * ux;
    double y = r * uy;
    double z = r * uz;
    virial[virialOffset] -= fx * x;
    virial[virialOffset + 1] -= fx * y;
    virial[virialOffset + 2] -= fx * z;
    virial[virialOffset + 3] -= fy * x;
    virial[virialOffset + 4] -= fy * y;
    virial[virialOffset + 5] -= fy * z;
    virial[virialOffset + 6] -= fz * x;
    virial[virialOffset + 7] -= fz * y;
    virial[virialOffset + 8] -= fz * z;
  }
}
