package org.dpsieve.label.espresso;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.dpsieve.label.AtomicUnits;
import org.dpsieve.label.Calculation;
import org.dpsieve.label.CellVolume;
import org.dpsieve.label.OutputText;
import org.dpsieve.label.Steps;
import org.dpsieve.label.TaskOutcome;

/**
 * What the text of a {@code pw.x} run says; of a file that was written more than once, the last
 * run. A geometry ends where the next one begins; {@code JOB DONE} stands at the end of unconverged
 * runs too.
 */
final class PwscfRun {
  private static final Pattern ALAT = Pattern.compile("celldm\\(1\\)=\\s*([-+0-9.]+)");
  private static final Pattern ALAT_SHORT =
      Pattern.compile("lattice parameter \\((?:alat|a_0)\\)\\s*=\\s*(\\S+)\\s+a\\.u");
  private static final Pattern SITE =
      Pattern.compile("\\s*\\d+\\s+(\\S+)\\s+tau\\(\\s*\\S+\\)\\s*=\\s*\\((.*)\\).*");

  /** A hybrid functional's last word has two exclamation marks. */
  private static final Pattern ENERGY =
      Pattern.compile("^!{1,2}\\s+total energy\\s+=\\s*(\\S+)\\s+Ry");

  private static final Pattern FORCE =
      Pattern.compile("\\s*atom\\s+\\S+\\s+type\\s+\\S+\\s+force =\\s*(.*)");
  private static final Pattern ERROR = Pattern.compile("Error in routine\\s+(\\S+)");
  private static final Pattern FRAME = Pattern.compile("-{20,}");
  private static final Pattern WORD = Pattern.compile("\\p{L}");

  /** Lines below the name of a routine in which its message is looked for. */
  private static final int FAR = 20;

  private final OutputText text;
  private final Steps<Calculation.Step> steps = new Steps<>();
  private List<String> elements = List.of();
  private boolean started;
  private boolean done;
  private boolean bands;
  private boolean isolated;
  private boolean anyEnergy;
  private String stopped = "";
  private String unconverged = "";
  private String error = "";

  private double alat;
  private double[] cell;
  private double[] coord;
  private Double energy;
  private double[] force;
  private double[] stress;
  private boolean converged = true;

  private PwscfRun(OutputText text) {
    this.text = text;
  }

  static PwscfRun read(OutputText text) {
    PwscfRun[] last = {new PwscfRun(text)};
    text.forEach(
        i -> {
          if (text.line(i).contains("Program PWSCF")) {
            last[0] = new PwscfRun(text);
          }
          last[0].line(i);
        });
    PwscfRun run = last[0];
    if (run.done || run.stress != null) { // else it may have been stopped before the stress
      run.endStep();
    }
    return run;
  }

  private void line(int i) {
    String line = text.line(i);
    Matcher energyLine = ENERGY.matcher(line);
    Matcher errorLine = ERROR.matcher(line);
    if (line.contains("Program PWSCF")) {
      started = true;
    } else if (line.contains("celldm(1)=") || line.contains("lattice parameter (a")) {
      alat(line);
    } else if (line.contains("crystal axes:")) {
      axes(i + 1);
    } else if (line.contains("site n.") && line.matches(".*\\((alat|a_0) units\\).*")) {
      sites(i + 1);
    } else if (energyLine.find()) {
      if (force != null) {
        endStep();
      }
      energy = AtomicUnits.RYDBERG * OutputText.number(energyLine.group(1));
      anyEnergy = true;
    } else if (line.contains("convergence NOT achieved")) {
      converged = false;
      unconverged = line.strip();
    } else if (line.contains("Forces acting on atoms")) {
      forces(i + 1);
    } else if (line.contains("total   stress")) {
      stress(i + 1);
    } else if (line.startsWith("CELL_PARAMETERS")) {
      endStep();
      cell = PwscfGeometry.cell(text, i, alat);
    } else if (line.startsWith("ATOMIC_POSITIONS")) {
      endStep();
      coord = PwscfGeometry.positions(text, i, elements.size(), alat, cell, new ArrayList<>());
    } else if (line.contains("Assuming isolated system")) {
      isolated = true;
    } else if (line.contains("Band Structure Calculation")) {
      bands = true;
    } else if (line.contains("Maximum CPU time exceeded")
        || line.contains("Program stopped by user request")) {
      stopped = line.strip();
    } else if (errorLine.find()) {
      error = "Error in routine %s: %s".formatted(errorLine.group(1), message(i + 1));
    } else if (line.contains("JOB DONE")) {
      done = true;
    }
  }

  /**
   * What is wrong, below the name of the routine. Of several processes that write at once, or of
   * the launcher that says in a frame of dashes that it ends them, lines may stand between.
   */
  private String message(int first) {
    boolean framed = false;
    for (int i = first; i < first + FAR && text.has(i); i++) {
      String line = text.line(i).strip();
      if (FRAME.matcher(line).matches()) {
        framed = !framed;
      } else if (!framed && WORD.matcher(line).find() && !ERROR.matcher(line).find()) {
        return line;
      }
    }
    return "";
  }

  private void alat(String line) {
    for (Pattern pattern : List.of(ALAT_SHORT, ALAT)) { // the second has more digits
      Matcher matcher = pattern.matcher(line);
      if (matcher.find()) {
        alat = OutputText.number(matcher.group(1)) * AtomicUnits.BOHR;
      }
    }
  }

