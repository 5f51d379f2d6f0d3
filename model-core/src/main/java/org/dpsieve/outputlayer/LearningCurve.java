package org.dpsieve.outputlayer;

import java.util.Arrays;
import java.util.List;

/**
 * How errors fall with labels, by errors on a part left out after training on fifths of the labels,
 * and on the part trained on.
 */
public record LearningCurve(Of energy, Of force) {
  /** Fewer labels than this are no curve. */
  private static final int LEAST = 20;

  private static final int TERMS = 3;

  /**
   * Mean square at a number of labels n, the geometric mean of two extrapolations: floor + slope /
   * n + bend / n², fitted to the errors left out, which is too hopeful, as most labels of that fit
   * are fewer than what there is to learn, where errors fall steeply; and limit + fall / n, with
   * the limit half-way between the errors on labels trained on and left out, where both meet in the
   * limit of many labels, which is too cautious with few. Any unit: only ratios have a meaning.
   * Nothing is below 0.
   */
  public record Of(double floor, double slope, double bend, double limit, double fall) {
    static final Of UNKNOWN = new Of(Double.NaN, Double.NaN, Double.NaN, Double.NaN, Double.NaN);

    double square(double labels) {
      return Math.sqrt(
          (floor + slope / labels + bend / (labels * labels)) * (limit + fall / labels));
    }

    /**
     * @param labels of each fit, ascending
     * @param left mean squares on the part left out
     * @param trained the last fit's on the part trained on
     * @return {@link #UNKNOWN} where there are no errors: no such label, or none that a fit could
     *     not meet to the last digit
     */
    static Of through(double[] labels, double[] left, double trained) {
      if (!Arrays.stream(left).allMatch(square -> square > 0 && square < Double.MAX_VALUE)) {
        return UNKNOWN;
      }
      int last = labels.length - 1;
      double fall = Math.max(0, labels[last] * (left[last] - trained) / 2);
      double limit = left[last] - fall / labels[last];
      double[] best = null;
      double least = Double.MAX_VALUE;
      for (int terms = 1; terms < 1 << TERMS; terms++) {
        double[] curve = fit(labels, left, terms);
        if (curve[0] >= 0 && curve[1] >= 0 && curve[2] >= 0) {
          double off = 0;
          for (int k = 0; k < labels.length; k++) {
            double n = labels[k];
            double relative = (curve[0] + curve[1] / n + curve[2] / (n * n)) / left[k] - 1;
            off += relative * relative;
          }
          if (off < least) {
            least = off;
            best = curve;
          }
        }
      }
      return best == null ? UNKNOWN : new Of(best[0], best[1], best[2], limit, fall);
    }

    /** Least squares with some of the terms alone, by the bits of {@code terms}. */
    private static double[] fit(double[] labels, double[] squares, int terms) {
      double[] matrix = new double[TERMS * TERMS];
      double[] right = new double[TERMS];
      for (int k = 0; k < labels.length; k++) {
        double[] x = new double[TERMS];
        for (int i = 0; i < TERMS; i++) {
          x[i] = (terms >> i & 1) / (Math.pow(labels[k] / labels[0], i) * squares[k]);
        }
        for (int i = 0; i < TERMS; i++) {
          right[i] += x[i];
          for (int j = 0; j < TERMS; j++) {
            matrix[i * TERMS + j] += x[i] * x[j];
          }
        }
      }
      for (int i = 0; i < TERMS; i++) {
        matrix[i * TERMS + i] += 1 - (terms >> i & 1);
      }
      OpenBlas.solve(matrix, right);
      for (int i = 0; i < TERMS; i++) {
        right[i] *= Math.pow(labels[0], i);
      }
      return right;
    }
  }

  /**
   * @param fits each model's, of the same frames
   * @param prefactors each model's
   * @return {@code null} where labels are too few
   */
  public static LearningCurve of(List<TransferFit> fits, List<LossPrefactors> prefactors) {
    int folds = OutputLayerFit.FOLDS;
    long frames = 0;
    for (NormalEquations fold : fits.get(0).folds()) {
      frames += fold.frames();
    }
    if (frames < LEAST) {
      return null;
    }
    double[] energy = new double[folds - 1];
    double[] force = new double[folds - 1];
    double[] labels = new double[folds - 1];
    double energyTrained = 0;
    double forceTrained = 0;
    for (int more = 1; more < folds; more++) {
      labels[more - 1] = more * frames / (double) folds;
    }
    for (int m = 0; m < fits.size(); m++) {
      TransferFit fit = fits.get(m);
      for (int left = 0; left < folds; left++) {
        NormalEquations sum = new NormalEquations(fit.folds()[0].size());
        for (int more = 1; more < folds; more++) {
          sum.add(fit.folds()[(left + more) % folds]);
          double[] change = fit.restraint().change(sum, prefactors.get(m), fit.fit().ridge());
          energy[more - 1] += fit.leftOut()[left].energy.square(change);
          force[more - 1] += fit.leftOut()[left].force.square(change);
          if (more == folds - 1) {
            NormalEquations trained = OutputLayerFit.sum(fit.leftOut(), left);
            energyTrained += trained.energy.square(change) / more;
            forceTrained += trained.force.square(change) / more;
          }
        }
      }
    }
    return new LearningCurve(
        Of.through(labels, energy, energyTrained), Of.through(labels, force, forceTrained));
  }

  /** What an energy's error is multiplied by when labels grow; NaN where nothing is known. */
  public double energyRatio(long from, long to) {
    return Math.sqrt(energy.square(to) / energy.square(from));
  }

  /** What a force's error is multiplied by; NaN where nothing is known. */
  public double forceRatio(long from, long to) {
    return Math.sqrt(force.square(to) / force.square(from));
  }
}
