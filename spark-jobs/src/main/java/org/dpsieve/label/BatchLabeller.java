package org.dpsieve.label;

import java.util.List;
import org.dpsieve.frame.Frame;
import org.dpsieve.resident.TaskRoom;

/**
 * Labels frames where they are, many at once. It is sent to every executor once; the tasks there
 * share it, so it is safe for use by many threads.
 */
public interface BatchLabeller extends Labeller, Tried {
  /** Atoms that are worth giving at once; a batch ends with the frame that reaches this number. */
  int atomsAtOnce();

  /** Frames that cost little enough to be labelled for nothing but to tell errors; maybe 0. */
  int affordable();

  /** Whether it labels in processes of its own, which may want a GPU or several cores. */
  default boolean inProcesses() {
    return false;
  }

  /** Whether labels come with standard deviations of their own. */
  boolean knowsSigma();

  /**
   * New labels, in order. A frame that gets none costs no other.
   *
   * @throws org.dpsieve.error.InputException when it is no frame's fault
   * @throws java.util.concurrent.CancellationException when nobody wants them any more
   */
  List<LabelResult> label(List<Frame> frames, TaskRoom room);
}
