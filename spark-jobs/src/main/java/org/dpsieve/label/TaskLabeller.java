package org.dpsieve.label;

import java.util.List;
import java.util.Map;
import org.dpsieve.frame.Frame;

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
  Map<String, byte[]> groupFiles(Frame frame);

  /**
   * Where the task's atoms are in the frame: row k of inputs and outputs is the frame's atom {@code
   * atomOrder[k]}, [nAtoms].
   */
  int[] atomOrder(Frame frame);

  /** Reads what the program leaves. */
  OutputReader reader();

  /** Names of the files that hold labels; any of them shows that the program was started. */
  default List<String> outputFiles() {
    return reader().names();
  }

  /**
   * Reads what the program left. Never throws for what is in the files: that is an outcome.
   *
   * @param frame the one the folder was written for
   */
  default LabelResult read(TaskOutputs outputs, Frame frame) {
    return new FrameLabel(frame, atomOrder(frame)).read(reader(), outputs);
  }
}
