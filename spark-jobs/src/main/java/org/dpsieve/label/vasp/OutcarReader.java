package org.dpsieve.label.vasp;

import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.dpsieve.label.OutputText;
import org.dpsieve.label.Steps;
import org.dpsieve.label.UnexpectedText;
import org.dpsieve.text.Counted;

/**
 * Reads an OUTCAR line by line, VASP 5 and 6. An ionic step begins with its electronic iterations;
 * after them come cell, stress, positions and forces, and the line {@code free energy TOTEN}: since
 * VASP 5.3 last, in VASP 5.2 first.
 */
final class OutcarReader {
  private static final Pattern NELM = Pattern.compile("\\bNELM\\s*=\\s*(\\d+)");
  private static final Pattern ITERATION = Pattern.compile("Iteration\\s+\\d+\\(\\s*(\\d+)\\)");

  /** With its unit, so that a number cut off by the file's end is not taken for the whole. */
  private static final Pattern ENERGY =
      Pattern.compile("free  energy   TOTEN\\s*=\\s*(\\S+)\\s+eV");

  /** {@code TITEL = PAW_PBE Sn_d 06Sep2000}, {@code POTCAR: PAW_PBE Sn_d 06Sep2000}. */
  private static final Pattern POTENTIAL =
      Pattern.compile("(TITEL\\s*=|POTCAR:)\\s*\\S+\\s+([A-Z][a-z]?)(?![A-Za-z])");

  private static final Pattern CHARGE = Pattern.compile("\\bICHARG\\s*=\\s*(\\d+)");
  private static final Pattern ALGORITHM = Pattern.compile("\\bIALGO\\s*=\\s*(-?\\d+)");

  /** Lines between a title and what belongs to it. */
  private static final int NEAR = 20;

  private final OutputText lines;
  private final List<String> titles = new ArrayList<>();
  private final List<String> potcars = new ArrayList<>();
  private final Steps<VaspRun.Step> steps = new Steps<>();
  private List<String> elements = List.of();
  private int maxElectronicSteps;
  private int charge;
  private int algorithm;
  private boolean complete;

  private int electronicSteps;
  private double[] cell;
  private double[] stress;
  private double[] coord;
  private double[] force;
  private Double energy;

  private OutcarReader(OutputText lines) {
    this.lines = lines;
  }

  static VaspRun read(InputStream in) {
    OutcarReader reader = new OutcarReader(OutputText.of(in));
    String problem = "";
    try {
      if (!reader.lines.line(0).strip().startsWith("vasp.")) {
        throw new UnexpectedText("not an OUTCAR, whose first line names VASP's version");
      }
      reader.lines.forEach(reader::line);
    } catch (UnexpectedText e) {
      problem = e.getMessage();
    }
    return new VaspRun(
        reader.elements,
        reader.maxElectronicSteps,
        reader.fixedDensity(),
        reader.steps.list(),
        reader.complete,
        problem);
  }

  private String fixedDensity() {
    return VaspRun.fixedDensity(charge, algorithm);
  }

  private void line(int i) {
    String line = lines.line(i);
    if (steps.size() == 0 && electronicSteps == 0) {
      header(line);
    }
    // most lines are of none of these: no pattern is tried on them
    if (line.contains("Iteration")) {
      Matcher iteration = ITERATION.matcher(line);
      if (iteration.find()) {
        electronicSteps = (int) number(iteration.group(1));
        forget();
      }
    } else if (line.contains("VOLUME and BASIS-vectors are now")) {
      cell = basis(i + 1);
    } else if (line.contains("EDIFF was not reached") || line.contains("hard stop encountered")) {
      electronicSteps = Integer.MAX_VALUE;
    } else if (line.contains("in kB") && line.strip().startsWith("in kB")) {
      stress = stress(line);
    } else if (line.contains("TOTAL-FORCE (eV/Angst)") && !line.contains("(ML)")) {
      forces(i + 2);
      endStep();
    } else if (line.contains("free  energy   TOTEN")) {
      Matcher total = ENERGY.matcher(line);
      if (total.find()) {
        energy = number(total.group(1));
        endStep();
      }
    } else if (line.contains("General timing and accounting")) {
      complete = true;
    }
  }

