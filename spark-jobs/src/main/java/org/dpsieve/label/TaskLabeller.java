package org.dpsieve.label;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.dpsieve.frame.Frame;
import org.dpsieve.frame.TypeElements;

/**
 * Writes a folder of input files per frame, for a program that runs elsewhere, and reads what that
 * program leaves there.
 */
public interface TaskLabeller extends Labeller {
  /**
   * Input files of one frame: name to content. Depends on the frame and the configuration alone.
   *
   * @param frame one that passes {@link #check}
   */
  Map<String, byte[]> taskFiles(Frame frame);

  /** Input files that all frames of one composition share, written once and linked. */
  default Map<String, byte[]> groupFiles(Frame frame) {
    return Map.of();
  }

  /**
   * Where the task's atoms are in the frame: row k of inputs and outputs is the frame's atom {@code
   * atomOrder[k]}, [nAtoms].
   */
  default int[] atomOrder(Frame frame) {
    return IntStream.range(0, frame.atomCount()).toArray();
  }

  /** Reads what the program leaves. */
  OutputReader reader();

  /** Names of the files that hold labels; any of them shows that the program was started. */
  default List<String> outputFiles() {
    return reader().names();
  }

  /**
   * What of its settings makes energies and forces others than those of periodic frames; empty
   * where nothing does. For other quantities it may be what is wanted.
   */
  default Optional<String> isolated() {
    return Optional.empty();
  }

  /** Whether the calculation is done where it is read: then nobody has to run it before. */
  default boolean runsWhenRead() {
    return false;
  }

  /**
   * Reads what the program left. Never throws for what is in the files: that is an outcome.
   *
   * @param frame the one the folder was written for
   */
  default LabelResult read(TaskOutputs outputs, Frame frame) {
    return new FrameLabel(elements(frame), atomOrder(frame)).read(reader(), outputs);
  }

  /** The frame with the elements in it that outputs name. */
  default Frame elements(Frame frame) {
    return TypeElements.LEADING.apply(frame);
  }
}
