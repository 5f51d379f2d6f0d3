package org.dpsieve.frame;

import java.util.Optional;

/** Finds frames that no model and no labeller can work with. */
public final class FrameCheck {
  /** Volume over the product of the edges below which a cell is called flat. */
  private static final double FLAT = 1e-8;

  private FrameCheck() {}

  /**
   * What is wrong with a frame: a number that is none, or a cell without volume; empty when nothing
   * is. Labels count: a NaN energy would poison whatever it is averaged with.
   */
  public static Optional<String> problem(Frame frame) {
    if (frame.atomCount() == 0) {
      return Optional.of("no atoms");
    }
    Labels labels = frame.labels();
    double[] energy = labels.energy() == null ? null : new double[] {labels.energy()};
    return notFinite("coordinate", frame.coord(), frame.atomCount())
        .or(() -> notFinite("cell", frame.cell(), 0))
        .or(() -> flat(frame.cell()))
        .or(() -> notFinite("energy", energy, 0))
        .or(() -> notFinite("force", labels.force(), frame.atomCount()))
        .or(() -> notFinite("virial", labels.virial(), 0))
        .or(() -> notFinite("fparam", frame.fparam(), 0))
        .or(() -> notFinite("aparam", frame.aparam(), frame.atomCount()));
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

  private static Optional<String> flat(double[] cell) {
    if (cell == null) {
      return Optional.empty();
    }
    double volume =
        cell[0] * (cell[4] * cell[8] - cell[5] * cell[7])
            - cell[1] * (cell[3] * cell[8] - cell[5] * cell[6])
            + cell[2] * (cell[3] * cell[7] - cell[4] * cell[6]);
    double edges = edge(cell, 0) * edge(cell, 3) * edge(cell, 6);
    return Math.abs(volume) > FLAT * edges
        ? Optional.empty()
        : Optional.of(
            "the cell has no volume (not periodic? then an empty file 'nopbc' beside type.raw says"
                + " so)");
  }

  private static double edge(double[] cell, int at) {
    return Math.sqrt(
        cell[at] * cell[at] + cell[at + 1] * cell[at + 1] + cell[at + 2] * cell[at + 2]);
  }
}
