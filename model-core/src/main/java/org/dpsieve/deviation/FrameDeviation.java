package org.dpsieve.deviation;

import java.util.Arrays;
import java.util.List;

/**
 * How far the models of an ensemble disagree on one frame, by {@code dp model-devi}'s names. Virial
 * deviations are per atom, eV; forces eV/Å (both without unit when relative); energy per atom, eV.
 *
 * @param atomDeviF force deviation of every atom, [nAtoms]
 */
public record FrameDeviation(
    double maxDeviV,
    double minDeviV,
    double avgDeviV,
    double maxDeviF,
    double minDeviF,
    double avgDeviF,
    double deviE,
    double[] atomDeviF) {
  /** Of the seven numbers of a frame, in the order of {@code dp model-devi}'s columns. */
  public static final List<String> NAMES =
      List.of(
          "max_devi_v",
          "min_devi_v",
          "avg_devi_v",
          "max_devi_f",
          "min_devi_f",
          "avg_devi_f",
          "devi_e");

  /**
   * Forces that disagree as much more or less everywhere as makes this the largest deviation.
   *
   * @param largest eV/Å
   * @return itself where that is no number, or where no force deviates
   */
  public FrameDeviation widened(double largest) {
    double by = largest / maxDeviF;
    return Double.isFinite(by)
        ? new FrameDeviation(
            maxDeviV,
            minDeviV,
            avgDeviV,
            largest,
            by * minDeviF,
            by * avgDeviF,
            deviE,
            Arrays.stream(atomDeviF).map(one -> by * one).toArray())
        : this;
  }

  /** By {@link #NAMES}. */
  public double[] numbers() {
    return new double[] {maxDeviV, minDeviV, avgDeviV, maxDeviF, minDeviF, avgDeviF, deviE};
  }
}
