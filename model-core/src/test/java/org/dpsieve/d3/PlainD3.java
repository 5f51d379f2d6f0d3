package org.dpsieve.d3;

import static org.dpsieve.d3.ReferenceValues.BOHR;
import static org.dpsieve.d3.ReferenceValues.HARTREE;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.dpsieve.frame.Frame;

/**
 * The definition of DFT-D3's energy in plain loops: every pair of atoms, every lattice translation
 * that could be near enough, the formulas as printed. No derivative: forces are compared with
 * differences of this.
 */
final class PlainD3 {
  private final ReferenceValues values = ReferenceValues.get();
  private final DampingParameters damping;
  private final double pairCutoff;
  private final double coordinationCutoff;

  PlainD3(D3Options options) {
    damping = DampingParameters.of(options.functional(), options.damping());
    pairCutoff = options.pairCutoff() / BOHR;
    coordinationCutoff = options.coordinationCutoff() / BOHR;
  }

  /** eV */
  double energy(Frame frame) {
    int n = frame.atomCount();
    double[] coordination = new double[n];
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        double radii = values.covalentRadius(frame.z()[i]) + values.covalentRadius(frame.z()[j]);
        for (double r : distances(frame, i, j, coordinationCutoff)) {
          coordination[i] += 1 / (1 + Math.exp(-16 * (radii / r - 1)));
        }
      }
    }
    double energy = 0;
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        double c6 = c6(frame.z()[i], coordination[i], frame.z()[j], coordination[j]);
        for (double r : distances(frame, i, j, pairCutoff)) {
          energy -= 0.5 * c6 * damped(frame.z()[i], frame.z()[j], r);
        }
      }
    }
    return energy * HARTREE;
  }

  private double c6(int z1, double cn1, int z2, double cn2) {
    double[] weights1 = weights(values.coordination(z1), cn1);
    double[] weights2 = weights(values.coordination(z2), cn2);
    double sum = 0;
    for (int p = 0; p < weights1.length; p++) {
      for (int q = 0; q < weights2.length; q++) {
        sum += weights1[p] * weights2[q] * values.c6(z1, z2)[p * weights2.length + q];
      }
    }
    return sum;
  }

  private static double[] weights(double[] references, double cn) {
    double[] weights =
        Arrays.stream(references).map(x -> Math.exp(-4 * (x - cn) * (x - cn))).toArray();
    double norm = Arrays.stream(weights).sum();
    double highest = Arrays.stream(references).max().getAsDouble();
    for (int p = 0; p < weights.length; p++) {
      // smallest norm that has a reciprocal
      weights[p] =
          norm > 1 / Double.MAX_VALUE ? weights[p] / norm : references[p] == highest ? 1 : 0;
    }
    return weights;
  }

  private double damped(int z1, int z2, double r) {
    double c8 = damping.s8() * 3 * values.r4r2(z1) * values.r4r2(z2);
    if (damping.damping() == Damping.ZERO) {
      double r0 = values.vdwRadius(z1, z2);
      return damping.s6() / Math.pow(r, 6) / (1 + 6 * Math.pow(damping.first() * r0 / r, 14))
          + c8 / Math.pow(r, 8) / (1 + 6 * Math.pow(damping.second() * r0 / r, 16));
    }
    double r0 =
        damping.first() * Math.sqrt(3 * values.r4r2(z1) * values.r4r2(z2)) + damping.second();
    return damping.s6() / (Math.pow(r, 6) + Math.pow(r0, 6))
        + c8 / (Math.pow(r, 8) + Math.pow(r0, 8));
  }

  /** bohr, all images of j around i, without i itself. */
  private static List<Double> distances(Frame frame, int i, int j, double cutoff) {
    double[] cell = frame.cell();
    int[] reach = new int[3];
    double[] vector = new double[3];
    for (int k = 0; k < 3; k++) {
      vector[k] = frame.coord()[3 * i + k] - frame.coord()[3 * j + k];
    }
    if (cell != null) {
      for (int k = 0; k < 3; k++) {
        reach[k] = reach(cell, k, vector, cutoff * BOHR);
      }
    }
    List<Double> found = new ArrayList<>();
    for (int a = -reach[0]; a <= reach[0]; a++) {
      for (int b = -reach[1]; b <= reach[1]; b++) {
        for (int c = -reach[2]; c <= reach[2]; c++) {
          double r2 = 0;
          for (int k = 0; k < 3; k++) {
            double d = vector[k];
            if (cell != null) {
              d -= a * cell[k] + b * cell[3 + k] + c * cell[6 + k];
            }
            r2 += d * d / (BOHR * BOHR);
          }
          boolean self = i == j && a == 0 && b == 0 && c == 0;
          if (!self && r2 <= cutoff * cutoff) {
            found.add(Math.sqrt(r2));
          }
        }
      }
    }
    return found;
  }

  /** How many cells along vector k may matter: by the distance of the planes of the others. */
  private static int reach(double[] cell, int k, double[] vector, double cutoff) {
    int p = 3 * ((k + 1) % 3);
    int q = 3 * ((k + 2) % 3);
    double x = cell[p + 1] * cell[q + 2] - cell[p + 2] * cell[q + 1];
    double y = cell[p + 2] * cell[q] - cell[p] * cell[q + 2];
    double z = cell[p] * cell[q + 1] - cell[p + 1] * cell[q];
    double area = Math.sqrt(x * x + y * y + z * z);
    double volume = cell[3 * k] * x + cell[3 * k + 1] * y + cell[3 * k + 2] * z;
    double away = Math.abs(vector[0] * x + vector[1] * y + vector[2] * z);
    return (int) Math.ceil((cutoff * area + away) / Math.abs(volume));
  }
}
