package org.dpsieve.cli;

import java.util.List;
import java.util.Optional;
import org.dpsieve.deviation.FrameDeviation;
import org.dpsieve.frame.Frame;

/**
 * Who evaluates the frames of {@code model-devi}. Models that do not name their types know them by
 * their numbers: those of the system a frame is from, as {@code dp} takes them.
 */
interface ModelDeviEngine extends AutoCloseable {
  /** Frames of so many atoms are worth a call. */
  int atomsAtOnce();

  /** Types of systems without a type map of their own; empty where nobody knows them. */
  List<String> typeMap();

  /** Types that the models know by name; empty where they know numbers, or nobody knows. */
  List<String> named();

  /**
   * What the models say of frames, in order; NaN for those that cannot be evaluated.
   *
   * @param typeMap of the frames' system; empty where it has none
   * @throws org.dpsieve.error.UnnamedTypesException when neither the models nor the system names
   *     types, nor a person did
   */
  List<FrameDeviation> evaluate(List<Frame> frames, List<String> typeMap);

  /** Why a frame's numbers are NaN. */
  Optional<String> problem(Frame frame);

  @Override
  void close();
}
