package org.dpsieve.kernel;

import org.dpsieve.model.Dpa4cShape;
import org.dpsieve.model.SolidHarmonics;

/** The products of probes of three degrees: what of the coupling is not zero, term by term. */
final class Dpa4cTriples {
  private final Dpa4cShape.Triple triple;
  private final int[] counts = new int[3];

  /** Components of the three degrees by term, [terms][3]. */
  private final int[][] terms;

  private final double[] factors;

  Dpa4cTriples(Dpa4cShape shape, Dpa4cShape.Triple triple) {
    this.triple = triple;
    int[] l = triple.degrees();
    for (int k = 0; k < 3; k++) {
      counts[k] = shape.probes(l[k]);
    }
    double[][][] coupling = SolidHarmonics.coupling(l[0], l[1], l[2]);
    int[][] found = new int[coupling.length * coupling[0].length * coupling[0][0].length][];
    double[] values = new double[found.length];
    int count = 0;
    for (int m = 0; m < coupling.length; m++) {
      for (int n = 0; n < coupling[m].length; n++) {
        for (int p = 0; p < coupling[m][n].length; p++) {
          if (coupling[m][n][p] != 0) {
            found[count] = new int[] {m, n, p};
            values[count++] = coupling[m][n][p];
          }
        }
      }
    }
    terms = java.util.Arrays.copyOf(found, count);
    factors = java.util.Arrays.copyOf(values, count);
  }

  /**
   * @param probes by degree, row-major [components, probes]
   * @return where the next numbers go
   */
  int forward(double[][] probes, double[] out, int from) {
    double[] a = probes[triple.degrees()[0]];
    double[] b = probes[triple.degrees()[1]];
    double[] c = probes[triple.degrees()[2]];
    for (int k = 0; k < triple.scales().length; k++) {
      int[] probe = triple.probes()[k];
      double sum = 0;
      for (int t = 0; t < factors.length; t++) {
        int[] term = terms[t];
        sum +=
            factors[t]
                * a[term[0] * counts[0] + probe[0]]
                * b[term[1] * counts[1] + probe[1]]
                * c[term[2] * counts[2] + probe[2]];
      }
      out[from + k] = triple.scales()[k] * sum;
    }
    return from + triple.scales().length;
  }

  /** As {@link #forward}, with the gradient added to that of the probes. */
  int backward(double[][] probes, double[] gradient, int from, double[][] dProbes) {
    double[] a = probes[triple.degrees()[0]];
    double[] b = probes[triple.degrees()[1]];
    double[] c = probes[triple.degrees()[2]];
    double[] da = dProbes[triple.degrees()[0]];
    double[] db = dProbes[triple.degrees()[1]];
    double[] dc = dProbes[triple.degrees()[2]];
    for (int k = 0; k < triple.scales().length; k++) {
      int[] probe = triple.probes()[k];
      double g = triple.scales()[k] * gradient[from + k];
      for (int t = 0; t < factors.length; t++) {
        int i = terms[t][0] * counts[0] + probe[0];
        int j = terms[t][1] * counts[1] + probe[1];
        int m = terms[t][2] * counts[2] + probe[2];
        double f = g * factors[t];
        da[i] += f * b[j] * c[m];
        db[j] += f * a[i] * c[m];
        dc[m] += f * a[i] * b[j];
      }
    }
    return from + triple.scales().length;
  }
}
