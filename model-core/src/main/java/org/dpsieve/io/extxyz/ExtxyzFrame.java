package org.dpsieve.io.extxyz;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.dpsieve.error.InputException;
import org.dpsieve.frame.Frame;
import org.dpsieve.frame.Labels;
import org.dpsieve.frame.TypeNames;

/**
 * One frame of an extended XYZ file, as ASE (ase/io/extxyz.py) and dpdata (plugins/ase.py) read it.
 *
 * <ul>
 *   <li>{@code Lattice}: vectors a, b, c in turn. Without it, or with {@code pbc="F F F"}, the
 *       frame has no cell; periodic in some directions only counts as periodic.
 *   <li>Energy: {@code free_energy} (what the forces belong to), else {@code energy}.
 *   <li>Virial: {@code virial}, nine numbers column by column as ASE stores matrices; else -V times
 *       {@code stress} (eV/Å³, positive under tension, nine numbers or Voigt's xx yy zz yz xz xy).
 * </ul>
 */
final class ExtxyzFrame {
  private static final Set<String> INFO_KEYS =
      Set.of(
          "lattice",
          "pbc",
          "properties",
          "energy",
          "free_energy",
          "virial",
          "virials",
          "stress",
          "fparam");
  private static final Set<String> COLUMNS =
      Set.of("species", "z", "numbers", "pos", "positions", "force", "forces", "aparam");

  private final String where;
  private final Map<String, String> fields = new HashMap<>();
  private final Map<String, double[]> columns = new HashMap<>();
  private final List<String> ignored = new ArrayList<>();
  private String[] species;

  private ExtxyzFrame(String where) {
    this.where = where;
  }

  /** One {@code name:kind:count} of {@code Properties}; {@code first} is its place in a line. */
  private record Column(String name, char kind, int first, int count) {}

  /**
   * @param where file and line number, for messages
   * @param lines the atoms' lines
   */
  static ExtxyzFrame parse(String where, String comment, List<String> lines) {
    ExtxyzFrame frame = new ExtxyzFrame(where);
    ExtxyzComment.parse(comment)
        .forEach(
            (key, value) -> {
              String known = key.toLowerCase(Locale.ROOT);
              if (INFO_KEYS.contains(known)) {
                frame.fields.put(known, value);
              } else {
                frame.ignored.add(key);
              }
            });
    frame.readColumns(lines);
    return frame;
  }

  /** Keys and columns that a {@link Frame} has no place for. */
  List<String> ignored() {
    return ignored;
  }

  Frame toFrame(String system, int index) {
    double[] cell = cell();
    double[] energy = numbers("free_energy", 1);
    if (energy == null) {
      energy = numbers("energy", 1);
    }
    Labels labels =
        new Labels(
            energy == null ? null : Double.valueOf(energy[0]),
            column("forces", "force"),
            virial(cell));
    return new Frame(
        system,
        index,
        atomicNumbers(),
        column("pos", "positions"),
        cell,
        labels,
        numbers("fparam", -1),
        columns.get("aparam"),
        species == null ? TypeNames.NONE : TypeNames.of(new TreeSet<>(List.of(species))));
  }

  private void readColumns(List<String> lines) {
    List<Column> layout = layout(fields.getOrDefault("properties", "species:S:1:pos:R:3"));
    Column last = layout.get(layout.size() - 1);
    int width = last.first() + last.count();
    List<Column> read = new ArrayList<>();
    for (Column column : layout) {
      if (!COLUMNS.contains(column.name())) {
        ignored.add(column.name());
      } else {
        read.add(column);
        if (column.name().equals("species")) {
          species = new String[lines.size()];
        } else {
          columns.put(column.name(), new double[lines.size() * column.count()]);
        }
      }
    }
    requireColumns(read);
    for (int atom = 0; atom < lines.size(); atom++) {
      String[] words = lines.get(atom).strip().split("\\s+");
      if (words.length < width) {
        throw new InputException(
            "%s: atom %d has %d columns, expected %d (%s)"
                .formatted(where, atom, words.length, width, fields.get("properties")));
      }
      for (Column column : read) {
        for (int i = 0; i < column.count(); i++) {
          String word = words[column.first() + i];
          if (column.name().equals("species")) {
            species[atom] = word;
          } else {
            columns.get(column.name())[atom * column.count() + i] =
                number(word, column.name() + " of atom " + atom);
          }
        }
      }
    }
  }

  private void requireColumns(List<Column> read) {
    List<String> names = read.stream().map(Column::name).toList();
    boolean element = names.contains("species") || names.contains("z") || names.contains("numbers");
    boolean position =
        read.stream()
            .anyMatch(column -> column.name().matches("pos(itions)?") && column.count() == 3);
    if (!element || !position) {
      throw new InputException(
          "%s: Properties=%s, expected at least species:S:1:pos:R:3"
              .formatted(where, fields.get("properties")));
    }
    for (Column column : read) {
      if (column.name().startsWith("force") && column.count() != 3) {
        throw new InputException(
            "%s: %d columns of %s, expected 3".formatted(where, column.count(), column.name()));
      }
    }
  }

