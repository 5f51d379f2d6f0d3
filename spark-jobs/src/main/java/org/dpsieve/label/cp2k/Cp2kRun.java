package org.dpsieve.label.cp2k;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
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
 * What the text of a CP2K run says; of a file that was written more than once, the last run. CP2K
 * exits 0 and prints an energy when the self-consistency was not reached, newer versions abort.
 */
final class Cp2kRun {
  private static final double EV_PER_GIGAPASCAL_CUBIC_ANGSTROM = 1 / 160.2176634;

  private static final String SINGLE_POINT = "ENERGY_FORCE";

  /** A bit for each. */
  private static final int ALL_VECTORS = 7;

  private static final Pattern RUN_TYPE = Pattern.compile("^ GLOBAL\\| Run type\\s+(\\S+)");
  private static final Pattern VECTOR =
      Pattern.compile("^ CELL\\| Vector ([abc]) \\[angstrom\\]:?\\s(.*)");
  private static final Pattern VOLUME =
      Pattern.compile("^ CELL\\| Volume \\[angstrom\\^3\\]:?\\s+(\\S+)");
  private static final Pattern ENERGY =
      Pattern.compile("^ ENERGY\\| Total FORCE_EVAL.*\\s(-?\\d+\\.\\d+\\S*)\\s*$");
  private static final Pattern NEW_FORCE = Pattern.compile("^ FORCES\\|\\s+(\\d+)\\s+(.*)");
  private static final Pattern STRESS =
      Pattern.compile(
          "^ (?:STRESS\\| Analytical stress tensor|STRESS\\| Numerical stress tensor|STRESS TENSOR) \\[(\\w+)\\].*");
  private static final Pattern STRESS_ROW =
      Pattern.compile("^ (?:STRESS\\|)?\\s+[xyzXYZ]((?:\\s+-?\\d+\\.\\d+\\S*){3})\\s*$");

  private final OutputText text;
  private List<String> elements = new ArrayList<>();
  private boolean started;
  private boolean ended;
  private boolean unconverged;
  private boolean isolated;
  private boolean outOfTime;
  private boolean forcesPrinted;
  private String runType = SINGLE_POINT;
  private String abort = "";
  private double[] cell = new double[9];
  private int vectors;
  private double volume = Double.NaN;
  private double[] coord;
  private double[] force;
  private double[] stress;
  private final List<Double> energies = new ArrayList<>();

  private Cp2kRun(OutputText text) {
    this.text = text;
  }

  static Cp2kRun read(OutputText text) {
    Cp2kRun[] last = {new Cp2kRun(text)};
    text.forEach(
        i -> {
          if (text.line(i).contains("PROGRAM STARTED AT")) {
            last[0] = new Cp2kRun(text);
          }
          last[0].line(i);
        });
    return last[0];
  }

  private void line(int i) {
    String line = text.line(i);
    Matcher vector = VECTOR.matcher(line);
    Matcher size = VOLUME.matcher(line);
    Matcher type = RUN_TYPE.matcher(line);
    Matcher energy = ENERGY.matcher(line);
    Matcher newForce = NEW_FORCE.matcher(line);
    Matcher pressure = STRESS.matcher(line);
    started |=
        line.startsWith(" CP2K| version")
            || line.startsWith(" ENERGY|")
            || line.startsWith(" CELL|");
    if (type.find()) {
      runType = type.group(1);
    } else if (vector.find()) {
      int row = "abc".indexOf(vector.group(1));
      System.arraycopy(OutputText.numbers(vector.group(2), 3), 0, cell, 3 * row, 3);
      vectors |= 1 << row;
    } else if (line.matches("^ (CELL|POISSON)\\| Periodicity\\s+NONE\\s*")) {
      isolated = true;
    } else if (size.find()) {
      volume = OutputText.number(size.group(1));
    } else if (line.toUpperCase(Locale.ROOT).contains("ATOMIC COORDINATES IN ANGSTROM")) {
      coordinates(i + 1);
    } else if (line.contains("SCF run NOT converged")) {
      unconverged = true;
    } else if (line.contains("SCF run converged")) {
      unconverged = false;
    } else if (energy.find()) {
      energies.add(AtomicUnits.HARTREE * OutputText.number(energy.group(1)));
    } else if (line.contains("ATOMIC FORCES in [a.u.]")) {
      oldForces(i + 1);
    } else if (newForce.find()) {
      newForce(Integer.parseInt(newForce.group(1)), newForce.group(2));
    } else if (pressure.find()) {
      stress(i + 1, pressure.group(1));
    } else if (line.contains("exceeded requested execution time")) {
      outOfTime = true;
    } else if (line.contains("[ABORT]")) {
      abort = abort(i);
    } else if (line.contains("PROGRAM ENDED AT")) {
      ended = true;
    }
  }

