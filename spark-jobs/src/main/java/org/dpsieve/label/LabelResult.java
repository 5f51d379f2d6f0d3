package org.dpsieve.label;

import org.dpsieve.frame.Certainty;
import org.dpsieve.frame.Labels;

/**
 * What came of labelling one frame.
 *
 * @param outcome how it ended
 * @param reason one sentence for a person; empty when finished
 * @param labels in the frame's own cell orientation and atom order; {@link Labels#NONE} unless
 *     finished
 * @param certainty of the labels; {@code null} where nothing is known of it
 * @param property value of the run's property; {@code null} where it has none
 */
public record LabelResult(
    TaskOutcome outcome, String reason, Labels labels, Certainty certainty, double[] property) {
  public static LabelResult finished(Labels labels) {
    return finished(labels, null);
  }

  public static LabelResult finished(Labels labels, Certainty certainty) {
    return new LabelResult(TaskOutcome.FINISHED, "", labels, certainty, null);
  }

  public static LabelResult failed(TaskOutcome outcome, String reason) {
    return new LabelResult(outcome, reason, Labels.NONE, null, null);
  }

  /** Of a frame that has no label to begin with. */
  public static LabelResult missing(FrameScreen.Finding finding) {
    return failed(TaskOutcome.MISSING_OUTPUT, finding.reason() + ": " + finding.detail());
  }

  /** With the value of a property. */
  public LabelResult with(double[] value) {
    return new LabelResult(outcome, reason, labels, certainty, value);
  }
}
