package org.dpsieve.report;

import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.dpsieve.loop.Facts;
import org.dpsieve.loop.RunHistory;
import org.dpsieve.pick.TrustBand;
import org.dpsieve.uncertainty.Reliability;

/**
 * All that the page of a run shows. Large tables are in it as counts alone.
 *
 * @param history what is complete
 * @param distributions of the iterations that asked the models, in order, then of the whole pool by
 *     the final models where the run has ended
 * @param byFormula deviations in the first iteration that asked the models, the most frequent
 *     formulas first
 * @param compositions by formula, the most frequent first
 * @param otherCompositions formulas left out of that list
 * @param errors against the new level; {@code null} before there are any
 * @param noErrors why there are none, where something stands in the way; else {@code null}
 * @param expected what training says of errors; {@code null} where it says nothing
 * @param features where frames lie; {@code null} where it is not known
 * @param failures picked frames that got no label
 * @param property models of a property beside labels; {@code null} in a run for energies
 * @param versions of what made the run, or of this program as long as it has not ended
 */
public record RunReport(
    RunHistory history,
    List<Distribution> distributions,
    List<FormulaDeviation> byFormula,
    List<Composition> compositions,
    long otherCompositions,
    ErrorPlots errors,
    String noErrors,
    ExpectedErrors expected,
    FeatureSpace features,
    List<Failure> failures,
    PropertyPlots property,
    Map<String, String> versions) {

  /** How well numbers foretell the largest force errors; empty where nobody can tell yet. */
  List<Facts.Foretold> foretold() {
    return history.result() == null || history.result().foretold() == null
        ? List.of()
        : history.result().foretold();
  }

  /** The lower trust level of the newest iteration that has one, eV/Å. */
  OptionalDouble trustLo() {
    return distributions.stream()
        .filter(one -> one.levels() != null)
        .mapToDouble(one -> one.levels().lo())
        .reduce((first, second) -> second);
  }

  /**
   * Frames by {@code max_devi_f}.
   *
   * @param iteration {@code null} for the whole pool in the end
   * @param levels trust levels; {@code null} when off
   * @param bins in order, empty ones left out
   * @param outside frames with a deviation that has no place on a log axis: 0 or NaN
   */
  public record Distribution(Integer iteration, TrustBand levels, List<Bin> bins, long outside) {}

  /**
   * @param from eV/Å, included
   * @param to eV/Å, left out
   * @param frames all of them
   * @param picked those sent to be labelled
   */
  public record Bin(double from, double to, long frames, long picked) {}

  /**
   * @param pool frames of the pool
   * @param labelled of those, frames with a new label
   */
  public record Composition(String formula, long pool, long labelled) {}

  /**
   * Frames of a formula by {@code max_devi_f}, eV/Å.
   *
   * @param frames how many
   */
  public record FormulaDeviation(String formula, long frames, Facts.Quantiles deviation) {}

  /**
   * Models against labels they have not been trained on; all numbers of the same frames.
   *
   * @param frames which frames those are, in words
   * @param before by the models the run was given
   * @param after by the models trained last
   * @param deviationAndError eV/Å: max_devi_f to the largest error of a force, of the latter
   * @param accuracy one entry per ensemble, by growing number of labels
   */
  public record ErrorPlots(
      String frames,
      Map<Term, Agreement> before,
      Map<Term, Agreement> after,
      LogGrid deviationAndError,
      List<Accuracy> accuracy) {
    /** The same with another curve of errors by labels. */
    public ErrorPlots withAccuracy(List<Accuracy> other) {
      return new ErrorPlots(frames, before, after, deviationAndError, other);
    }
  }

  /**
   * Errors of an ensemble's models.
   *
   * @param labels trained on
   */
  public record Accuracy(long labels, Map<Term, ErrorSums> errors) {}

  /**
   * By the uncertainty of the models trained last.
   *
   * @param labels trained on
   * @param reliability on labels left out
   * @param pool errors of the pool as each ensemble expected them, by growing number of labels
   * @param ahead the same after more labels, beginning with the last of {@code pool}; empty where
   *     labels are too few to tell
   */
  public record ExpectedErrors(
      long labels, Reliability reliability, List<AtLabels> pool, List<AtLabels> ahead) {}

  /**
   * Root mean square errors that are expected.
   *
   * @param energy eV per atom
   * @param force of a component, eV/Å
   */
  public record AtLabels(long labels, double energy, double force) {}

  /**
   * Two coordinates without unit for each frame.
   *
   * @param pool a sample
   */
  public record FeatureSpace(List<double[]> pool, List<Picks> picks) {}

  public record Picks(int iteration, List<double[]> places) {}

  /**
   * The first model of a property.
   *
   * @param property as the parameter file has it
   * @param leftOut labels it is trained on, by what it says where each is left out
   * @param unseen labels of frames nobody asked for
   */
  public record PropertyPlots(
      String property, List<PropertyPoint> leftOut, List<PropertyPoint> unseen) {}

  /**
   * A value, all in the property's unit.
   *
   * @param half width of the 95 % interval
   */
  public record PropertyPoint(double label, double said, double half) {
    /** Whether the label is in the interval, made so many times as wide. */
    boolean isInside(double times) {
      return Math.abs(said - label) <= times * half;
    }
  }

  /**
   * @param frame {@code system#index}
   */
  public record Failure(int iteration, String frame, String reason) {}
}
