package org.dpsieve.label.abacus;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.dpsieve.label.AtomicUnits;
import org.dpsieve.label.OutputText;
import org.dpsieve.label.Steps;
import org.dpsieve.label.UnexpectedText;

/**
 * What a STRU says.
 *
 * @param cell lattice vectors as rows, Å, row-major [3, 3]
 * @param coord Cartesian, Å, row-major [nAtoms, 3]
 */
record AbacusStructure(double[] cell, double[] coord) {
  /** Empty for one that is not understood, as with lattice vectors by {@code latname}. */
  static Optional<AbacusStructure> of(OutputText text) {
    try {
      return Optional.of(read(text));
    } catch (UnexpectedText e) {
      return Optional.empty();
    }
  }

  private static AbacusStructure read(OutputText text) {
    List<String> lines = new ArrayList<>();
    for (int i = 0; text.has(i) && lines.size() < Steps.MOST_ATOMS; i++) {
      String line = text.line(i).split("#|//", 2)[0].strip();
      if (!line.isEmpty()) {
        lines.add(line);
      }
      text.forget(i);
    }
    double constant =
        OutputText.numbers(after(lines, "LATTICE_CONSTANT", 1), 1)[0] * AtomicUnits.BOHR;
    double[] cell = new double[9];
    for (int i = 0; i < 9; i += 3) {
      double[] row = OutputText.numbers(after(lines, "LATTICE_VECTORS", 1 + i / 3), 3);
      for (int k = 0; k < 3; k++) {
        cell[i + k] = row[k] * constant;
      }
    }
    return new AbacusStructure(cell, positions(lines, constant, cell));
  }

  private static String after(List<String> lines, String title, int count) {
    int at = lines.indexOf(title);
    if (at < 0 || at + count >= lines.size()) {
      throw new UnexpectedText("no " + title);
    }
    return lines.get(at + count);
  }

  private static double[] positions(List<String> lines, double constant, double[] cell) {
    String kind = after(lines, "ATOMIC_POSITIONS", 1).toLowerCase(Locale.ROOT);
    double unit =
        switch (kind) {
          case "direct", "cartesian_angstrom" -> 1;
          case "cartesian" -> constant;
          case "cartesian_au" -> AtomicUnits.BOHR;
          default -> throw new UnexpectedText("positions are " + kind);
        };
    List<double[]> rows = new ArrayList<>();
    int line = lines.indexOf("ATOMIC_POSITIONS") + 2;
    while (line + 2 < lines.size()) { // element, magnetism, number of atoms, their rows
      int count = (int) OutputText.numbers(lines.get(line + 2), 1)[0];
      for (int k = 0; k < count; k++) {
        if (line + 3 + k >= lines.size()) {
          throw new UnexpectedText("ends within its positions");
        }
        rows.add(OutputText.numbers(lines.get(line + 3 + k), 3));
      }
      line += 3 + Math.max(0, count);
    }
    double[] coord = new double[3 * rows.size()];
    for (int i = 0; i < coord.length; i++) {
      double[] x = rows.get(i / 3);
      int k = i % 3;
      coord[i] =
          kind.equals("direct")
              ? x[0] * cell[k] + x[1] * cell[3 + k] + x[2] * cell[6 + k]
              : x[k] * unit;
    }
    return coord;
  }
}