  private void axes(int first) {
    double[] rows = new double[9];
    for (int i = 0; i < 3; i++) {
      double[] row =
          inBrackets(text.line(first + i).replaceFirst(".*=\\s*\\(", "").replace(")", ""));
      for (int k = 0; k < 3; k++) {
        rows[3 * i + k] = row[k] * alat;
      }
    }
    cell = rows;
  }

  private static double[] inBrackets(String numbers) {
    // columns may touch where one is negative; no exponents here
    return OutputText.numbers(numbers.replace("-", " -"), 3);
  }

  private void sites(int first) {
    List<String> symbols = new ArrayList<>();
    List<double[]> rows = new ArrayList<>();
    for (int i = first; text.has(i) && rows.size() < Steps.MOST_ATOMS; i++) {
      Matcher site = SITE.matcher(text.line(i));
      if (!site.matches()) {
        break;
      }
      symbols.add(PwscfGeometry.symbol(site.group(1)));
      rows.add(inBrackets(site.group(2)));
    }
    elements = symbols;
    coord = new double[3 * rows.size()];
    for (int i = 0; i < coord.length; i++) {
      coord[i] = rows.get(i / 3)[i % 3] * alat;
    }
  }

  private void forces(int first) {
    double[] values = new double[3 * elements.size()];
    int atom = 0;
    for (int i = first; atom < elements.size() && text.has(i); i++) {
      Matcher row = FORCE.matcher(text.line(i));
      if (text.line(i).contains("Total force") || text.line(i).contains("Program PWSCF")) {
        break;
      }
      if (row.matches()) { // between them may be a remark, e.g. "negative rho (up, down):"

        double[] found = OutputText.numbers(row.group(1), 3);
        for (int k = 0; k < 3; k++) {
          values[3 * atom + k] = found[k] * AtomicUnits.RYDBERG / AtomicUnits.BOHR;
        }
        atom++;
      }
    }
    force = atom == elements.size() && atom > 0 ? values : null; // null: cut off
  }

  private void stress(int first) {
    if (!text.has(first + 2)) {
      return; // cut off
    }
    stress = new double[9];
    for (int i = 0; i < 3; i++) {
      System.arraycopy(text.numbers(first + i, 3, 3), 0, stress, 3 * i, 3);
    }
  }

  private void endStep() {
    if (energy != null && force != null && cell != null && coord != null && !bands) {
      steps.add(
          new Calculation.Step(
              isolated ? null : cell,
              coord,
              energy,
              force,
              isolated ? null : virial(stress, cell),
              converged),
          elements.size());
    }
    energy = null;
    force = null;
    stress = null;
    converged = true;
  }

  /** kB Å³ to eV. */
  private static double[] virial(double[] stress, double[] cell) {
    if (stress == null) {
      return null;
    }
    double volume = CellVolume.of(cell);
    double[] virial = new double[9];
    for (int i = 0; i < 9; i++) {
      virial[i] = stress[i] * volume * AtomicUnits.KILOBAR_CUBIC_ANGSTROM;
    }
    return virial;
  }

  /** Takes over the input's digits where a single geometry is the input's. */
  void refine(PwscfGeometry input) {
    if (steps.size() != 1) {
      return;
    }
    Calculation.Step step = steps.list().get(0);
    if (!isolated && new PwscfGeometry(elements, step.cell(), step.coord()).isClose(input)) {
      double ratio = virialRatio(step.cell(), input.cell());
      double[] virial = step.virial() == null ? null : step.virial().clone();
      for (int i = 0; virial != null && i < 9; i++) {
        virial[i] *= ratio;
      }
      steps
          .list()
          .set(
              0,
              new Calculation.Step(
                  input.cell(),
                  input.coord(),
                  step.energy(),
                  step.force(),
                  virial,
                  step.converged()));
    }
  }

  private static double virialRatio(double[] before, double[] after) {
    double[] unit = new double[9];
    unit[0] = 1;
    return virial(unit, after)[0] / virial(unit, before)[0];
  }

  Calculation calculation() {
    if (!started && error.isEmpty()) { // an error may be all that is left
      return Calculation.failed(
          TaskOutcome.UNPARSABLE, "not an output of pw.x, which begins with 'Program PWSCF'");
    }
    TaskOutcome outcome = TaskOutcome.FINISHED;
    String reason = "";
    if (!unconverged.isEmpty()) {
      outcome = TaskOutcome.UNCONVERGED;
      reason = unconverged;
    } else if (bands) {
      outcome = TaskOutcome.UNCONVERGED;
      reason =
          "a band structure calculation, which keeps the charge density it is given; calculation must be 'scf'";
    } else if (!error.isEmpty()) {
      outcome = TaskOutcome.CRASHED;
      reason = error;
    } else if (!stopped.isEmpty()) {
      outcome = TaskOutcome.TIMED_OUT;
      reason =
          "%s: max_seconds of the input, or a file EXIT in its folder, ended it".formatted(stopped);
    } else if (!done) {
      outcome = TaskOutcome.CRASHED;
      reason = "ends without JOB DONE";
    } else if (steps.size() == 0) {
      outcome = TaskOutcome.UNPARSABLE;
      reason =
          !anyEnergy
              ? "holds no energy (no line '!    total energy')"
              : cell == null || coord == null
                  ? "holds no cell or positions (no 'crystal axes', no 'site n.')"
                  : "holds no forces; tprnfor must be .true.";
    }
    return new Calculation(elements, steps.list(), outcome, reason);
  }
}