  private List<Column> layout(String properties) {
    String[] words = properties.strip().split(":");
    List<Column> layout = new ArrayList<>();
    int first = 0;
    for (int i = 0; i + 2 < words.length; i += 3) {
      int count = words[i + 2].matches("[1-9]\\d{0,5}") ? Integer.parseInt(words[i + 2]) : 0;
      if (count == 0 || !words[i + 1].matches("[SRIL]")) {
        break;
      }
      String name = words[i].toLowerCase(Locale.ROOT);
      layout.add(new Column(name, words[i + 1].charAt(0), first, count));
      first += count;
    }
    if (layout.isEmpty() || 3 * layout.size() != words.length) {
      throw new InputException(
          "%s: Properties=%s, expected name:kind:columns triples such as species:S:1:pos:R:3"
              .formatted(where, properties));
    }
    return layout;
  }

  private int[] atomicNumbers() {
    int count = column("pos", "positions").length / 3;
    int[] z = new int[count];
    double[] numbers = column("z", "numbers");
    for (int atom = 0; atom < count; atom++) {
      if (species != null) {
        String word = species[atom];
        Optional<String> problem = TypeNames.problem(word);
        if (problem.isPresent()) {
          throw new InputException("%s: atom %d: %s".formatted(where, atom, problem.get()));
        }
        z[atom] = TypeNames.number(word);
      } else {
        double number = numbers[atom];
        if (!(number >= 1 && number <= 118 && number == Math.rint(number))) {
          throw new InputException(
              "%s: atomic number %s of atom %d, expected 1 to 118".formatted(where, number, atom));
        }
        z[atom] = (int) number;
      }
    }
    return z;
  }

  private double[] cell() {
    double[] lattice = numbers("lattice", 9);
    String pbc = fields.getOrDefault("pbc", "T T T").replace(',', ' ').strip();
    boolean periodic =
        Arrays.stream(pbc.split("\\s+"))
            .anyMatch(
                word ->
                    word.equalsIgnoreCase("T")
                        || word.equalsIgnoreCase("true")
                        || word.equals("1"));
    return periodic ? lattice : null;
  }

  private double[] virial(double[] cell) {
    double[] virial = numbers("virial", 9);
    if (virial == null) {
      virial = numbers("virials", 9);
    }
    if (virial != null) {
      return transpose(virial);
    }
    String stressText = fields.get("stress");
    if (stressText == null || cell == null) {
      return null;
    }
    double[] stress = numbers("stress", -1);
    if (stress.length == 6) { // Voigt
      stress =
          new double[] {
            stress[0], stress[5], stress[4],
            stress[5], stress[1], stress[3],
            stress[4], stress[3], stress[2]
          };
    } else if (stress.length == 9) {
      // ASE keeps the upper triangle
      double[] s = transpose(stress);
      stress = new double[] {s[0], s[1], s[2], s[1], s[4], s[5], s[2], s[5], s[8]};
    } else {
      throw new InputException(
          "%s: stress holds %d numbers, expected 9 or 6 (xx yy zz yz xz xy)"
              .formatted(where, stress.length));
    }
    double volume = Math.abs(determinant(cell));
    double[] fromStress = new double[9];
    for (int i = 0; i < 9; i++) {
      fromStress[i] = -volume * stress[i];
    }
    return fromStress;
  }

  private static double[] transpose(double[] m) {
    return new double[] {m[0], m[3], m[6], m[1], m[4], m[7], m[2], m[5], m[8]};
  }

  private static double determinant(double[] m) {
    return m[0] * (m[4] * m[8] - m[5] * m[7])
        - m[1] * (m[3] * m[8] - m[5] * m[6])
        + m[2] * (m[3] * m[7] - m[4] * m[6]);
  }

  private double[] column(String name, String otherName) {
    return columns.containsKey(name) ? columns.get(name) : columns.get(otherName);
  }

  /** Numbers of a field; {@code null} without it; any count when {@code expected} is -1. */
  private double[] numbers(String key, int expected) {
    String text = fields.get(key);
    if (text == null) {
      return null;
    }
    String[] words = text.replace(',', ' ').strip().split("\\s+");
    if (expected >= 0 && words.length != expected) {
      throw new InputException(
          "%s: %s holds %d numbers, expected %d".formatted(where, key, words.length, expected));
    }
    return Arrays.stream(words).mapToDouble(word -> number(word, key)).toArray();
  }

  private double number(String word, String what) {
    try {
      return Double.parseDouble(word);
    } catch (NumberFormatException e) {
      return switch (word.toLowerCase(Locale.ROOT)) {
        case "nan", "-nan", "+nan" -> Double.NaN;
        case "inf", "+inf", "infinity" -> Double.POSITIVE_INFINITY;
        case "-inf", "-infinity" -> Double.NEGATIVE_INFINITY;
        default -> fortranNumber(word, what);
      };
    }
  }

  /** Fortran writes the exponent of a double as {@code 1.0D+00}. */
  private double fortranNumber(String word, String what) {
    try {
      return Double.parseDouble(word.replaceFirst("[dD]", "E"));
    } catch (NumberFormatException e) {
      throw new InputException("%s: %s is '%s', expected a number".formatted(where, what, word), e);
    }
  }
}
