package org.dpsieve.spark.table;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.AnalysisException;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.BooleanType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.NumericType;
import org.apache.spark.sql.types.StringType;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.dpsieve.config.mapping.FrameMapping;
import org.dpsieve.config.mapping.FrameMapping.Quantity;
import org.dpsieve.config.mapping.MappingReader;
import org.dpsieve.config.reading.Problems;
import org.dpsieve.config.reading.Spelling;
import org.dpsieve.error.InputException;
import org.dpsieve.text.Counted;

/** Whether a mapping fits a table, found out before anything else is done. */
final class TableCheck {
  private static final int ROWS = 100;

  /** Nearer than any two atoms that a calculation was made for, Å. */
  private static final double NEAREST = 0.3;

  /** So many atoms are never within 1 Å. */
  private static final int MANY = 4;

  /** An atom that was never put back into its cell may be some cells away. */
  private static final double MOST_CELLS = 3;

  private static final String FRACTIONAL =
      "fractional (\"positions\": {\"column\": ..., \"fractional\": true})";

  private TableCheck() {}

  /**
   * Whether the columns are there and of types that the mapping can use.
   *
   * @throws InputException listing all that are not
   */
  static void columns(TableSource source, FrameMapping mapping) {
    Problems problems = new Problems();
    List<String> names = source.names();
    Map<String, DataType> types = new LinkedHashMap<>();
    for (String column : mapping.columns()) {
      try {
        types.put(
            column, source.rows().select(source.column(column)).schema().fields()[0].dataType());
      } catch (Exception e) {
        if (!(e instanceof AnalysisException)) { // checked, though Scala does not say so
          throw e;
        }
        boolean first = !problems.any();
        problems.error(
            "%s: no column %s%s%s"
                .formatted(
                    source.name(),
                    column,
                    Spelling.hint(column, names),
                    first ? "; it has " + String.join(", ", names) + fitting(names) : ""));
      }
    }
    int more = mapping.steps() ? 1 : 0;
    check(problems, source, types, "elements", mapping.elements(), 1, true);
    check(problems, source, types, "positions", mapping.positions(), 1 + more);
    check(problems, source, types, "cell", mapping.cell(), 1 + more);
    check(problems, source, types, "energy", mapping.energy(), more);
    check(problems, source, types, "forces", mapping.forces(), 1 + more);
    check(problems, source, types, "stress", mapping.stress(), 1 + more);
    check(problems, source, types, "virial", mapping.virial(), 1 + more);
    problems.throwIfAny();
  }

  /** Another mapping of those that come with the program, if it fits. */
  private static String fitting(List<String> names) {
    return MappingReader.SHIPPED.keySet().stream()
        .filter(name -> names.containsAll(MappingReader.read(name).columns()))
        .findFirst()
        .map("; the mapping %s would fit"::formatted)
        .orElse("");
  }

  private static void check(
      Problems problems,
      TableSource source,
      Map<String, DataType> types,
      String key,
      Quantity quantity,
      int least) {
    if (quantity != null) {
      check(problems, source, types, key, quantity.column(), least, false);
    }
  }

  private static void check(
      Problems problems,
      TableSource source,
      Map<String, DataType> types,
      String key,
      String column,
      int least,
      boolean words) {
    DataType type = types.get(column);
    if (type == null) {
      return;
    }
    int depth = 0;
    DataType inner = type;
    while (inner instanceof ArrayType || inner instanceof StructType) {
      depth++;
      if (inner instanceof ArrayType array) {
        inner = array.elementType();
      } else {
        StructField[] fields = ((StructType) inner).fields();
        inner = fields.length == 0 ? inner : fields[0].dataType();
        if (fields.length == 0) {
          break;
        }
      }
    }
    boolean right = inner instanceof NumericType || (words && inner instanceof StringType);
    boolean scalar = key.equals("energy") && depth > least;
    if (!right || depth < least || scalar || inner instanceof BooleanType) {
      problems.error(
          "%s: column %s is %s, expected for %s %s of %s"
              .formatted(
                  source.name(),
                  column,
                  type.simpleString(),
                  key,
                  least == 0
                      ? "one"
                      : least == 1 ? "an array" : "an array of arrays, one for each step,",
                  words ? "numbers or symbols" : "numbers"));
    }
  }

