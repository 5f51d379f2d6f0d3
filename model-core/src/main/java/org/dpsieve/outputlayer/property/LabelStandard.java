package org.dpsieve.outputlayer.property;

import java.util.Arrays;
import java.util.List;
import org.dpsieve.infer.AtomFeatures;
import org.dpsieve.model.PropertyHead.Form;
import org.dpsieve.outputlayer.OpenBlas;

/**
 * How labels are standardised, as DeePMD-kit does it ({@code deepmd/utils/out_stat.py:
 * compute_stats_from_redu}): a bias for each type, by least squares from the atoms of each type (of
 * an intensive property their parts), and the standard deviation of what is left. Vectors and
 * tensors have no bias, and one size for all components.
 *
 * @param bias [types][components]
 * @param deviation [components]; never 0
 */
record LabelStandard(double[][] bias, double[] deviation) {
  private static final double CUTOFF = 1e-12;

  /**
   * @param counts of each row the atoms of each type, or their parts, [rows][types]
   * @param labels [rows][components]
   */
  static LabelStandard of(Form form, List<double[]> counts, List<double[]> labels) {
    int types = counts.get(0).length;
    int components = labels.get(0).length;
    double[][] bias = new double[types][components];
    if (form == Form.INVARIANT) {
      leastSquares(counts, labels, bias);
    }
    double[] mean = new double[components];
    double[] square = new double[components];
    for (int row = 0; row < labels.size(); row++) {
      for (int c = 0; c < components; c++) {
        double rest = labels.get(row)[c] - at(bias, counts.get(row), c);
        mean[c] += rest / labels.size();
        square[c] += rest * rest / labels.size();
      }
    }
    double[] deviation = new double[components];
    for (int c = 0; c < components; c++) {
      boolean own = form == Form.INVARIANT;
      double all = own ? square[c] : Arrays.stream(square).average().orElseThrow();
      double variance = own ? all - mean[c] * mean[c] : all;
      deviation[c] = variance > 1e-24 * all && variance > 0 ? Math.sqrt(variance) : 1;
    }
    return new LabelStandard(bias, deviation);
  }

  private static void leastSquares(List<double[]> counts, List<double[]> labels, double[][] bias) {
    int types = bias.length;
    double[] gram = new double[types * types];
    for (double[] row : counts) {
      for (int s = 0; s < types; s++) {
        for (int t = 0; t < types; t++) {
          gram[s * types + t] += row[s] * row[t];
        }
      }
    }
    for (int c = 0; c < bias[0].length; c++) {
      double[] right = new double[types];
      for (int row = 0; row < labels.size(); row++) {
        for (int t = 0; t < types; t++) {
          right[t] += counts.get(row)[t] * labels.get(row)[c];
        }
      }
      OpenBlas.leastSquares(gram.clone(), right, CUTOFF);
      for (int t = 0; t < types; t++) {
        bias[t][c] = right[t];
      }
    }
  }

  /** What the biases say of a component. */
  private static double at(double[][] bias, double[] counts, int component) {
    double sum = 0;
    for (int t = 0; t < counts.length; t++) {
      sum += counts[t] * bias[t][component];
    }
    return sum;
  }

  /** A label, standardised. */
  double[] of(double[] label, double[] counts) {
    double[] y = new double[label.length];
    for (int c = 0; c < y.length; c++) {
      y[c] = (label[c] - at(bias, counts, c)) / deviation[c];
    }
    return y;
  }

  /** With the biases of others, for labels at another level. */
  LabelStandard withBias(double[][] others) {
    return new LabelStandard(others, deviation);
  }

  /** Atoms of each type that have a value; of an intensive property their part of all. */
  static double[] counts(AtomFeatures features, int types, boolean intensive) {
    double[] counts = new double[types];
    int atoms = 0;
    for (int i = 0; i < features.types().length; i++) {
      if (features.hidden()[i] != null) {
        counts[features.types()[i]]++;
        atoms++;
      }
    }
    for (int t = 0; intensive && t < types; t++) {
      counts[t] /= atoms;
    }
    return counts;
  }
}
