package org.dpsieve.label;

import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.dpsieve.frame.Frame;
import org.dpsieve.resident.TaskRoom;

/** Labels a frame at once, in the process that holds it, for next to nothing. */
public interface DirectLabeller extends BatchLabeller {
  /** The frame's new label. Depends on the frame and the configuration alone. */
  LabelResult label(Frame frame);

  @Override
  default List<LabelResult> label(List<Frame> frames, TaskRoom room) {
    return frames.stream().map(this::label).toList();
  }

  @Override
  default int atomsAtOnce() {
    return 1; // a frame
  }

  @Override
  default int affordable() {
    return Integer.MAX_VALUE;
  }

  @Override
  default boolean knowsSigma() {
    return false;
  }

  @Override
  default SortedMap<String, String> tried(TaskRoom room) {
    return new TreeMap<>();
  }
}