  private void header(String line) {
    Matcher potential = POTENTIAL.matcher(line);
    Matcher nelm = NELM.matcher(line);
    if (potential.find()) {
      (potential.group(1).startsWith("TITEL") ? titles : potcars).add(potential.group(2));
    } else if (nelm.find()) {
      maxElectronicSteps = (int) number(nelm.group(1));
    } else if (line.contains("ICHARG")) {
      Matcher setting = CHARGE.matcher(line);
      charge = setting.find() ? (int) number(setting.group(1)) : charge;
    } else if (line.contains("IALGO")) {
      Matcher setting = ALGORITHM.matcher(line);
      algorithm = setting.find() ? (int) number(setting.group(1)) : algorithm;
    } else if (line.contains("ions per type")) {
      elements = elements(line.substring(line.indexOf('=') + 1).strip().split("\\s+"));
    }
  }

  private List<String> elements(String[] counts) {
    // VASP 6 may leave the TITEL lines out, but lists the potentials as POTCAR: twice.
    List<String> types = titles.isEmpty() ? potcars.subList(0, potcars.size() / 2) : titles;
    if (types.size() != counts.length) {
      throw new UnexpectedText(
          "%s (%s) for %s"
              .formatted(
                  Counted.of(types.size(), "potential"),
                  String.join(" ", types),
                  Counted.of(counts.length, "atom type")));
    }
    List<String> atoms = new ArrayList<>();
    for (int i = 0; i < counts.length; i++) {
      double count = number(counts[i]);
      if (!(count >= 0 && atoms.size() + count <= Steps.MOST_ATOMS)) {
        throw new UnexpectedText("%s ions of %s".formatted(counts[i], types.get(i)));
      }
      for (int n = (int) count; n > 0; n--) {
        atoms.add(types.get(i));
      }
    }
    return List.copyOf(atoms);
  }

  /** Lattice vectors: the three lines after "direct lattice vectors", which are near. */
  private double[] basis(int first) {
    int title = first;
    while (title < first + NEAR && !lines.line(title).contains("direct lattice vectors")) {
      title++;
    }
    double[] rows = new double[9];
    for (int i = 0; i < 3; i++) {
      double[] row = numbers(lines.line(title + 1 + i), 3);
      if (row == null) {
        return null;
      }
      System.arraycopy(row, 0, rows, 3 * i, 3);
    }
    return rows;
  }

  /** {@code in kB XX YY ZZ XY YZ ZX}; a file may end in the middle of it. */
  private static double[] stress(String line) {
    double[] v = numbers(line.strip().substring("in kB".length()), 6);
    return v == null ? null : new double[] {v[0], v[3], v[5], v[3], v[1], v[4], v[5], v[4], v[2]};
  }

  private void forces(int first) {
    int atoms = elements.size();
    if (!lines.has(first + atoms - 1)) {
      return; // cut off
    }
    double[] positions = new double[3 * atoms];
    double[] values = new double[3 * atoms];
    for (int i = 0; i < atoms; i++) {
      double[] row = numbers(lines.line(first + i), 6);
      if (row == null) {
        return; // cut off
      }
      System.arraycopy(row, 0, positions, 3 * i, 3);
      System.arraycopy(row, 3, values, 3 * i, 3);
    }
    coord = positions;
    force = values;
  }

  private void endStep() {
    if (energy != null && cell != null && coord != null && force != null) {
      steps.add(
          new VaspRun.Step(cell, coord, energy, force, stress, electronicSteps), elements.size());
      forget();
    }
  }

  /** The cell stays: it is not printed again where it does not change. */
  private void forget() {
    energy = null;
    coord = null;
    force = null;
    stress = null;
  }

  /** The first numbers of a line; columns may touch where one is negative. */
  private static double[] numbers(String line, int count) {
    String[] words = line.replace("-", " -").strip().split("\\s+");
    if (words.length < count) {
      return null;
    }
    return Arrays.stream(words, 0, count).mapToDouble(OutcarReader::number).toArray();
  }

  private static double number(String word) {
    try {
      return Double.parseDouble(word);
    } catch (NumberFormatException e) {
      throw new UnexpectedText("'%s' where a number is expected".formatted(word));
    }
  }
}
