package org.dpsieve.spark.table;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.sql.Row;
import org.dpsieve.config.mapping.FrameMapping;
import org.dpsieve.config.mapping.FrameMapping.Quantity;
import org.dpsieve.error.InputException;
import org.dpsieve.frame.Formula;
import org.dpsieve.frame.Frame;
import org.dpsieve.frame.Labels;
import org.dpsieve.frame.TypeNames;
import org.dpsieve.io.FrameSystem.Types;
import org.dpsieve.text.Counted;
import scala.jdk.javaapi.CollectionConverters;

/**
 * What a mapping makes of one row's values, which come by their keys in the mapping ({@code
 * elements}, {@code positions}, ...). Every method throws {@link InputException} with what is wrong
 * with the row.
 */
record MappedValues(FrameMapping mapping) implements Serializable {
  private static final int MOST_ATOMIC_NUMBER = 118;

  /** Where the six numbers of Voigt belong. */
  private static final int[] VOIGT = {0, 5, 4, 5, 1, 3, 4, 3, 2};

  Types types(Row row) {
    Object given = value(row, "elements");
    if (given == null) {
      throw new InputException("%s is null".formatted(mapping.elements()));
    }
    List<Object> values = new ArrayList<>();
    flatten(given, mapping.elements(), values);
    if (values.isEmpty()) {
      throw new InputException("%s is empty: no atoms".formatted(mapping.elements()));
    }
    return values.get(0) instanceof String ? ofSymbols(values) : ofNumbers(values, row);
  }

  private Types ofSymbols(List<Object> values) {
    int[] z = new int[values.size()];
    List<String> others = new ArrayList<>();
    for (int i = 0; i < z.length; i++) {
      String name = (String) values.get(i);
      TypeNames.problem(name)
          .ifPresent(
              problem -> {
                throw new InputException("%s: %s".formatted(mapping.elements(), problem));
              });
      z[i] = TypeNames.number(name);
      if (z[i] < 0 && !others.contains(name)) {
        others.add(name);
      }
    }
    return new Types(z, TypeNames.of(others));
  }

  private Types ofNumbers(List<Object> values, Row row) {
    int[] z = new int[values.size()];
    String formula = mapping.formula() == null ? null : (String) value(row, "formula");
    for (int i = 0; i < z.length; i++) {
      double number = number(values.get(i), mapping.elements());
      z[i] = (int) number;
      if (z[i] != number
          || z[i] == 0
          || z[i] > MOST_ATOMIC_NUMBER
          || (z[i] < 0 && formula == null)) {
        throw new InputException(
            "%s holds %s, which is no atomic number".formatted(mapping.elements(), values.get(i)));
      }
    }
    TypeNames names = formula == null ? TypeNames.NONE : TypeNames.of(Formula.types(formula));
    if (!names.knows(z)) {
      throw new InputException(
          "%s (%s) does not name all types of %s"
              .formatted(mapping.formula(), formula, mapping.elements()));
    }
    return new Types(z, names);
  }

  /** {@code null} when not periodic. */
  double[] cell(Row row) {
    Boolean periodic = periodic(row);
    double[] cell = quantity(row, "cell", mapping.cell());
    boolean none = cell == null || Arrays.stream(cell).allMatch(x -> x == 0);
    if (Boolean.FALSE.equals(periodic) || (none && periodic == null)) {
      return null;
    }
    if (none) {
      throw new InputException(
          "%s says it is periodic, but there is no cell".formatted(mapping.pbc()));
    }
    return sized(cell, 9, mapping.cell());
  }

  /** {@code null} where nothing says so. */
  private Boolean periodic(Row row) {
    Object given = mapping.pbc() == null ? null : value(row, "pbc");
    if (given == null) {
      return null;
    }
    List<Object> values = new ArrayList<>();
    flatten(given, mapping.pbc(), values);
    long yes = values.stream().filter(MappedValues::isTrue).count();
    if (yes > 0 && yes < values.size()) {
      throw new InputException(
          "%s: periodic in some directions only, expected all or none".formatted(mapping.pbc()));
    }
    return yes > 0;
  }

  private static boolean isTrue(Object value) {
    return value instanceof Number number
        ? number.doubleValue() != 0
        : value instanceof Boolean truth && truth;
  }

  /** Cartesian, in Å. */
  double[] coord(Row row, int natoms, double[] cell) {
    double[] given = quantity(row, "positions", mapping.positions());
    if (given == null) {
      throw new InputException("%s is null".formatted(mapping.positions().column()));
    }
    sized(given, 3 * natoms, mapping.positions());
    if (!mapping.fractional()) {
      return given;
    }
    if (cell == null) {
      throw new InputException(
          "%s is fractional, but there is no cell".formatted(mapping.positions().column()));
    }
    double[] coord = new double[given.length];
    for (int atom = 0; atom < natoms; atom++) {
      for (int axis = 0; axis < 3; axis++) {
        double sum = 0;
        for (int vector = 0; vector < 3; vector++) {
          // a unit of the positions is of no meaning to fractions: their factor is 1
          sum += given[3 * atom + vector] * cell[3 * vector + axis];
        }
        coord[3 * atom + axis] = sum;
      }
    }
    return coord;
  }

