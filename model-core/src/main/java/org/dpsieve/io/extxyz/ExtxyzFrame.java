package org.dpsieve.io.extxyz;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.dpsieve.error.InputException;
import org.dpsieve.frame.Frame;
import org.dpsieve.frame.Labels;
import org.dpsieve.frame.OtherInputs;
import org.dpsieve.frame.Property;
import org.dpsieve.frame.TypeNames;
import org.dpsieve.io.extxyz.ExtxyzKeys.Quantity;
import org.dpsieve.io.extxyz.ExtxyzUnits.What;
import org.dpsieve.text.Counted;

/**
 * One frame of an extended XYZ file, as ASE (ase/io/extxyz.py) and dpdata (plugins/ase.py) read it.
 *
 * <ul>
 *   <li>{@code Lattice}: vectors a, b, c in turn. Without it, or with {@code pbc="F F F"}, the
 *       frame has no cell. Models and DeePMD-kit's files know frames that are periodic in all
 *       directions or in none: {@code pbc="T T F"} is refused.
 *   <li>Energy: {@code free_energy} (what the forces belong to), else {@code energy}.
 *   <li>Virial: {@code virial}, nine numbers column by column as ASE stores matrices; else -V times
 *       {@code stress} (positive under tension, nine numbers or Voigt's xx yy zz yz xz xy).
 *   <li>Other names by {@link ExtxyzKeys}, other units than eV and Å by {@link ExtxyzUnits}.
 * </ul>
 */
final class ExtxyzFrame {
  private static final Set<String> GEOMETRY = Set.of("lattice", "pbc", "properties");
  private static final Set<String> ATOMS = Set.of("species", "z", "numbers", "pos", "positions");

  private static final List<String> POSITIONS = List.of("pos", "positions");

  private final String where;
  private final ExtxyzKeys keys;
  private final Map<String, String> fields = new HashMap<>();
  private final Map<String, double[]> columns = new HashMap<>();
  private final Map<String, double[]> states = new HashMap<>();
  private final List<String> ignored = new ArrayList<>();
  private ExtxyzUnits units;
  private String[] species;

  private ExtxyzFrame(String where, ExtxyzKeys keys) {
    this.where = where;
    this.keys = keys;
  }

  /** One {@code name:kind:count} of {@code Properties}; {@code first} is its place in a line. */
  private record Column(String written, char kind, int first, int count) {
    String name() {
      return written.toLowerCase(Locale.ROOT);
    }
  }

  /**
   * @param where file and line number, for messages
   * @param lines the atoms' lines
   */
  static ExtxyzFrame parse(String where, String comment, List<String> lines, ExtxyzKeys keys) {
    ExtxyzFrame frame = new ExtxyzFrame(where, keys);
    Map<String, String> given = ExtxyzComment.parse(comment);
    given.forEach((key, value) -> frame.fields.put(key.toLowerCase(Locale.ROOT), value));
    frame.units = ExtxyzUnits.of(where, comment, frame.fields, keys);
    List<String> read = keys.all();
    for (String key : given.keySet()) {
      String known = key.toLowerCase(Locale.ROOT);
      if (!GEOMETRY.contains(known)
          && !read.contains(known)
          && !frame.units.keys().contains(known)) {
        frame.ignored.add(key);
        frame.requireNoOtherInput(known);
      }
    }
    frame.readColumns(lines);
    return frame;
  }

  /** A field that is not read: refused where labels hang on it, kept where they may. */
  private void requireNoOtherInput(String name) {
    boolean asked = OtherInputs.isAsked(name);
    if (!asked && !OtherInputs.isState(name)) {
      return;
    }
    double[] values;
    try {
      values = numbers(name, -1);
    } catch (InputException e) {
      return; // a word: None, neutral
    }
    if (asked) {
      refuse(name, values, "fparam");
    } else {
      states.put(name, values);
    }
  }

  private void refuse(String name, double[] values, String parameter) {
    OtherInputs.problem(name, values)
        .ifPresent(
            problem -> {
              throw new InputException(
                  "%s: %s: %s. Where labels do not depend on it, take it out of the file; where models are trained with it as a parameter: --extxyz-keys %s=%s"
                      .formatted(where, name, problem, parameter, name));
            });
  }

  /** Keys and columns that a {@link Frame} has no place for. */
  List<String> ignored() {
    return ignored;
  }

  Frame toFrame(String system, int index) {
    double[] cell = cell();
    double[] energy = scaled(info(Quantity.ENERGY, 1), What.ENERGY);
    Labels labels =
        new Labels(
            energy == null ? null : Double.valueOf(energy[0]),
            scaled(column(keys.of(Quantity.FORCES)), What.FORCE),
            virial(cell));
    int[] z = atomicNumbers();
    return new Frame(
        system,
        index,
        z,
        scaled(column(POSITIONS), What.LENGTH),
        cell,
        labels,
        info(Quantity.FPARAM, -1),
        column(keys.of(Quantity.APARAM)),
        species == null ? TypeNames.NONE : TypeNames.of(new TreeSet<>(List.of(species))),
        OtherInputs.state(states, z),
        properties());
  }

  private Map<Property, double[]> properties() {
    Map<Property, double[]> found = new TreeMap<>();
    for (Property property : keys.properties()) {
      double[] values =
          property.atomic() ? column(List.of(keys.of(property))) : list(keys.of(property));
      if (values != null) {
        found.put(property, values);
      }
    }
    return found;
  }

