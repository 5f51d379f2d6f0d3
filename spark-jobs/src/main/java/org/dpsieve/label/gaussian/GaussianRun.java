package org.dpsieve.label.gaussian;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.dpsieve.frame.Elements;
import org.dpsieve.label.AtomicUnits;
import org.dpsieve.label.Calculation;
import org.dpsieve.label.OutputText;
import org.dpsieve.label.Steps;
import org.dpsieve.label.TaskOutcome;
import org.dpsieve.label.UnexpectedText;
import org.dpsieve.text.Counted;

/**
 * What a Gaussian output says. A file may have several jobs ({@code --link1--}, {@code opt freq}),
 * often at other levels of theory: labels are those of the last job that has forces. Coordinates,
 * energy and forces follow one another in a step. Forces are along the axes of the input.
 */
final class GaussianRun {
  /** Lines from a table's title to its rows. */
  private static final int ORIENTATION_HEAD = 5;

  private static final int FORCES_HEAD = 3;

  /** An atom's forces begin here; each has 15 characters, which may touch. */
  private static final int FORCES_COLUMN = 23;

  private static final int FORCE_WIDTH = 15;

  private static final int HEAVIEST = 118;

  /** A lattice vector among the atoms. */
  private static final int VECTOR = -2;

  private static final String NUMBER = "\\s*(-?\\d*\\.\\d+(?:[DdEe][-+]\\d+)?)";

  /**
   * In the order in which they are printed: the last one before the forces is of their level (self-
   * consistent field, perturbation theory, coupled cluster, excited state, ONIOM).
   */
  private static final List<Pattern> ENERGIES =
      List.of(
          Pattern.compile("^ SCF Done:\\s+E\\([^)]*\\)\\s*=" + NUMBER),
          Pattern.compile("EUMP[23]\\s*=" + NUMBER),
          Pattern.compile("^ E2\\([^)]*\\)\\s*=\\s*\\S+\\s+E\\([^)]*\\)\\s*=" + NUMBER),
          Pattern.compile("E\\(CORR\\)\\s*=" + NUMBER),
          Pattern.compile("Total Energy, E\\([^)]*\\)\\s*=" + NUMBER),
          Pattern.compile("ONIOM: extrapolated energy\\s*=" + NUMBER));

  private final OutputText text;
  private boolean started;
  private boolean done;
  private String route = "";
  private String unconverged = "";
  private String error = "";
  private boolean anyForces;
  private boolean anyEnergy;

  private List<String> elements = List.of();
  private Steps<Calculation.Step> steps = new Steps<>();

  /** Whether the steps are of an earlier job than the one that is read. */
  private boolean earlier;

  private boolean cyclesUsedUp;
  private boolean converged;
  private Double energy;
  private List<String> symbols = List.of();
  private double[] coord;
  private double[] cell;

  private GaussianRun(OutputText text) {
    this.text = text;
  }

  static Calculation read(OutputText text) {
    GaussianRun run = new GaussianRun(text);
    text.forEach(run::line);
    return run.calculation();
  }

  private void line(int i) {
    String line = text.line(i);
    if (line.startsWith(" Entering Gaussian System")
        || line.startsWith(" Link1:  Proceeding to internal job step")
        || line.startsWith(" Initial command:")) {
      newJob();
    } else if (line.startsWith(" #") && route.isEmpty()) {
      route = line.strip();
    } else if (line.contains("Input orientation:") || line.contains("Z-Matrix orientation:")) {
      geometry(i + ORIENTATION_HEAD);
    } else if (line.contains("Convergence criterion not met")) {
      cyclesUsedUp = true;
    } else if (line.contains("Convergence failure")) {
      unconverged = line.strip();
    } else if (line.contains("Forces (Hartrees/Bohr)")) {
      forces(i + FORCES_HEAD);
    } else if (line.startsWith(" Error termination")) {
      error = line.strip();
    } else if (line.startsWith(" Normal termination")) {
      done = true;
    } else if (line.contains("E(") || line.contains("EUMP") || line.contains("ONIOM:")) {
      energy(line);
    }
  }

  private void newJob() {
    started = true;
    done = false;
    earlier = steps.size() > 0;
    route = "";
    energy = null;
    coord = null;
  }

  private void energy(String line) {
    for (Pattern pattern : ENERGIES) {
      Matcher matcher = pattern.matcher(line);
      if (matcher.find()) {
        energy = AtomicUnits.HARTREE * OutputText.number(matcher.group(1));
        anyEnergy = true;
        if (line.startsWith(" SCF Done")) {
          converged = !cyclesUsedUp;
          cyclesUsedUp = false;
        }
      }
    }
  }