  /** {@code 1 1 Ag 47 x y z ...} after a header and, by version, an empty line. */
  private void coordinates(int first) {
    elements = new ArrayList<>();
    List<double[]> rows = new ArrayList<>();
    for (int i = first; text.has(i) && rows.size() < Steps.MOST_ATOMS; i++) {
      String[] words = text.line(i).strip().split("\\s+");
      if (words.length < 7 || !words[0].equals(Integer.toString(rows.size() + 1))) {
        if (rows.isEmpty() && i < first + 4) {
          continue;
        }
        break;
      }
      elements.add(symbol(words[3]));
      rows.add(text.numbers(i, 4, 3));
    }
    coord = flat(rows);
  }

  /** By atomic number: a kind may have any name. */
  private static String symbol(String number) {
    double z = OutputText.number(number);
    if (!(z >= 1 && z <= 118)) {
      throw new UnexpectedText("'%s' is no atomic number".formatted(number));
    }
    return Elements.symbol((int) z);
  }

  private static double[] flat(List<double[]> rows) {
    double[] values = new double[3 * rows.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = rows.get(i / 3)[i % 3];
    }
    return values;
  }

  private void oldForces(int first) {
    List<double[]> rows = new ArrayList<>();
    forcesPrinted = true;
    for (int i = first; text.has(i) && rows.size() <= elements.size(); i++) {
      if (text.line(i).contains("SUM OF ATOMIC FORCES")) {
        break;
      }
      String line = text.line(i).strip();
      if (!line.isEmpty() && !line.startsWith("#")) {
        rows.add(text.numbers(i, 3, 3));
      }
    }
    force = rows.size() == elements.size() ? atomicUnits(flat(rows)) : null; // null: cut off
  }

  private void newForce(int atom, String numbers) {
    int size = elements.size();
    forcesPrinted = true;
    if (size == 0) {
      return; // of coordinates that are not printed
    }
    if (atom < 1 || atom > size) {
      throw new UnexpectedText("a force on atom %d of %d".formatted(atom, size));
    }
    if (atom == 1) {
      force = new double[3 * size];
      Arrays.fill(force, Double.NaN); // what a cut file does not say
    }
    if (force == null) {
      throw new UnexpectedText("forces begin with atom " + atom);
    }
    System.arraycopy(atomicUnits(OutputText.numbers(numbers, 3)), 0, force, 3 * atom - 3, 3);
  }

  private static double[] atomicUnits(double[] values) {
    for (int i = 0; i < values.length; i++) {
      values[i] *= AtomicUnits.HARTREE / AtomicUnits.BOHR;
    }
    return values;
  }

  private void stress(int first, String unit) {
    double gigapascals =
        switch (unit) {
          case "GPa" -> 1;
          case "bar" -> 1e-4;
          case "kbar" -> 0.1;
          default -> throw new UnexpectedText("stress in '%s'".formatted(unit));
        };
    List<double[]> rows = new ArrayList<>();
    for (int i = first; i < first + 6 && rows.size() < 3; i++) {
      Matcher row = STRESS_ROW.matcher(text.line(i));
      if (row.matches()) {
        rows.add(OutputText.numbers(row.group(1), 3));
      }
    }
    if (rows.size() == 3) { // else cut off
      stress = flat(rows);
      for (int i = 0; i < 9; i++) {
        stress[i] *= gigapascals * EV_PER_GIGAPASCAL_CUBIC_ANGSTROM;
      }
    }
  }

  /** The words in the box around {@code [ABORT]}. */
  private String abort(int at) {
    StringBuilder words = new StringBuilder();
    for (int i = at; i < at + 8 && text.has(i); i++) {
      String line = text.line(i).replaceAll("[*\\\\/|_]{1,3}|\\[ABORT\\]|O\\b", " ").strip();
      if (text.line(i).matches("\\s*\\*{20,}\\s*")) {
        break;
      }
      words.append(line.replaceAll("\\s+", " ")).append(line.isEmpty() ? "" : " ");
    }
    return "CP2K aborted: " + words.toString().strip();
  }

