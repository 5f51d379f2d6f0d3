package org.dpsieve.label.siesta;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.dpsieve.frame.Elements;
import org.dpsieve.label.AtomicUnits;
import org.dpsieve.label.Calculation;
import org.dpsieve.label.CellVolume;
import org.dpsieve.label.OutputText;
import org.dpsieve.label.Steps;
import org.dpsieve.label.TaskOutcome;
import org.dpsieve.label.UnexpectedText;
import org.dpsieve.text.Counted;

/**
 * What a SIESTA output says; of a file that was written more than once, the last run. A step begins
 * with its coordinates and ends where the next one begins; the final section repeats the last with
 * more digits of the stress. SIESTA's stress is positive under tension (its pressure is minus a
 * third of the trace), a virial under compression.
 */
final class SiestaRun {
  private static final Pattern SPECIES =
      Pattern.compile("Species number:\\s+(\\d+)\\s.*Atomic number:\\s+(-?\\d+)");
  private static final Pattern SPECIES_LABEL =
      Pattern.compile("Species number:\\s+(\\d+)\\s+Label:\\s*([A-Z][a-z]?)");
  private static final Pattern MOST_CYCLES =
      Pattern.compile("redata: Max\\. number of SCF Iter\\s*=\\s*(\\d+)");
  private static final Pattern CYCLE =
      Pattern.compile("^\\s*(?:scf|siesta):\\s+(\\d+)(?:\\s+-?\\d+\\.\\d+){4}");
  private static final Pattern COORDINATES =
      Pattern.compile("^outcoor: (?:Atomic )?[Cc]oordinates \\((\\w+)\\)");
  private static final Pattern SITE = Pattern.compile("(?:\\s+-?\\d*\\.\\d+){3}\\s+\\d+");
  private static final Pattern ENERGY = Pattern.compile("^siesta: E_KS\\(eV\\) =\\s*(\\S+)");

  private final OutputText text;
  private final Map<Integer, String> species = new TreeMap<>();
  private final Steps<Calculation.Step> steps = new Steps<>();
  private List<String> elements = List.of();
  private boolean started;
  private boolean ended;
  private boolean dynamics;
  private int mostCycles;
  private boolean anyEnergy;
  private boolean anyForces;

  private boolean anyUnconverged;

  private int cycles;
  private boolean saidConverged;
  private boolean saidUnconverged;
  private double[] coord;
  private boolean fractional;
  private double[] cell;
  private boolean cellKnown;
  private Double energy;
  private double[] force;

  /** eV/Å³, positive under tension. */
  private double[] stress;

  private SiestaRun(OutputText text) {
    this.text = text;
  }

  static Calculation read(OutputText text) {
    SiestaRun[] last = {new SiestaRun(text)};
    text.forEach(
        i -> {
          String line = text.line(i);
          if (line.startsWith("Siesta Version") || line.startsWith("SIESTA Version")) {
            last[0] = new SiestaRun(text);
            last[0].started = true;
          }
          last[0].line(i);
        });
    if (last[0].ended) { // else the last step may lack its stress
      last[0].endStep();
    }
    return last[0].calculation();
  }

  private void line(int i) {
    String line = text.line(i);
    Matcher coordinates = COORDINATES.matcher(line);
    started |= line.startsWith("siesta:") || line.startsWith("redata:");
    if (line.contains("Species number:")) {
      species(line);
    } else if (line.startsWith("redata: Max. number of SCF Iter")) {
      Matcher most = MOST_CYCLES.matcher(line);
      mostCycles = most.find() ? (int) OutputText.number(most.group(1)) : 0;
    } else if (coordinates.find()) {
      endStep();
      coordinates(i + 1, coordinates.group(1).toLowerCase(Locale.ROOT));
    } else if (line.startsWith("outcell: Unit cell vectors (Ang):")) {
      cell = cellKnown ? cell : rows(i + 1, 0); // the final section may have the next one
      cellKnown = true;
    } else if (line.contains("Begin MD step")) {
      dynamics = true;
    } else if (line.contains("SCF cycle converged after")) {
      saidConverged = true;
    } else if (line.contains("SCF_NOT_CONV") || line.contains("SCF did not converge")) {
      saidUnconverged = true;
      anyUnconverged = true;
    } else if (line.startsWith("siesta: E_KS(eV) =")) {
      Matcher value = ENERGY.matcher(line);
      energy = value.find() ? (Double) OutputText.number(value.group(1)) : energy;
      anyEnergy = true;
    } else if (line.startsWith("siesta: Atomic forces (eV/Ang)")) {
      anyForces = true;
      force = force == null ? forces(i + 1) : force; // the final section has them again
    } else if (line.startsWith("Stress-tensor-Voigt (kbar):") && !dynamics) {
      stress = voigt(line); // in dynamics with what moving atoms add
    } else if (line.startsWith("siesta: Stress tensor (static) (eV/Ang**3)")) {
      double[] tensor = rows(i + 1, text.line(i + 1).startsWith("siesta:") ? 1 : 0);
      stress = tensor == null ? stress : tensor;
    } else if (line.startsWith(">> End of run") || line.startsWith("Job completed")) {
      ended = true;
    } else {
      Matcher cycle = CYCLE.matcher(line);
      cycles = cycle.find() ? (int) OutputText.number(cycle.group(1)) : cycles;
    }
  }

  private void species(String line) {
    Matcher number = SPECIES.matcher(line);
    Matcher label = SPECIES_LABEL.matcher(line);
    if (number.find()) {
      int z = Integer.parseInt(number.group(2));
      if (z < 1 || z > 118) {
        throw new UnexpectedText("a species of atomic number %d".formatted(z));
      }
      species.put(Integer.parseInt(number.group(1)), Elements.symbol(z));
    } else if (label.find()) {
      species.put(Integer.parseInt(label.group(1)), label.group(2));
    }
  }

