package org.dpsieve.label.property;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.dpsieve.frame.Property;
import org.dpsieve.label.AtomicUnits;
import org.dpsieve.label.OutputText;
import org.dpsieve.label.TaskOutcome;
import org.dpsieve.label.TaskOutputs;
import org.dpsieve.label.UnexpectedText;

/**
 * A number that a program prints itself: pw.x to {@code output}, VASP to {@code OUTCAR} or {@code
 * vasprun.xml}. The last one counts.
 */
public enum PrintedQuantity implements PropertySource {
  /** eV. */
  FERMI_ENERGY(
      "pw.x prints it where occupations are smeared",
      of("output", "the Fermi energy is\\s+(NUMBER)\\s+ev", 1),
      of("OUTCAR", "E-fermi :\\s*(NUMBER)", 1),
      of("vasprun.xml", "<i name=\"efermi\">\\s*(NUMBER)\\s*</i>", 1)),

  /** Bohr magnetons per cell; of non-collinear spins three numbers. */
  TOTAL_MAGNETIZATION(
      "the calculation needs spins: nspin = 2 of pw.x, ISPIN = 2 of VASP, whose OUTCAR has it",
      of(
          "output",
          "^\\s+total magnetization\\s+=\\s+(NUMBER)(?:\\s+(NUMBER)\\s+(NUMBER))?\\s+Bohr mag/cell",
          1),
      of(
          "OUTCAR",
          "number of electron\\s+NUMBER\\s+magnetization\\s+(NUMBER)(?:\\s+(NUMBER)\\s+(NUMBER))?",
          1)),

  /** e Å, from the negative to the positive charge. */
  DIPOLE(
      "pw.x prints it with assume_isolated = 'makov-payne', VASP with IDIPOL = 4",
      of("output", "^\\s*Total\\s+(NUMBER)\\s*(NUMBER)\\s*(NUMBER)\\s+au", AtomicUnits.BOHR),
      // of the electrons, as VASP counts: away from where they are missing
      of("OUTCAR", "dipolmoment\\s+(NUMBER)\\s+(NUMBER)\\s+(NUMBER)\\s+electrons x Angstroem", -1)
          .unless(
              "^\\s*IDIPOL =\\s+[123]\\s",
              "is of one direction, expected IDIPOL = 4, of all three"));

  private final String hint;
  private final List<Line> lines;

  PrintedQuantity(String hint, Line... lines) {
    this.hint = hint;
    this.lines = List.of(lines);
  }

  /**
   * What a line of a file says.
   *
   * @param wrong begins a line that says that the number is another; {@code null} for none
   * @param why it is
   */
  private record Line(String file, Pattern pattern, double unit, Pattern wrong, String why) {
    Line unless(String begins, String why) {
      return new Line(file, pattern, unit, Pattern.compile(begins), why);
    }

    void check(String text) {
      Matcher found = wrong == null ? null : wrong.matcher(text);
      if (found != null && found.find()) {
        throw new UnexpectedText("%s %s".formatted(found.group().strip(), why));
      }
    }

    Optional<double[]> value(String text) {
      Matcher found = pattern.matcher(text);
      return found.find()
          ? Optional.of(
              Stream.iterate(1, group -> group <= found.groupCount(), group -> group + 1)
                  .map(found::group)
                  .filter(number -> number != null)
                  .mapToDouble(number -> unit * OutputText.number(number))
                  .toArray())
          : Optional.empty();
    }
  }

  private static Line of(String file, String pattern, double unit) {
    return new Line(
        file,
        Pattern.compile(pattern.replace("NUMBER", "[-+]?[0-9]+\\.[0-9]*(?:[DdEe][-+]?[0-9]+)?")),
        unit,
        null,
        "");
  }

  /** By its name, {@code fermi_energy}. */
  public static Optional<PrintedQuantity> named(String name) {
    return Arrays.stream(values()).filter(one -> one.text().equals(name)).findFirst();
  }

  /** All names. */
  public static List<String> names() {
    return Arrays.stream(values()).map(PrintedQuantity::text).toList();
  }

  @Override
  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }

  @Override
  public double[] read(TaskOutputs outputs, Property property) throws IOException {
    double[] last = null;
    for (Line line : lines) {
      Optional<InputStream> file = outputs.open(line.file);
      if (last != null || file.isEmpty()) {
        file.ifPresent(PrintedQuantity::close);
        continue;
      }
      try (OutputText text = OutputText.of(file.get())) {
        last = last(text, line);
      } catch (UnexpectedText e) {
        throw new NoProperty(
            TaskOutcome.UNPARSABLE, "%s: %s: %s".formatted(line.file, text(), e.getMessage()));
      }
    }
    if (last == null || !Arrays.stream(last).allMatch(Double::isFinite)) {
      throw new NoProperty(
          TaskOutcome.UNPARSABLE,
          "no %s in %s (%s)"
              .formatted(
                  text().replace('_', ' '),
                  String.join(" or ", lines.stream().map(Line::file).toList()),
                  hint));
    }
    return last;
  }

  private static void close(InputStream file) {
    try (file) {
      // not read: another file has the number
    } catch (IOException e) {
      // nothing was read of it
    }
  }

  /** Of the last run in a file; {@code null} where there is none. */
  private static double[] last(OutputText text, Line line) {
    double[][] last = new double[1][];
    text.forEach(
        i -> {
          if (text.line(i).contains("Program PWSCF")) { // the file was written more than once
            last[0] = null;
          }
          line.check(text.line(i));
          line.value(text.line(i)).ifPresent(value -> last[0] = value);
        });
    return last[0];
  }
}
