package org.dpsieve.uncertainty;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.dpsieve.deviation.Deviation;
import org.dpsieve.infer.Prediction;
import org.dpsieve.outputlayer.OpenBlas;

/**
 * How many times its standard deviation a frame's largest force error is: a posterior knows how
 * well the output layer is known, not where the hidden layers fail. A Gaussian process for the
 * logarithm (Rasmussen and Williams 2006, Gaussian Processes for Machine Learning, equation 2.25,
 * squared exponential covariance) on what evaluation has at hand of a frame; learnt from labelled
 * frames that were left out of training. Far from all of them it is their mean.
 *
 * @param mean of what is known of a frame, [n]
 * @param scale by which each of these numbers is multiplied, [n]
 * @param seen frames that were left out, less the mean and scaled, [frames][n]
 * @param share of each of them, [frames]
 * @param reach how fast frames become unlike each other with their squared distance
 * @param level of the logarithm far from all
 * @param least logarithm that was found; smaller ones are taken as this
 * @param most likewise
 */
public record FrameWidth(
    double[] mean,
    double[] scale,
    double[][] seen,
    double[] share,
    double reach,
    double level,
    double least,
    double most)
    implements Serializable {
  private static final int FEWEST = 20; // frames

  /**
   * Frames that a fit looks at, evenly spaced among more: its time goes as their cube. Training has
   * 250 looked at.
   */
  private static final int MOST = 1000;

  /** What each number of the summary weighs against one of the energy's row. */
  private static final double WEIGHT = 3;

  private static final int SUMMARY = 5; // numbers of a frame before its row

  private static final double SMALLEST = 1e-6; // of what a logarithm is taken, eV/Å

  private static final double[] REACHES = {0.2, 1};

  /** Variances of what nothing foretells, beside 1 of the process. */
  private static final double[] NOISES = {0.01, 0.03, 0.1, 0.3, 1, 3, 10};

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
   * @param members whose disagreement counts: the models, or those that are made of the one
   * @param row of the energy per atom of the first model
   * @return [n]; {@code null} where a number is none
   */
  static double[] about(
      double sigma, double rmsSigma, Prediction[] models, Prediction[] members, double[] row) {
    double largest = 0;
    double squares = 0;
    int count = 0;
    for (Prediction model : models) {
      double[] force = model.force();
      for (int c = 0; c < force.length; c += 3) {
        double square =
            force[c] * force[c] + force[c + 1] * force[c + 1] + force[c + 2] * force[c + 2];
        largest = Math.max(largest, square);
        squares += square;
        count += 3;
      }
    }
    double[] about = new double[SUMMARY + row.length];
    about[0] = logarithm(sigma);
    about[1] = logarithm(rmsSigma);
    about[2] = logarithm(Math.sqrt(largest));
    about[3] = logarithm(Math.sqrt(squares / count));
    about[4] = logarithm(members.length < 2 ? 0 : Deviation.of(members).maxDeviF());
    System.arraycopy(row, 0, about, SUMMARY, row.length);
    return Arrays.stream(about).allMatch(Double::isFinite) ? about : null;
  }

  private static double logarithm(double number) {
    return Math.log(Math.max(SMALLEST, number));
  }

  /** By what the standard deviation of a frame is multiplied. */
  double factor(double[] about) {
    double[] z = scaled(about, mean, scale);
    double sum = level;
    for (int k = 0; k < share.length; k++) {
      sum += share[k] * likeness(z, seen[k], reach);
    }
    return bounded(sum, least, most);
  }

  private static double bounded(double logarithm, double least, double most) {
    return Math.exp(Math.min(most, Math.max(least, logarithm)));
  }

  private static double[] scaled(double[] about, double[] mean, double[] scale) {
    double[] z = new double[mean.length];
    for (int k = 0; k < z.length; k++) {
      z[k] = (about[k] - mean[k]) * scale[k];
    }
    return z;
  }

  /** Of two frames, 1 of equal ones. */
  private static double likeness(double[] a, double[] b, double reach) {
    return Math.exp(-0.5 * reach * squaredDistance(a, b));
  }

  private static double squaredDistance(double[] a, double[] b) {
    double sum = 0;
    for (int k = 0; k < a.length; k++) {
      sum += (a[k] - b[k]) * (a[k] - b[k]);
    }
    return sum;
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
            logarithms.stream().mapToDouble(Double::doubleValue).toArray(),
            foldOf.stream().mapToInt(Integer::intValue).toArray());
    double least = problem.variance();
    double[] leftOut = null;
    double bestReach = 0;
    double bestNoise = 0;
    for (double reach : REACHES) {
      double[][] likeness = problem.likeness(reach);
      for (double noise : NOISES) {
        double[] foretold = problem.leftOut(likeness, noise, folds.size());
        double square = 0;
        for (int k = 0; k < foretold.length; k++) {
          double off = foretold[k] - problem.y[k];
          square += off * off / foretold.length;
        }
        if (square < least) {
          least = square;
          leftOut = foretold;
          bestReach = reach;
          bestNoise = noise;
        }
      }
    }
    if (leftOut == null) {
      return Optional.empty();
    }
    FrameWidth width = problem.width(bestReach, bestNoise);
    double[][] factors = new double[folds.size()][];
    int at = 0;
    for (int fold = 0; fold < factors.length; fold++) {
      List<Seen> seen = folds.get(fold);
      factors[fold] = new double[seen.size()];
      for (int k = 0; k < factors[fold].length; k++) {
        factors[fold][k] =
            isKnown(seen.get(k)) ? bounded(leftOut[at++], width.least, width.most) : 1;
      }
    }
    return Optional.of(new Learnt(width, factors));
  }

  private static boolean isKnown(Seen seen) {
    return seen != null && Double.isFinite(Math.log(seen.ratio()));
  }

  /** Frames by numbers of mean 0, the mean of their squares in all 1, the summary weighed. */
  private static final class Problem {
    final double[][] z;
    final double[] y;
    private final int[] fold;
    private final double[] mean;
    private final double[] scale;

    Problem(double[][] x, double[] y, int[] fold) {
      int n = x[0].length;
      this.y = y;
      this.fold = fold;
      this.mean = new double[n];
      this.scale = new double[n];
      double weights = SUMMARY * WEIGHT * WEIGHT + (n - SUMMARY);
      for (int k = 0; k < n; k++) {
        int column = k;
        mean[k] = Arrays.stream(x).mapToDouble(row -> row[column]).average().orElseThrow();
        double square =
            Arrays.stream(x)
                .mapToDouble(row -> (row[column] - mean[column]) * (row[column] - mean[column]))
                .average()
                .orElseThrow();
        scale[k] = square > 0 ? (k < SUMMARY ? WEIGHT : 1) / Math.sqrt(weights * square) : 0;
      }
      this.z = Arrays.stream(x).map(row -> scaled(row, mean, scale)).toArray(double[][]::new);
    }

    double variance() {
      double level = Arrays.stream(y).average().orElseThrow();
      return Arrays.stream(y).map(one -> (one - level) * (one - level)).average().orElseThrow();
    }

    /** Of every frame and those that a fit may look at; {@code null} for the others. */
    double[][] likeness(double reach) {
      int[] all = IntStream.range(0, y.length).toArray();
      double[][] likeness = new double[y.length][];
      for (int frame : some(all)) {
        double[] one = z[frame];
        likeness[frame] =
            Arrays.stream(z).mapToDouble(other -> FrameWidth.likeness(one, other, reach)).toArray();
      }
      return likeness;
    }

    private static int[] some(int[] frames) {
      int count = Math.min(MOST, frames.length);
      return IntStream.range(0, count)
          .map(i -> frames[(int) ((long) i * frames.length / count)])
          .toArray();
    }

    /** What the other folds foretell of each frame. */
    double[] leftOut(double[][] likeness, double noise, int folds) {
      double[] foretold = new double[y.length];
      for (int left = 0; left < folds; left++) {
        int without = left;
        int[] frames =
            IntStream.range(0, y.length)
                .filter(k -> fold[k] != without && likeness[k] != null)
                .toArray();
        double level = level(frames);
        double[] share = share(frames, likeness, noise, level);
        for (int k = 0; k < foretold.length; k++) {
          if (fold[k] == left) {
            foretold[k] = level;
            for (int i = 0; i < frames.length; i++) {
              foretold[k] += share[i] * likeness[frames[i]][k];
            }
          }
        }
      }
      return foretold;
    }

    FrameWidth width(double reach, double noise) {
      double[][] likeness = likeness(reach);
      int[] frames = IntStream.range(0, y.length).filter(k -> likeness[k] != null).toArray();
      double level = level(frames);
      return new FrameWidth(
          mean,
          scale,
          Arrays.stream(frames).mapToObj(k -> z[k]).toArray(double[][]::new),
          share(frames, likeness, noise, level),
          reach,
          level,
          Arrays.stream(y).min().orElseThrow(),
          Arrays.stream(y).max().orElseThrow());
    }

    private double level(int[] frames) {
      return Arrays.stream(frames).mapToDouble(k -> y[k]).average().orElse(0);
    }

    private double[] share(int[] frames, double[][] likeness, double noise, double level) {
      int count = frames.length;
      double[] matrix = new double[count * count];
      double[] share = new double[count];
      for (int i = 0; i < count; i++) {
        for (int j = 0; j < count; j++) {
          matrix[i * count + j] = likeness[frames[i]][frames[j]] + (i == j ? noise : 0);
        }
        share[i] = y[frames[i]] - level;
      }
      OpenBlas.solve(matrix, share);
      return share;
    }
  }
}