  /** Positions as they are given, where they are fractions of the cell; else {@code null}. */
  double[] fractions(Row row) {
    return mapping.fractional() ? quantity(row, "positions", mapping.positions()) : null;
  }

  Double energy(Row row, int natoms) {
    Object given = mapping.energy() == null ? null : value(row, "energy");
    return given == null
        ? null
        : number(given, mapping.energy().column())
            * mapping.energy().factor()
            * (mapping.perAtom() ? natoms : 1);
  }

  double[] force(Row row, int natoms) {
    double[] force = quantity(row, "forces", mapping.forces());
    return force == null ? null : sized(force, 3 * natoms, mapping.forces());
  }

  /** DeePMD-kit's, in eV; {@code null} without a cell. */
  double[] virial(Row row, double[] cell) {
    if (mapping.virial() != null) {
      double[] virial = quantity(row, "virial", mapping.virial());
      return virial == null ? null : sized(virial, 9, mapping.virial());
    }
    double[] given = quantity(row, "stress", mapping.stress());
    if (given == null || cell == null) {
      return null;
    }
    double[] stress = given.length == 6 ? ofVoigt(given) : sized(given, 9, mapping.stress());
    double volume = timesVolume(row) ? 1 : volume(cell);
    double factor = mapping.compression() ? volume : -volume;
    return Arrays.stream(stress).map(x -> x * factor).toArray();
  }

  private boolean timesVolume(Row row) {
    return mapping.timesVolumeVaries()
        ? isTrue(value(row, "times_volume"))
        : mapping.timesVolume() != null;
  }

  private static double[] ofVoigt(double[] six) {
    return Arrays.stream(VOIGT).mapToDouble(k -> six[k]).toArray();
  }

  private static double volume(double[] h) {
    return Math.abs(
        h[0] * (h[4] * h[8] - h[5] * h[7])
            - h[1] * (h[3] * h[8] - h[5] * h[6])
            + h[2] * (h[3] * h[7] - h[4] * h[6]));
  }

  double[] fparam(Row row) {
    return mapping.fparam() == null ? null : numbers(value(row, "fparam"), mapping.fparam());
  }

  double[] aparam(Row row, int natoms) {
    double[] values =
        mapping.aparam() == null ? null : numbers(value(row, "aparam"), mapping.aparam());
    if (values != null && (values.length == 0 || values.length % natoms != 0)) {
      throw new InputException(
          "%s holds %s, expected as many for each of %s"
              .formatted(
                  mapping.aparam(),
                  Counted.of(values.length, "number"),
                  Counted.of(natoms, "atom")));
    }
    return values;
  }

  /**
   * The whole frame.
   *
   * @param labelled whether labels are wanted; else the row need not have them
   */
  Frame frame(Row row, String system, int index, boolean labelled) {
    Types types = types(row);
    int natoms = types.z().length;
    double[] cell = cell(row);
    return new Frame(
        system,
        index,
        types.z(),
        coord(row, natoms, cell),
        cell,
        labelled
            ? new Labels(energy(row, natoms), force(row, natoms), virial(row, cell))
            : Labels.NONE,
        fparam(row),
        aparam(row, natoms),
        types.names());
  }

  private static Object value(Row row, String key) {
    return row.getAs(key);
  }

  private static double[] quantity(Row row, String key, Quantity quantity) {
    double[] values = quantity == null ? null : numbers(value(row, key), quantity.column());
    if (values != null && quantity.factor() != 1) {
      for (int i = 0; i < values.length; i++) {
        values[i] *= quantity.factor();
      }
    }
    return values;
  }

  private static double[] sized(double[] values, int expected, Quantity quantity) {
    if (values.length != expected) {
      throw new InputException(
          "%s holds %s, expected %d"
              .formatted(quantity.column(), Counted.of(values.length, "number"), expected));
    }
    return values;
  }

  /** All numbers of an array of arrays, in order; {@code null} of null. */
  static double[] numbers(Object value, String column) {
    if (value == null) {
      return null;
    }
    List<Object> flat = new ArrayList<>();
    flatten(value, column, flat);
    double[] numbers = new double[flat.size()];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = number(flat.get(i), column);
    }
    return numbers;
  }

  private static double number(Object value, String column) {
    if (value instanceof Number number) {
      return number.doubleValue();
    }
    throw new InputException("%s holds %s, expected a number".formatted(column, value));
  }

  /** Structs count as the arrays of their fields. */
  private static void flatten(Object value, String column, List<Object> into) {
    if (value == null) {
      throw new InputException("%s holds null".formatted(column));
    } else if (value instanceof scala.collection.Iterable<?> many) {
      CollectionConverters.asJava(many).forEach(item -> flatten(item, column, into));
    } else if (value instanceof Row struct) {
      for (int i = 0; i < struct.length(); i++) {
        flatten(struct.get(i), column, into);
      }
    } else {
      into.add(value);
    }
  }
}