  /** {@code x y z species ...}. */
  private void coordinates(int first, String unit) {
    double scale =
        switch (unit) {
          case "ang", "fractional" -> 1;
          case "bohr" -> AtomicUnits.BOHR;
          default ->
              throw new UnexpectedText(
                  "coordinates are in '%s'; AtomCoorFormatOut must be Ang, Bohr or Fractional"
                      .formatted(unit));
        };
    fractional = unit.equals("fractional");
    List<String> symbols = new ArrayList<>();
    List<double[]> atoms = new ArrayList<>();
    for (int i = first; SITE.matcher(text.line(i)).lookingAt(); i++) {
      if (symbols.size() == Steps.MOST_ATOMS) {
        throw new UnexpectedText("more than %s".formatted(Counted.of(symbols.size(), "atom")));
      }
      double[] row = text.numbers(i, 0, 4);
      String symbol = species.get((int) row[3]);
      if (symbol == null) {
        throw new UnexpectedText("an atom of species %.0f, which is not listed".formatted(row[3]));
      }
      symbols.add(symbol);
      atoms.add(new double[] {row[0] * scale, row[1] * scale, row[2] * scale});
    }
    if (!elements.isEmpty() && !elements.equals(symbols)) {
      throw new UnexpectedText("other atoms in a later step");
    }
    elements = symbols;
    coord = new double[3 * atoms.size()];
    for (int i = 0; i < coord.length; i++) {
      coord[i] = atoms.get(i / 3)[i % 3];
    }
  }

  /** Three rows of three numbers; {@code null} where the file ends before. */
  private double[] rows(int first, int word) {
    if (!text.has(first + 2)) {
      return null;
    }
    double[] rows = new double[9];
    for (int i = 0; i < 3; i++) {
      System.arraycopy(text.numbers(first + i, word, 3), 0, rows, 3 * i, 3);
    }
    return rows;
  }

  /** {@code atom fx fy fz}, in the final section after the word siesta. */
  private double[] forces(int first) {
    double[] forces = new double[3 * elements.size()];
    for (int k = 0; k < elements.size(); k++) {
      if (!text.has(first + k)) {
        return null; // cut off
      }
      int word = text.line(first + k).startsWith("siesta:") ? 1 : 0;
      double[] row = text.numbers(first + k, word, 4);
      if (row[0] != k + 1) {
        throw new UnexpectedText(
            "line %d has the force on atom %.0f, expected atom %d"
                .formatted(first + k + 1, row[0], k + 1));
      }
      System.arraycopy(row, 1, forces, 3 * k, 3);
    }
    return forces;
  }

  /** {@code xx yy zz xy yz xz}, kbar. */
  private static double[] voigt(String line) {
    double[] v = OutputText.numbers(line.substring(line.indexOf(':') + 1), 6);
    double[] tensor = {v[0], v[3], v[5], v[3], v[1], v[4], v[5], v[4], v[2]};
    for (int i = 0; i < 9; i++) {
      tensor[i] *= AtomicUnits.KILOBAR_CUBIC_ANGSTROM;
    }
    return tensor;
  }

  private void endStep() {
    if (coord != null && cell != null && energy != null && force != null) {
      boolean usedUp = mostCycles > 0 && cycles >= mostCycles;
      boolean converged = saidConverged || !saidUnconverged && !usedUp;
      steps.add(
          new Calculation.Step(cell, cartesian(), energy, force, virial(), converged),
          elements.size());
    }
    coord = null;
    energy = null;
    force = null;
    stress = null;
    cellKnown = false;
    cycles = 0;
    saidConverged = false;
    saidUnconverged = false;
  }

  private double[] cartesian() {
    if (!fractional) {
      return coord;
    }
    double[] places = new double[coord.length];
    for (int i = 0; i < coord.length; i++) {
      int atom = i - i % 3;
      for (int k = 0; k < 3; k++) {
        places[i] += coord[atom + k] * cell[3 * k + i % 3];
      }
    }
    return places;
  }

  private double[] virial() {
    if (stress == null) {
      return null;
    }
    double[] virial = new double[9];
    for (int i = 0; i < 9; i++) {
      virial[i] = -stress[i] * CellVolume.of(cell);
    }
    return virial;
  }

  private Calculation calculation() {
    if (!started && !ended) {
      return Calculation.failed(TaskOutcome.UNPARSABLE, "not an output of SIESTA");
    }
    long missed = steps.list().stream().filter(step -> !step.converged()).count();
    if (missed > 0 || anyUnconverged) {
      return new Calculation(
          elements,
          steps.list(),
          TaskOutcome.UNCONVERGED,
          "SCF not converged in %,d of %s".formatted(missed, Counted.of(steps.size(), "step")));
    }
    if (!ended) {
      return new Calculation(
          elements,
          steps.list(),
          TaskOutcome.CRASHED,
          "ends without '>> End of run', which SIESTA writes last");
    }
    if (steps.size() == 0) {
      return Calculation.failed(TaskOutcome.UNPARSABLE, missing());
    }
    return new Calculation(elements, steps.list(), TaskOutcome.FINISHED, "");
  }

  private String missing() {
    if (elements.isEmpty()) {
      return "holds no coordinates (no 'outcoor: Atomic coordinates'): WriteCoorStep must be T";
    }
    if (!anyEnergy) {
      return "holds no energy (no line 'siesta: E_KS(eV)')";
    }
    return anyForces
        ? "holds no cell (no 'outcell: Unit cell vectors')"
        : "holds no forces (no 'siesta: Atomic forces'): WriteForces must be T";
  }
}
