package org.dpsieve.report;

import java.io.Serializable;
import java.util.Arrays;
import org.apache.commons.math3.distribution.TDistribution;

/**
 * Sums over frames, of which root mean square errors of an ensemble's models are made, and how far
 * other frames of the same kind might have other ones. Added up in parts that are then merged.
 */
public final class ErrorSums implements Serializable {
  private static final long serialVersionUID = 1;
  private static final double COVERED = 0.95;

  private long frames;
  private long values;
  private final double[] squares;

  // of each frame: s, its sum of squares as the mean over models, and c, its values
  private double sumOfSquaredS;
  private double sumOfSc;
  private double sumOfSquaredC;

  /**
   * @param models of the ensemble
   */
  public ErrorSums(int models) {
    this.squares = new double[models];
  }

  /**
   * @param ofFrame for each model the sum of a frame's squared errors
   * @param count errors of the frame, the same for each model
   */
  public void add(double[] ofFrame, int count) {
    frames++;
    values += count;
    double s = 0;
    for (int m = 0; m < squares.length; m++) {
      squares[m] += ofFrame[m];
      s += ofFrame[m] / squares.length;
    }
    sumOfSquaredS += s * s;
    sumOfSc += s * count;
    sumOfSquaredC += (double) count * count;
  }

  public void merge(ErrorSums other) {
    frames += other.frames;
    values += other.values;
    for (int m = 0; m < squares.length; m++) {
      squares[m] += other.squares[m];
    }
    sumOfSquaredS += other.sumOfSquaredS;
    sumOfSc += other.sumOfSc;
    sumOfSquaredC += other.sumOfSquaredC;
  }

  /** With such a label. */
  public long frames() {
    return frames;
  }

  /** Labels; each has an error of each model. */
  public long values() {
    return values;
  }

  public int models() {
    return squares.length;
  }

  /** Of one model; NaN without labels. */
  public double rmse(int model) {
    return Math.sqrt(squares[model] / values);
  }

  /** The mean of the models' root mean square errors: how far off one of them is. */
  public double rmse() {
    double sum = 0;
    for (int m = 0; m < squares.length; m++) {
      sum += rmse(m) / squares.length;
    }
    return sum;
  }

  /** Mean over models and labels. */
  double meanSquare() {
    return Arrays.stream(squares).sum() / squares.length / values;
  }

  /**
   * The 95 % interval of {@link #rmse()}, the frames being a random sample: by the spread of their
   * sums of squares (ratio estimator, Student's t, on the logarithm, so that it stays above 0); NaN
   * with fewer than two frames.
   */
  double[] interval() {
    double mean = meanSquare();
    double spread =
        sumOfSquaredS - 2 * mean * sumOfSc + mean * mean * sumOfSquaredC; // of s - mean c
    if (frames < 2 || !(mean > 0)) {
      return new double[] {Double.NaN, Double.NaN};
    }
    double error =
        Math.sqrt(Math.max(0, spread) * frames / (frames - 1.0)) / (values * mean); // relative
    double width =
        new TDistribution(frames - 1.0).inverseCumulativeProbability((1 + COVERED) / 2) * error / 2;
    return new double[] {rmse() * Math.exp(-width), rmse() * Math.exp(width)};
  }
}
