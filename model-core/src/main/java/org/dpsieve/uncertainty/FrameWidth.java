package org.dpsieve.uncertainty;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.dpsieve.infer.Prediction;
import org.dpsieve.outputlayer.OpenBlas;

/**
 * How many times its standard deviation a frame's largest force error is: a posterior knows how
 * well the output layer is known, not where the hidden layers fail. A ridge regression of the
 * logarithm, on what evaluation has at hand of a frame; learnt from labelled frames that were left
 * out of training.
 *
 * @param mean of what is known of a frame, [n]
 * @param slope of the logarithm by it, [n]
 * @param level of the logarithm at the mean
 * @param least logarithm that was found; smaller ones are taken as this
 * @param most likewise
 */
public record FrameWidth(double[] mean, double[] slope, double level, double least, double most)
    implements Serializable {
  private static final int FEWEST = 20; // frames

  /**
   * Frames that a fit looks at, evenly spaced among more: its time goes as their cube. Training has
   * 250 looked at.
   */
  private static final int MOST = 1000;

  /** What the standard deviations and forces weigh against each number of the energy's row. */
  private static final double WEIGHT = 3;

  private static final int SUMMARY = 4; // numbers of a frame before its row

  private static final double SMALLEST = 1e-6; // of what a logarithm is taken, eV/Å

  /** Ridges as parts of the mean square of all numbers. */
  private static final double[] RIDGES = {
    1e-3, 3e-3, 1e-2, 3e-2, 0.1, 0.3, 1, 3, 10, 30, 100, 300, 1000, 3000
  };

  /**
   * One labelled frame that was left out.
   *
   * @param about what {@link #about} says
   * @param ratio largest error of an atom's force, root mean square over the models, to the largest
   *     standard deviation
   */
  public record Seen(double[] about, double ratio) implements Serializable {}

  /**
   * What was learnt.
   *
   * @param width from all frames
   * @param factors of each frame of each fold, by what the other folds show; 1 where nothing is
   *     known of it
   */
  public record Learnt(FrameWidth width, double[][] factors) {}

  /**
   * @param sigma largest standard deviation of an atom's force, eV/Å
   * @param rmsSigma of the components of all atoms, eV/Å
   * @param models predictions
   * @param row of the energy per atom of the first model
   * @return [n]; {@code null} where a number is none
   */
  static double[] about(double sigma, double rmsSigma, Prediction[] models, double[] row) {
    double largest = 0;
    double squares = 0;
    int count = 0;
    for (Prediction model : models) {
      double[] force = model.force();
      for (int c = 0; c < force.length; c += 3) {
        double square =
            force[c] * force[c] + force[c + 1] * force[c + 1] + force[c + 2] * force[c + 2];
        largest = Math.max(largest, Math.sqrt(square));
        squares += square;
        count += 3;
      }
    }
    double[] about = new double[SUMMARY + row.length];
    about[0] = logarithm(sigma);
    about[1] = logarithm(rmsSigma);
    about[2] = logarithm(largest);
    about[3] = logarithm(Math.sqrt(squares / count));
    System.arraycopy(row, 0, about, SUMMARY, row.length);
    return Arrays.stream(about).allMatch(Double::isFinite) ? about : null;
  }

  private static double logarithm(double number) {
    return Math.log(Math.max(SMALLEST, number));
  }

  /** By what the standard deviation of a frame is multiplied. */
  double factor(double[] about) {
    double sum = level;
    for (int k = 0; k < slope.length; k++) {
      sum += slope[k] * (about[k] - mean[k]);
    }
    return bounded(sum);
  }

  private double bounded(double logarithm) {
    return Math.exp(Math.min(most, Math.max(least, logarithm)));
  }

  /**
   * @param folds frames left out together; {@code null} for frames of which nothing is known
   * @return empty where they are too few, or where what is known of them foretells nothing
   */
  public static Optional<Learnt> of(List<List<Seen>> folds) {
    List<double[]> rows = new ArrayList<>();
    List<Double> logarithms = new ArrayList<>();
    List<Integer> foldOf = new ArrayList<>();
    for (int fold = 0; fold < folds.size(); fold++) {
      for (Seen seen : folds.get(fold)) {
        if (isKnown(seen)) {
          rows.add(seen.about());
          logarithms.add(Math.log(seen.ratio()));
          foldOf.add(fold);
        }
      }
    }
    if (rows.size() < FEWEST || foldOf.stream().distinct().count() < 2) {
      return Optional.empty();
    }
    Problem problem =
        new Problem(
            rows.toArray(double[][]::new),
            logarithms.stream().mapToDouble(Double::doubleValue).toArray());
    List<Fit> without = new ArrayList<>();
    for (int fold = 0; fold < folds.size(); fold++) {
      int left = fold;
      without.add(
          problem.fit(
              IntStream.range(0, rows.size()).filter(k -> foldOf.get(k) != left).toArray()));
    }
    int best = -1;
    double least = problem.variance();
    for (int ridge = 0; ridge < RIDGES.length; ridge++) {
      double square = 0;
      for (int k = 0; k < rows.size(); k++) {
        double off = without.get(foldOf.get(k)).of(problem, k, ridge) - problem.y[k];
        square += off * off / rows.size();
      }
      if (square <= least) {
        least = square;
        best = ridge;
      }
    }
    if (best < 0) {
      return Optional.empty();
    }
    FrameWidth width = problem.width(best);
    double[][] factors = new double[folds.size()][];
    int at = 0;
    for (int fold = 0; fold < factors.length; fold++) {
      List<Seen> seen = folds.get(fold);
      factors[fold] = new double[seen.size()];
      for (int k = 0; k < factors[fold].length; k++) {
        factors[fold][k] = 1;
        if (isKnown(seen.get(k))) {
          factors[fold][k] = width.bounded(without.get(fold).of(problem, at++, best));
        }
      }
    }
    return Optional.of(new Learnt(width, factors));
  }

  private static boolean isKnown(Seen seen) {
    return seen != null && Double.isFinite(Math.log(seen.ratio()));
  }

  /** Frames by numbers of mean 0 and mean square 1 each, those of the summary weighed. */
  private static final class Problem {
    final double[][] z;
    final double[] y;
    private final double[] mean;
    private final double[] scale;

    Problem(double[][] x, double[] y) {
      int n = x[0].length;
      this.y = y;
      this.z = new double[x.length][n];
      this.mean = new double[n];
      this.scale = new double[n];
      for (int k = 0; k < n; k++) {
        int column = k;
        mean[k] = Arrays.stream(x).mapToDouble(row -> row[column]).average().orElseThrow();
        double square =
            Arrays.stream(x)
                .mapToDouble(row -> (row[column] - mean[column]) * (row[column] - mean[column]))
                .average()
                .orElseThrow();
        scale[k] = square > 0 ? (k < SUMMARY ? WEIGHT : 1) / Math.sqrt(n * square) : 0;
        for (int i = 0; i < x.length; i++) {
          z[i][k] = (x[i][k] - mean[k]) * scale[k];
        }
      }
    }

    double variance() {
      double level = Arrays.stream(y).average().orElseThrow();
      return Arrays.stream(y).map(one -> (one - level) * (one - level)).average().orElseThrow();
    }

    Fit fit(int[] frames) {
      return new Fit(this, frames);
    }

    FrameWidth width(int ridge) {
      int[] all = new int[y.length];
      Arrays.setAll(all, k -> k);
      Fit fit = fit(all);
      double[] slope = fit.slope[ridge].clone();
      double level = fit.level;
      for (int k = 0; k < slope.length; k++) {
        level -= slope[k] * fit.center[k]; // those looked at have a mean of their own
        slope[k] *= scale[k];
      }
      return new FrameWidth(
          mean,
          slope,
          level,
          Arrays.stream(y).min().orElseThrow(),
          Arrays.stream(y).max().orElseThrow());
    }
  }

  /** To some of the frames, with every ridge; in sums over frames, of which there are few. */
  private static final class Fit {
    private final double level;
    private final double[] center;
    private final double[][] slope; // [ridge][n]

    Fit(Problem problem, int[] given) {
      int count = Math.min(MOST, given.length);
      int n = problem.scale.length;
      int[] frames = new int[count];
      Arrays.setAll(frames, i -> given[(int) ((long) i * given.length / count)]);
      this.level = Arrays.stream(frames).mapToDouble(k -> problem.y[k]).average().orElse(0);
      this.center = new double[n];
      for (int frame : frames) {
        for (int k = 0; k < n; k++) {
          center[k] += problem.z[frame][k] / count;
        }
      }
      double[] vectors = new double[count * count];
      for (int i = 0; i < count; i++) {
        for (int j = 0; j <= i; j++) {
          double product = product(problem.z[frames[i]], problem.z[frames[j]]);
          vectors[i * count + j] = product;
          vectors[j * count + i] = product;
        }
      }
      double[] values = OpenBlas.eigen(vectors, count);
      double[][] share = new double[RIDGES.length][count];
      for (int v = 0; v < count; v++) {
        double along = 0;
        for (int i = 0; i < count; i++) {
          along += vectors[v * count + i] * (problem.y[frames[i]] - level);
        }
        for (int ridge = 0; ridge < RIDGES.length; ridge++) {
          double part = along / (Math.max(0, values[v]) + RIDGES[ridge]);
          for (int i = 0; i < count; i++) {
            share[ridge][i] += part * vectors[v * count + i];
          }
        }
      }
      this.slope = new double[RIDGES.length][n];
      for (int ridge = 0; ridge < RIDGES.length; ridge++) {
        for (int i = 0; i < count; i++) {
          double[] z = problem.z[frames[i]];
          for (int k = 0; k < n; k++) {
            slope[ridge][k] += share[ridge][i] * (z[k] - center[k]);
          }
        }
      }
    }

    private double product(double[] a, double[] b) {
      double sum = 0;
      for (int k = 0; k < center.length; k++) {
        sum += (a[k] - center[k]) * (b[k] - center[k]);
      }
      return sum;
    }

    double of(Problem problem, int frame, int ridge) {
      double[] z = problem.z[frame];
      double sum = level;
      for (int k = 0; k < center.length; k++) {
        sum += slope[ridge][k] * (z[k] - center[k]);
      }
      return sum;
    }
  }
}