  /** Numbers of a field that ASE may have written as a list of lists; {@code null} without it. */
  private double[] list(String key) {
    String text = fields.get(key);
    if (text == null) {
      return null;
    }
    String bare = text.replaceFirst("^_JSON\\s*", "").replaceAll("[\\[\\],{}]", " ").strip();
    if (bare.isEmpty()) {
      throw new InputException("%s: %s holds no numbers".formatted(where, key));
    }
    return Arrays.stream(bare.split("\\s+")).mapToDouble(word -> number(word, key)).toArray();
  }

  /** A new array in eV and Å; {@code null} of {@code null}. */
  private double[] scaled(double[] values, What what) {
    if (values == null) {
      return null;
    }
    double factor = units.of(what);
    double[] scaled = values.clone();
    for (int i = 0; factor != 1 && i < scaled.length; i++) {
      scaled[i] *= factor;
    }
    return scaled;
  }

  private void readColumns(List<String> lines) {
    List<Column> layout = layout(fields.getOrDefault("properties", "species:S:1:pos:R:3"));
    Column last = layout.get(layout.size() - 1);
    int width = last.first() + last.count();
    List<Column> read = new ArrayList<>();
    List<String> others = new ArrayList<>();
    List<String> labels = new ArrayList<>(keys.of(Quantity.FORCES));
    labels.addAll(keys.of(Quantity.APARAM));
    keys.properties().stream().filter(Property::atomic).map(keys::of).forEach(labels::add);
    for (Column column : layout) {
      if (!ATOMS.contains(column.name()) && !labels.contains(column.name())) {
        ignored.add(column.written());
        boolean other = OtherInputs.isState(column.name()) || OtherInputs.isAsked(column.name());
        if (other && (column.kind() == 'R' || column.kind() == 'I')) {
          others.add(column.name());
        }
      }
      if (!ignored.contains(column.written()) || others.contains(column.name())) {
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
            "%s: atom %d has %s, expected %d (%s)"
                .formatted(
                    where,
                    atom,
                    Counted.of(words.length, "column"),
                    width,
                    fields.get("properties")));
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
    for (String name : others) {
      double[] values = columns.get(name);
      if (OtherInputs.isState(name) || name.equals("charge")) { // of each atom: a result
        states.put(name, values);
      } else {
        refuse(name, values, "aparam");
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
      if (column.kind() != 'R'
          && column.kind() != 'I'
          && keys.property(column.name()).filter(Property::atomic).isPresent()) {
        throw new InputException(
            "%s: column %s holds no numbers (%s)"
                .formatted(where, column.written(), fields.get("properties")));
      }
      if (keys.of(Quantity.FORCES).contains(column.name()) && column.count() != 3) {
        throw new InputException(
            "%s: %s of %s, expected 3"
                .formatted(where, Counted.of(column.count(), "column"), column.name()));
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
      layout.add(new Column(words[i], words[i + 1].charAt(0), first, count));
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
    int count = column(POSITIONS).length / 3;
    int[] z = new int[count];
    double[] numbers = column(List.of("z", "numbers"));
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
    double[] lattice = scaled(numbers("lattice", 9), What.CELL);
    String text = fields.get("pbc");
    if (text == null) {
      return lattice;
    }
    String[] words = text.replace(',', ' ').strip().split("\\s+");
    long periodic = Arrays.stream(words).filter(word -> word.matches("(?i)t|true|1")).count();
    long free = Arrays.stream(words).filter(word -> word.matches("(?i)f|false|0")).count();
    if (periodic + free != words.length || (words.length != 3 && words.length != 1)) {
      throw new InputException(
          "%s: pbc=\"%s\", expected T or F for each of three directions".formatted(where, text));
    }
    if (periodic > 0 && free > 0) {
      throw new InputException(
          ("%s: pbc=\"%s\": periodic in %d of three directions; models and DeePMD-kit's data know all or"
                  + " none. Write pbc=\"T T T\" where the cell has vacuum enough to keep images apart, or"
                  + " pbc=\"F F F\"")
              .formatted(where, text, periodic));
    }
    if (periodic > 0 && lattice == null) {
      throw new InputException(
          "%s: pbc=\"%s\", but no Lattice; add it, or write pbc=\"F F F\"".formatted(where, text));
    }
    return periodic > 0 ? lattice : null;
  }

  private double[] virial(double[] cell) {
    double[] virial = scaled(info(Quantity.VIRIAL, 9), What.VIRIAL);
    if (virial != null) {
      return transpose(virial);
    }
    double[] stress = scaled(info(Quantity.STRESS, -1), What.STRESS);
    if (stress == null || cell == null) {
      return null;
    }
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
          "%s: stress holds %s, expected 9 or 6 (xx yy zz yz xz xy)"
              .formatted(where, Counted.of(stress.length, "number")));
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

  /** The first of the columns that is there; {@code null} without any. */
  private double[] column(List<String> names) {
    return names.stream().map(columns::get).filter(Objects::nonNull).findFirst().orElse(null);
  }

  /** Numbers of the first of the fields that is there; {@code null} without any. */
  private double[] info(Quantity quantity, int expected) {
    return keys.of(quantity).stream()
        .filter(fields::containsKey)
        .findFirst()
        .map(name -> numbers(name, expected))
        .orElse(null);
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
          "%s: %s holds %s, expected %d"
              .formatted(where, key, Counted.of(words.length, "number"), expected));
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
