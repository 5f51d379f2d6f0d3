package org.dpsieve.frame;

import java.util.Map;
import java.util.Optional;
import org.dpsieve.neighbor.Geometry;

/** Finds frames that no model and no labeller can work with. */
public final class FrameCheck {
  private FrameCheck() {}

  /**
   * What is wrong with a frame: a number that is none, or what {@link Geometry} cannot work with;
   * empty when nothing is. Labels count: a NaN energy would poison whatever it is averaged with.
   */
  public static Optional<String> problem(Frame frame) {
    if (frame.atomCount() == 0) {
      return Optional.of(frame.state() == null ? "no atoms" : frame.state());
    }
    Labels labels = frame.labels();
    double[] energy = labels.energy() == null ? null : new double[] {labels.energy()};
    return notFinite("coordinate", frame.coord(), frame.atomCount())
        .or(() -> notFinite("cell", frame.cell(), 0))
        .or(() -> Geometry.problem(frame.coord(), frame.cell()))
        .or(() -> notFinite("energy", energy, 0))
        .or(() -> notFinite("force", labels.force(), frame.atomCount()))
        .or(() -> notFinite("virial", labels.virial(), 0))
        .or(() -> notFinite("fparam", frame.fparam(), 0))
        .or(() -> notFinite("aparam", frame.aparam(), frame.atomCount()))
        .or(() -> ofProperties(frame));
  }

  private static Optional<String> ofProperties(Frame frame) {
    return frame.properties().entrySet().stream()
        .map(
            entry ->
                notFinite(
                    entry.getKey().name(),
                    entry.getValue(),
                    entry.getKey().atomic() ? frame.atomCount() : 0))
        .flatMap(Optional::stream)
        .findFirst();
  }

  /**
   * The same of a frame whose labels do not count: what is wrong with one costs the label alone.
   */
  public static Optional<String> problemBesideLabels(Frame frame) {
    return problem(frame.withLabels(Labels.NONE).withProperties(Map.of()));
  }

  /** {@code atoms} 0 when the values are not per atom. */
  private static Optional<String> notFinite(String what, double[] values, int atoms) {
    for (int i = 0; values != null && i < values.length; i++) {
      if (!Double.isFinite(values[i])) {
        String atom = atoms == 0 ? "" : " of atom " + i / (values.length / atoms);
        return Optional.of(
            "%s%s is %s".formatted(what, atom, Double.isNaN(values[i]) ? "NaN" : "infinite"));
      }
    }
    return Optional.empty();
  }
}