  /**
   * Whether the first rows are frames by the mapping. What is wrong with more than half of them is
   * wrong with the mapping; what is wrong with fewer, with these rows.
   *
   * @throws InputException listing each such problem once
   */
  static void firstRows(TableFrames frames) {
    List<Row> rows = new ArrayList<>();
    frames
        .rows()
        .select(frames.columns().raw(), frames.id().as(TableFrames.LIBRARY_ID))
        .limit(ROWS)
        .collectAsList()
        .forEach(rows::add);
    if (rows.isEmpty()) {
      throw new InputException(
          "%s: no rows%s"
              .formatted(
                  frames.name(),
                  frames.condition().isEmpty() ? "" : " for which " + frames.condition()));
    }
    MappedValues values = new MappedValues(frames.mapping());
    Map<String, List<String>> found = new LinkedHashMap<>();
    for (int i = 0; i < rows.size(); i++) {
      Row row = rows.get(i);
      String name = row.isNullAt(1) ? "row " + (i + 1) : row.getString(1);
      for (String problem : problems(values, row.getStruct(0))) {
        found.computeIfAbsent(problem, p -> new ArrayList<>()).add(name);
      }
    }
    // one kind of problem may name other numbers in each row
    Map<String, List<String>> kinds = new LinkedHashMap<>();
    Map<String, String> examples = new LinkedHashMap<>();
    found.forEach(
        (problem, names) -> {
          String kind = problem.replaceAll("-?\\d+(\\.\\d+)?", "N");
          kinds.computeIfAbsent(kind, k -> new ArrayList<>()).addAll(names);
          examples.putIfAbsent(kind, problem);
        });
    Problems problems = new Problems();
    kinds.forEach(
        (kind, names) -> {
          if (2 * names.size() > rows.size()) {
            problems.error(
                "%s: %s (%s, and %d of the first %s)"
                    .formatted(
                        frames.name(),
                        examples.get(kind),
                        names.get(0),
                        names.size(),
                        Counted.of(rows.size(), "row")));
          }
        });
    problems.throwIfAny();
  }

  /** Each quantity by itself, so that one does not hide another. */
  private static List<String> problems(MappedValues values, Row row) {
    List<String> problems = new ArrayList<>();
    int natoms = 0;
    double[] cell = null;
    try {
      natoms = values.types(row).z().length;
    } catch (InputException e) {
      problems.add(e.getMessage());
    }
    try {
      cell = values.cell(row);
    } catch (InputException e) {
      problems.add(e.getMessage());
    }
    if (natoms == 0) {
      return problems;
    }
    int atoms = natoms;
    double[] box = cell;
    add(problems, () -> requireSense(values.coord(row, atoms, box), box, values.mapping()));
    add(problems, () -> requireFractions(values.fractions(row), values.mapping()));
    add(problems, () -> values.energy(row, atoms));
    add(problems, () -> values.force(row, atoms));
    add(problems, () -> values.virial(row, box));
    add(problems, () -> values.fparam(row));
    add(problems, () -> values.aparam(row, atoms));
    return problems;
  }

  private interface Reading {
    void read();
  }

  private static void add(List<String> problems, Reading reading) {
    try {
      reading.read();
    } catch (InputException e) {
      problems.add(e.getMessage());
    }
  }

  /**
   * Fractions that pass for positions in Å lie on top of each other, positions that pass for
   * fractions in cells far away.
   */
  private static void requireSense(double[] coord, double[] cell, FrameMapping mapping) {
    double nearest = Double.POSITIVE_INFINITY;
    for (int i = 0; i < coord.length; i += 3) {
      for (int j = 0; j < i; j += 3) {
        double square = 0;
        for (int axis = 0; axis < 3; axis++) {
          square += Math.pow(coord[i + axis] - coord[j + axis], 2);
        }
        nearest = Math.min(nearest, Math.sqrt(square));
      }
    }
    String column = mapping.positions().column();
    if (nearest < NEAREST) {
      throw new InputException(
          "%s has atoms %.3f angstrom from each other; are they %s, or in another unit?"
              .formatted(
                  column,
                  nearest,
                  mapping.fractional() || cell == null ? "Cartesian" : FRACTIONAL));
    }
    if (!mapping.fractional() && cell != null && coord.length >= 3 * MANY && extent(coord) <= 1) {
      throw new InputException(
          "%s has %s within 1 angstrom; are they %s, or in another unit?"
              .formatted(column, Counted.of(coord.length / 3, "atom"), FRACTIONAL));
    }
  }

  private static void requireFractions(double[] given, FrameMapping mapping) {
    if (given != null && extent(given) > MOST_CELLS) {
      throw new InputException(
          "%s is said to be fractional, and spans %.1f cells; is it Cartesian?"
              .formatted(mapping.positions().column(), extent(given)));
    }
  }

  /** The largest of the three directions. */
  private static double extent(double[] vectors) {
    double extent = 0;
    for (int axis = 0; axis < 3; axis++) {
      double least = Double.POSITIVE_INFINITY;
      double most = Double.NEGATIVE_INFINITY;
      for (int i = axis; i < vectors.length; i += 3) {
        least = Math.min(least, vectors[i]);
        most = Math.max(most, vectors[i]);
      }
      extent = Math.max(extent, most - least);
    }
    return extent;
  }
}
