package org.dpsieve.label;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import org.dpsieve.frame.Frame;
import org.dpsieve.frame.Labels;

/**
 * Labels that no calculation of matter gives, such as a force of 1e10 eV/Å of two atoms at one
 * place: a single one would be all that a fit looks at.
 */
public final class WildLabel {
  /** eV/Å, of a component. */
  public static final double MOST_FORCE = 1e4;

  /** eV per atom: ten times that of all electrons of the heaviest elements. */
  public static final double MOST_ENERGY = 1e7;

  private WildLabel() {}

  /** What is wrong with a label, in a few words; empty where nothing is. */
  public static Optional<String> problem(Labels labels, int atoms) {
    double force =
        labels.force() == null ? 0 : Arrays.stream(labels.force()).map(Math::abs).max().orElse(0);
    double energy = labels.energy() == null ? 0 : Math.abs(labels.energy()) / atoms;
    if (force > MOST_FORCE) {
      return Optional.of(
          String.format(
              Locale.ROOT, "a force of %.3g eV/Å; expected at most %.0f", force, MOST_FORCE));
    }
    return energy > MOST_ENERGY
        ? Optional.of(
            String.format(
                Locale.ROOT,
                "an energy of %.3g eV per atom; expected at most %.0f",
                energy,
                MOST_ENERGY))
        : Optional.empty();
  }

  /** Of a frame whose stored label is the new one, or a part of it. */
  public static Optional<FrameScreen.Finding> stored(Frame frame) {
    return problem(frame.labels(), frame.atomCount())
        .map(detail -> new FrameScreen.Finding("wild stored label", detail));
  }
}
