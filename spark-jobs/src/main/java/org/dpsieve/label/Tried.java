package org.dpsieve.label;

import java.io.Serializable;
import java.util.SortedMap;
import org.dpsieve.resident.TaskRoom;

/** Can be tried where it is to work. */
@FunctionalInterface
public interface Tried extends Serializable {
  /**
   * Tries what it labels by, as far as that can be told without frames.
   *
   * @return what labels: versions and checksums, by name
   * @throws org.dpsieve.error.InputException when it cannot label anything, saying what to do
   */
  SortedMap<String, String> tried(TaskRoom room);
}
