package org.dpsieve.spark.frames;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.dpsieve.io.extxyz.ExtxyzKeys;

/** Labels that an extended XYZ file has under names that are not read. */
public final class UnreadLabels {
  private UnreadLabels() {}

  /**
   * What to say of them and how to have them read; empty without any.
   *
   * @param ignored names in the file that frames have no place for
   */
  public static Optional<String> note(Collection<String> ignored) {
    String keys = ExtxyzKeys.suggestion(List.copyOf(ignored));
    return keys.isEmpty()
        ? Optional.empty()
        : Optional.of(
            "there are labels under names that are not read; if they are those wanted: --extxyz-keys "
                + keys);
  }
}
