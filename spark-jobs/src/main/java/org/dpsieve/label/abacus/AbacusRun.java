package org.dpsieve.label.abacus;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.dpsieve.label.AtomicUnits;
import org.dpsieve.label.Calculation;
import org.dpsieve.label.CellVolume;
import org.dpsieve.label.OutputText;
import org.dpsieve.label.PeriodicDistance;
import org.dpsieve.label.Steps;
import org.dpsieve.label.TaskOutcome;
import org.dpsieve.text.Counted;

/**
 * What the log of an ABACUS run says, versions 2 to 3.11. A geometry stands before its energy;
 * where atoms move, the next one follows the forces. Some versions print none after the first:
 * those steps are no labels.
 */
final class AbacusRun {
  private static final double SAME_PLACE = 1e-3;

  /** Lines between a table's title and its rows. */
  private static final int NEAR = 10;

  private static final String NUMBER = "\\s+([-+]?\\d*\\.?\\d+(?:[eE][-+]?\\d+)?)";
  private static final Pattern CONSTANT =
      Pattern.compile("lattice constant \\(Bohr\\)\\s*=" + NUMBER);
  private static final Pattern UNIT = Pattern.compile("UNIT =" + NUMBER + " Bohr");

  /** A label of STRU, which may be any word, and the number of the atom. */
  private static final Pattern SITE =
      Pattern.compile(
          "^\\s*(?:tau[cd]_)?([A-Za-z][A-Za-z_]*)\\d*" + NUMBER.repeat(3) + "(?:\\s.*)?");

  private static final Pattern ENERGY =
      Pattern.compile("(?:final etot is|#?TOTAL ENERGY#?)" + NUMBER + " eV");
  private static final Pattern FORCE =
      Pattern.compile("^\\s*[A-Za-z][A-Za-z_]*\\d+" + NUMBER.repeat(3) + "\\s*$");
  private static final Pattern STRESS = Pattern.compile("^" + NUMBER.repeat(3) + "\\s*$");

  private final OutputText text;
  private final Steps<Calculation.Step> steps = new Steps<>();
  private List<String> elements = List.of();
  private String calculation = "scf";
  private boolean started;
  private boolean finished;
  private boolean anyUnconverged;
  private boolean anyForces;
  private int energies;
  private int placeless;

  private double constant;
  private double[] cell;

  /** As the log has them: of the cell's vectors, or Å. */
  private double[] places;

  private boolean fractional;
  private Double energy;
  private boolean unconverged;
  private double[] force;
  private double[] stress;

  private AbacusRun(OutputText text) {
    this.text = text;
  }

  static AbacusRun read(OutputText text) {
    AbacusRun[] last = {new AbacusRun(text)};
    text.forEach(
        i -> {
          if (text.line(i).contains("WELCOME TO ABACUS")) {
            last[0] = new AbacusRun(text);
          }
          last[0].line(i);
        });
    if (last[0].finished) { // else the last step may lack its stress
      last[0].endStep();
    }
    return last[0];
  }

  private void line(int i) {
    String line = text.line(i);
    String words = line.strip();
    started |= line.contains("ABACUS") || words.startsWith("READING UNITCELL INFORMATION");
    if (words.startsWith("lattice constant (Bohr)")) {
      Matcher value = CONSTANT.matcher(line);
      constant = value.find() ? AtomicUnits.BOHR * OutputText.number(value.group(1)) : constant;
    } else if (words.startsWith("DIRECT COORDINATES")
        || words.startsWith("CARTESIAN COORDINATES (")) {
      sites(i);
    } else if (words.startsWith("Lattice vectors: (Cartesian coordinate: in unit of a_0)")) {
      lattice(i + 1);
    } else if (line.contains("final etot is") || line.contains("TOTAL ENERGY")) {
      Matcher value = ENERGY.matcher(line);
      if (value.find()) {
        energy(OutputText.number(value.group(1)));
      }
    } else if (words.matches("convergence has (NOT|not) been achieved.*")
        || line.contains("SCF IS NOT CONVERGED")
        || line.contains("SCF NOT CONVERGED")) {
      unconverged = true;
      anyUnconverged = true;
    } else if (line.contains("TOTAL-FORCE (eV/Angstrom)")) {
      force = table(i + 1, FORCE, elements.size());
      anyForces |= force != null;
    } else if (line.toUpperCase(Locale.ROOT).contains("TOTAL-STRESS (KBAR)")) {
      stress = table(i + 1, STRESS, 3);
    } else if (words.startsWith("Finish Time")) {
      finished = true;
    }
  }

  private void sites(int title) {
    int first = title + 1;
    while (first < title + NEAR && !SITE.matcher(text.line(first)).matches()) {
      first++;
    }
    List<String> symbols = new ArrayList<>();
    List<double[]> rows = new ArrayList<>();
    Matcher site = SITE.matcher(text.line(first));
    while (site.matches() && rows.size() < Steps.MOST_ATOMS) {
      symbols.add(site.group(1));
      rows.add(numbers(site, 2));
      site = SITE.matcher(text.line(first + rows.size()));
    }
    if (rows.isEmpty()) {
      return; // of k-points, or cut off
    }
    endStep();
    Matcher unit = UNIT.matcher(text.line(title));
    fractional = !unit.find();
    double scale = fractional ? 1 : AtomicUnits.BOHR * OutputText.number(unit.group(1));
    elements = symbols;
    places = new double[3 * rows.size()];
    for (int k = 0; k < places.length; k++) {
      places[k] = rows.get(k / 3)[k % 3] * scale;
    }
  }

