package org.dpsieve.label;

/** What the parameter file says to a style, read and checked. */
public interface StyleSettings {
  /** Whence the labels are, for a person who looks at the plan of a run. */
  String plan();

  /**
   * The labeller of the run. Reads the files it needs, once, here.
   *
   * @throws org.dpsieve.error.InputException when a file does not fit, or the settings give no
   *     label
   */
  Labeller labeller();

  /** What labels depend on. */
  LabelIdentity identity();

  /** What the labels that errors are measured against are called. */
  default String reference() {
    return "the new labels";
  }
}
