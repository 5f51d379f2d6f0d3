package org.dpsieve.label;

import java.io.Serializable;
import java.util.List;
import org.dpsieve.frame.Frame;
import org.dpsieve.frame.TypeElements;
import org.dpsieve.resident.TaskRoom;

/** What is added to stored labels: dispersion. */
public interface Addition extends Serializable {
  /**
   * Of frames, in order: energy, force and virial that are added. One that has none costs no other.
   *
   * @throws org.dpsieve.error.InputException when it is no frame's fault
   */
  List<LabelResult> of(List<Frame> frames, TypeElements elements, TaskRoom room);
}
