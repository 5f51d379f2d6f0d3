package org.dpsieve.outputlayer;

import java.util.List;

/**
 * Chooses {@link OldShare}: the shares, of a few values for each kind of label, with which changes
 * learnt without a fold predict that fold best. Of the three kinds the product of the mean squares
 * counts, so that none rules by its unit.
 */
final class ShareChoice {
  private static final double[] SHARES = {0, 0.25, 0.5, 0.75, 1};

  /** A ridge a decade is enough to choose shares by. */
  private static final int STRIDE = 4;

  private static final int KINDS = 3;

  private ShareChoice() {}

  /**
   * @param folds residuals at the model's own parameters and, of old labels, at {@code old}'s
   */
  static OldShare of(
      NormalEquations[] folds, LossPrefactors prefactors, OldLayer old, Restraint restraint) {
    double[] ridges = restraint.grid();
    int count = (ridges.length + STRIDE - 1) / STRIDE;
    double[][][] forms = new double[count][KINDS][(KINDS + 1) * (KINDS + 1)];
    boolean leftOut = false;
    for (int fold = 0; fold < folds.length; fold++) {
      NormalEquations rest = OutputLayerFit.sum(folds, fold);
      if (folds[fold].frames() > 0 && rest.frames() > 0) {
        leftOut = true;
        add(folds[fold], rest, prefactors, old, restraint, forms);
      }
    }
    return leftOut ? best(forms) : OldShare.ALL;
  }

  /** Errors are quadratic in the shares, as changes are linear in them. */
  private static void add(
      NormalEquations left,
      NormalEquations rest,
      LossPrefactors prefactors,
      OldLayer old,
      Restraint restraint,
      double[][][] forms) {
    double[] ridges = restraint.grid();
    List<OldShare> corners = corners();
    Ridge[] problems = new Ridge[corners.size()];
    for (int c = 0; c < problems.length; c++) {
      problems[c] = restraint.ridge(rest.changed(old.change(), corners.get(c)), prefactors);
    }
    for (int k = 0; k < forms.length; k++) {
      double[][] changes = new double[corners.size()][];
      for (int c = 0; c < problems.length; c++) {
        changes[c] = problems[c].change(ridges[k * STRIDE]);
      }
      quadratic(left, old, changes, forms[k]);
    }
  }

  /** No share, and all of one kind. */
  private static List<OldShare> corners() {
    return List.of(
        OldShare.NONE, new OldShare(1, 0, 0), new OldShare(0, 1, 0), new OldShare(0, 0, 1));
  }

  /**
   * Adds each kind's mean square error as a quadratic form of (1, shares), by its values at (0, 0,
   * 0), at shares of one half and one, and at pairs of ones.
   *
   * @param changes at {@link #corners}
   */
  private static void quadratic(
      NormalEquations left, OldLayer old, double[][] changes, double[][] forms) {
    for (int kind = 0; kind < KINDS; kind++) {
      double zero = error(left, old, changes, kind, 0, 0, 0);
      double[] linear = new double[KINDS];
      double[] square = new double[KINDS];
      int n = KINDS + 1;
      forms[kind][0] += zero;
      for (int a = 0; a < KINDS; a++) {
        double half = error(left, old, changes, kind, at(a, 0.5), at(a - 1, 0.5), at(a - 2, 0.5));
        double one = error(left, old, changes, kind, at(a, 1), at(a - 1, 1), at(a - 2, 1));
        square[a] = 2 * (one - 2 * half + zero);
        linear[a] = one - zero - square[a];
        forms[kind][a + 1] += linear[a];
        forms[kind][(a + 1) * n + a + 1] += square[a];
      }
      for (int a = 0; a < KINDS; a++) {
        for (int b = a + 1; b < KINDS; b++) {
          double both =
              error(
                  left,
                  old,
                  changes,
                  kind,
                  at(a, 1) + at(b, 1),
                  at(a - 1, 1) + at(b - 1, 1),
                  at(a - 2, 1) + at(b - 2, 1));
          forms[kind][(a + 1) * n + b + 1] +=
              both - zero - linear[a] - square[a] - linear[b] - square[b];
        }
      }
    }
  }

  private static double at(int place, double value) {
    return place == 0 ? value : 0;
  }

  private static double error(
      NormalEquations left,
      OldLayer old,
      double[][] changes,
      int kind,
      double energy,
      double force,
      double virial) {
    double[] change = changes[0].clone();
    for (int k = 0; k < change.length; k++) {
      change[k] =
          old.change()[k]
              + changes[0][k]
              + energy * (changes[1][k] - changes[0][k])
              + force * (changes[2][k] - changes[0][k])
              + virial * (changes[3][k] - changes[0][k]);
    }
    Moments moments = List.of(left.energy, left.force, left.virial).get(kind);
    double share = new double[] {energy, force, virial}[kind];
    return moments.square(change, share);
  }

  private static OldShare best(double[][][] forms) {
    OldShare best = OldShare.NONE;
    double least = Double.MAX_VALUE;
    for (double[][] form : forms) {
      for (double energy : SHARES) {
        for (double force : SHARES) {
          for (double virial : SHARES) {
            double[] v = {1, energy, force, virial};
            double sum = 0;
            for (double[] kind : form) {
              sum += logarithm(kind, v);
            }
            if (sum < least) {
              least = sum;
              best = new OldShare(energy, force, virial);
            }
          }
        }
      }
    }
    return best;
  }

  private static double logarithm(double[] form, double[] v) {
    double sum = 0;
    for (int i = 0; i < v.length; i++) {
      for (int j = i; j < v.length; j++) {
        sum += form[i * v.length + j] * v[i] * v[j];
      }
    }
    return Math.log(Math.max(sum, Double.MIN_NORMAL));
  }
}
