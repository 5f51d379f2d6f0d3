package org.dpsieve.label;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.dpsieve.frame.Frame;

/** Frames of some types alone, by their names. */
public final class KnownTypes implements FrameScreen {
  private static final long serialVersionUID = 1;

  private final TreeSet<String> known;
  private final String whose;

  /**
   * @param whose types these are, for messages: {@code the teacher's}
   */
  public KnownTypes(List<String> known, String whose) {
    this.known = new TreeSet<>(known);
    this.whose = whose;
  }

  @Override
  public Optional<Finding> check(Frame frame) {
    Set<String> others = new TreeSet<>(frame.types());
    others.removeAll(known);
    return others.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new Finding(
                "types that are none of " + whose,
                "%s; known: %s".formatted(String.join(" ", others), String.join(" ", known))));
  }
}