  private static double[] numbers(Matcher row, int group) {
    return new double[] {
      OutputText.number(row.group(group)),
      OutputText.number(row.group(group + 1)),
      OutputText.number(row.group(group + 2))
    };
  }

  private void lattice(int first) {
    double[] rows = table(first, STRESS, 3);
    if (rows == null || constant == 0) {
      return; // cut off
    }
    if (energy != null) {
      endStep(); // the cell of the next one
    }
    for (int i = 0; i < 9; i++) {
      rows[i] *= constant;
    }
    cell = rows;
  }

  private void energy(double value) {
    if (energy != null) {
      endStep();
    }
    energy = value;
    energies++;
  }

  /** Rows of three numbers; {@code null} where there are other than so many. */
  private double[] table(int near, Pattern pattern, int count) {
    int first = near;
    while (first < near + NEAR && !pattern.matcher(text.line(first)).matches()) {
      first++;
    }
    double[] values = new double[3 * count];
    for (int k = 0; k < count; k++) {
      Matcher row = pattern.matcher(text.line(first + k));
      if (!row.matches()) {
        return null;
      }
      System.arraycopy(numbers(row, 1), 0, values, 3 * k, 3);
    }
    return count == 0 ? null : values;
  }

  private void endStep() {
    if (energy != null && force != null && cell != null) {
      if (places == null) {
        placeless++;
      } else {
        steps.add(
            new Calculation.Step(
                cell, cartesian(), energy, force, virial(stress, cell), !unconverged),
            elements.size());
      }
    }
    if (energy != null || force != null) { // else what was read belongs to the step to come
      places = null;
    }
    energy = null;
    force = null;
    stress = null;
    unconverged = false;
  }

  private double[] cartesian() {
    if (!fractional) {
      return places;
    }
    double[] coord = new double[places.length];
    for (int i = 0; i < coord.length; i++) {
      int atom = i - i % 3;
      for (int k = 0; k < 3; k++) {
        coord[i] += places[atom + k] * cell[3 * k + i % 3];
      }
    }
    return coord;
  }

  private static double[] virial(double[] stress, double[] cell) {
    if (stress == null) {
      return null;
    }
    double[] virial = new double[9];
    for (int i = 0; i < 9; i++) {
      virial[i] = stress[i] * CellVolume.of(cell) * AtomicUnits.KILOBAR_CUBIC_ANGSTROM;
    }
    return virial;
  }

  /** The setting {@code calculation} of an INPUT. */
  void settings(OutputText input) {
    input.forEach(
        i -> {
          String[] words = input.line(i).strip().split("\\s+");
          if (words.length > 1 && words[0].equals("calculation")) {
            calculation = words[1];
          }
        });
  }

  /** Takes over a structure's digits where a single geometry is that one. */
  void refine(AbacusStructure structure) {
    if (steps.size() != 1 || structure.coord().length != 3 * elements.size()) {
      return;
    }
    Calculation.Step step = steps.list().get(0);
    PeriodicDistance lattice = new PeriodicDistance(structure.cell());
    for (int i = 0; i < 9; i++) {
      if (!(Math.abs(structure.cell()[i] - step.cell()[i]) < SAME_PLACE)) {
        return;
      }
    }
    for (int k = 0; k < elements.size(); k++) {
      double distance =
          PeriodicDistance.distance(lattice, step.coord(), 3 * k, structure.coord(), 3 * k);
      if (!(distance < SAME_PLACE)) {
        return;
      }
    }
    double ratio = CellVolume.of(structure.cell()) / CellVolume.of(step.cell());
    double[] virial = step.virial() == null ? null : step.virial().clone();
    for (int i = 0; virial != null && i < 9; i++) {
      virial[i] *= ratio;
    }
    steps
        .list()
        .set(
            0,
            new Calculation.Step(
                structure.cell(),
                structure.coord(),
                step.energy(),
                step.force(),
                virial,
                step.converged()));
  }

  Calculation calculation() {
    if (!started) {
      return Calculation.failed(TaskOutcome.UNPARSABLE, "not a log of ABACUS");
    }
    if (anyUnconverged) {
      return new Calculation(
          elements, steps.list(), TaskOutcome.UNCONVERGED, "SCF is not converged");
    }
    if (!List.of("scf", "relax", "cell-relax", "md").contains(calculation)) {
      return Calculation.failed(
          TaskOutcome.UNCONVERGED,
          "calculation is %s, expected a self-consistent one: scf".formatted(calculation));
    }
    if (!finished) {
      return new Calculation(
          elements,
          steps.list(),
          TaskOutcome.CRASHED,
          "ends without 'Finish Time', which ABACUS writes last");
    }
    if (placeless > 0) {
      return new Calculation(
          elements,
          steps.list(),
          TaskOutcome.UNPARSABLE,
          "%,d of %s have no positions in it"
              .formatted(placeless, Counted.of(energies, "geometry", "geometries")));
    }
    return steps.size() == 0
        ? Calculation.failed(TaskOutcome.UNPARSABLE, missing())
        : new Calculation(elements, steps.list(), TaskOutcome.FINISHED, "");
  }

  private String missing() {
    if (energies == 0) {
      return "holds no energy of a self-consistent calculation (no line 'final etot is' or '#TOTAL ENERGY#')";
    }
    if (elements.isEmpty() || cell == null) {
      return "holds no cell or coordinates (no 'Lattice vectors', no 'COORDINATES')";
    }
    return anyForces
        ? "holds forces of other than its %s".formatted(Counted.of(elements.size(), "atom"))
        : "holds no forces: cal_force must be 1";
  }
}