  /** The cell's rows in Å as {@code A}, {@code B}, {@code C} of an input give them. */
  static Optional<double[]> inputCell(OutputText input) {
    double[] cell = new double[9];
    int found = 0;
    for (int i = 0; input.has(i); i++) {
      input.forget(i);
      String line = input.line(i).strip();
      if (line.matches("[ABCabc]\\s+[-+0-9.].*")) {
        int row = "abc".indexOf(line.toLowerCase(Locale.ROOT).charAt(0));
        try {
          System.arraycopy(input.numbers(i, 1, 3), 0, cell, 3 * row, 3);
          found |= 1 << row;
        } catch (UnexpectedText e) {
          return Optional.empty();
        }
      }
    }
    return found == ALL_VECTORS ? Optional.of(cell) : Optional.empty();
  }

  void refine(double[] input) {
    for (int i = 0; i < 9; i++) {
      if (!(Math.abs(input[i] - cell[i]) < 1e-3)) {
        return;
      }
    }
    cell = input;
    volume = CellVolume.of(cell);
  }

  Calculation calculation() {
    if (!started) {
      return Calculation.failed(TaskOutcome.UNPARSABLE, "not an output of CP2K");
    }
    boolean singlePoint = runType.equals(SINGLE_POINT) && energies.size() < 2;
    String missing = missing();
    List<Calculation.Step> steps = new ArrayList<>();
    if (singlePoint && missing.isEmpty() && (ended || stress != null)) {
      steps.add(
          new Calculation.Step(
              isolated ? null : cell,
              coord,
              energies.get(0),
              force,
              isolated ? null : virial(),
              !unconverged));
    }
    TaskOutcome outcome = TaskOutcome.FINISHED;
    String reason = "";
    if (unconverged) {
      outcome = TaskOutcome.UNCONVERGED;
      reason = "SCF run NOT converged";
    } else if (!abort.isEmpty()) {
      outcome = TaskOutcome.CRASHED;
      reason = abort;
    } else if (outOfTime) {
      outcome = TaskOutcome.TIMED_OUT;
      reason = "stopped by GLOBAL/WALLTIME of the input";
    } else if (!singlePoint) {
      outcome = TaskOutcome.UNPARSABLE;
      reason = notSinglePoint();
    } else if (!ended) {
      outcome = TaskOutcome.CRASHED;
      reason = "ends without PROGRAM ENDED AT";
    } else if (!missing.isEmpty()) {
      outcome = TaskOutcome.UNPARSABLE;
      reason = missing;
    }
    return new Calculation(elements, steps, outcome, reason);
  }

  private String notSinglePoint() {
    if (runType.equals("ENERGY")) {
      return "RUN_TYPE is ENERGY, which calculates no forces; expected ENERGY_FORCE";
    }
    return "RUN_TYPE is %s%s, expected one geometry by ENERGY_FORCE: the output has the positions of the first alone"
        .formatted(
            runType,
            energies.size() > 1
                ? " with %s".formatted(Counted.of(energies.size(), "energy", "energies"))
                : "");
  }

  /** What a label would need; empty when all is there. */
  private String missing() {
    if (energies.isEmpty()) {
      return "holds no energy (no line 'ENERGY| Total FORCE_EVAL')";
    }
    boolean noCell = vectors != ALL_VECTORS;
    boolean noPlaces = coord == null || coord.length == 0;
    if (noCell || noPlaces) {
      return "holds no %s: GLOBAL/PRINT_LEVEL must be MEDIUM or more"
          .formatted(
              noCell && noPlaces ? "cell and no coordinates" : noCell ? "cell" : "coordinates");
    }
    if (force == null) {
      return forcesPrinted
          ? "holds forces of other than its %s".formatted(Counted.of(elements.size(), "atom"))
          : "holds no forces: FORCE_EVAL/PRINT/FORCES must be ON";
    }
    return "";
  }

  private double[] virial() {
    if (stress == null) {
      return null;
    }
    double size = Double.isNaN(volume) ? CellVolume.of(cell) : volume;
    double[] virial = new double[9];
    for (int i = 0; i < 9; i++) {
      virial[i] = stress[i] * size;
    }
    return virial;
  }
}