  private void geometry(int first) {
    symbols = new ArrayList<>();
    List<double[]> atoms = new ArrayList<>();
    List<double[]> vectors = new ArrayList<>();
    for (int i = first; text.has(i) && atoms.size() < Steps.MOST_ATOMS; i++) {
      if (text.line(i).startsWith(" ----")) {
        double[] places = flat(atoms);
        if (!Arrays.equals(places, coord)) {
          energy = null; // of the geometry before
        }
        coord = places;
        cell = cell(vectors);
        return;
      }
      double[] row = text.numbers(i, 1, 5);
      int number = (int) row[0];
      double[] place = {row[2], row[3], row[4]};
      if (number == VECTOR) {
        vectors.add(place);
      } else if (number >= 1 && number <= HEAVIEST) {
        atoms.add(place);
        symbols.add(Elements.symbol(number));
      } else {
        throw new UnexpectedText("an atom of atomic number %d".formatted(number));
      }
    }
    coord = null; // cut off
  }

  private static double[] cell(List<double[]> vectors) {
    if (vectors.isEmpty()) {
      return null;
    }
    if (vectors.size() != 3) {
      throw new UnexpectedText(
          "%s, expected three or none".formatted(Counted.of(vectors.size(), "translation vector")));
    }
    return flat(vectors);
  }

  private static double[] flat(List<double[]> rows) {
    double[] values = new double[3 * rows.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = rows.get(i / 3)[i % 3];
    }
    return values;
  }

  private void forces(int first) {
    anyForces = true;
    List<double[]> rows = new ArrayList<>();
    for (int i = first; text.has(i) && rows.size() <= symbols.size(); i++) {
      String line = text.line(i);
      if (line.startsWith(" ----")) {
        step(rows);
        return;
      }
      if (!line.strip().startsWith(Integer.toString(VECTOR))) {
        rows.add(force(line));
      }
    }
  }

  /** In columns, or, where a program writes them elsewhere, in words. */
  private static double[] force(String line) {
    String[] words = line.strip().split("\\s+");
    double[] force = new double[3];
    for (int k = 0; k < 3; k++) {
      int column = FORCES_COLUMN + k * FORCE_WIDTH;
      if (words.length == 5) {
        force[k] = OutputText.number(words[2 + k]);
      } else if (line.length() >= column + FORCE_WIDTH) {
        force[k] = OutputText.number(line.substring(column, column + FORCE_WIDTH).strip());
      } else {
        throw new UnexpectedText("'%s' where an atom's forces are expected".formatted(line));
      }
      force[k] *= AtomicUnits.HARTREE / AtomicUnits.BOHR;
    }
    return force;
  }

  private void step(List<double[]> forces) {
    if (coord == null || energy == null || forces.size() != symbols.size()) {
      return;
    }
    if (earlier || !elements.equals(symbols)) {
      steps = new Steps<>();
      earlier = false;
    }
    elements = symbols;
    steps.add(
        new Calculation.Step(cell, coord, energy, flat(forces), null, converged), elements.size());
    coord = null;
    energy = null;
  }

  private Calculation calculation() {
    long missed = steps.list().stream().filter(step -> !step.converged()).count();
    if (!started && !anyEnergy) {
      return Calculation.failed(TaskOutcome.UNPARSABLE, "not an output of Gaussian");
    }
    if (!unconverged.isEmpty()) {
      return ended(TaskOutcome.UNCONVERGED, unconverged);
    }
    if (missed > 0) {
      return ended(
          TaskOutcome.UNCONVERGED,
          "SCF not converged at %,d of %s"
              .formatted(missed, Counted.of(steps.size(), "geometry", "geometries")));
    }
    if (!done) {
      return ended(
          TaskOutcome.CRASHED,
          error.isEmpty()
              ? "ends without 'Normal termination', which Gaussian writes last"
              : error);
    }
    return steps.size() == 0
        ? ended(TaskOutcome.UNPARSABLE, missing())
        : ended(TaskOutcome.FINISHED, "");
  }

  private Calculation ended(TaskOutcome outcome, String reason) {
    return new Calculation(elements, steps.list(), outcome, reason);
  }

  private String missing() {
    String keywords = route.isEmpty() ? "" : " (route: %s)".formatted(route);
    if (!anyForces) {
      return "holds no forces: the keyword force is missing" + keywords;
    }
    if (!anyEnergy) {
      return "holds no energy (no line 'SCF Done')" + keywords;
    }
    return "holds no coordinates along the forces' axes (no 'Input orientation'): add geom=printinputorient or nosymm to the keywords"
        + keywords;
  }
}
