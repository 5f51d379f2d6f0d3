package org.dpsieve.spark.table;

import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.udf;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.api.java.UDF1;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.dpsieve.config.mapping.FrameMapping;
import org.dpsieve.error.InputException;
import org.dpsieve.frame.Formula;
import org.dpsieve.frame.Frame;
import org.dpsieve.frame.FrameCheck;
import org.dpsieve.frame.FrameId;
import org.dpsieve.frame.Labels;
import org.dpsieve.frame.TypeNames;
import org.dpsieve.io.FrameSystem.Types;
import org.dpsieve.spark.frames.FrameRows;

/**
 * The columns of a frames dataset as functions of a table's. Each asks for no more columns than it
 * needs, so that Spark reads those alone. A row that is no frame has no atoms, or coordinates that
 * are no numbers, and its reason in {@link #REASON}.
 */
final class MappedColumns {
  /** Why a row is no frame; null where it is one. */
  static final String REASON = "_corrupt_record";

  private static final List<String> ELEMENTS = List.of("elements", "formula");
  private static final List<String> GEOMETRY =
      List.of("elements", "formula", "positions", "cell", "pbc");
  private static final List<String> PARAMETERS = List.of("fparam", "aparam");
  private static final List<String> LABELS =
      List.of("energy", "forces", "stress", "times_volume", "virial");

  private final MappedValues values;

  /** A table's column by the mapping's key for it; a null where it has none. */
  private final Map<String, Column> sources = new LinkedHashMap<>();

  /**
   * @param source names the column of a key's value
   */
  MappedColumns(FrameMapping mapping, Function<String, Column> source) {
    this.values = new MappedValues(mapping);
    put("elements", mapping.elements(), source);
    put("formula", mapping.formula(), source);
    put("pbc", mapping.pbc(), source);
    put("fparam", mapping.fparam(), source);
    put("aparam", mapping.aparam(), source);
    put("times_volume", mapping.timesVolumeVaries() ? mapping.timesVolume() : null, source);
    put("positions", mapping.positions(), source);
    put("cell", mapping.cell(), source);
    put("energy", mapping.energy(), source);
    put("forces", mapping.forces(), source);
    put("stress", mapping.stress(), source);
    put("virial", mapping.virial(), source);
  }

  private void put(String key, FrameMapping.Quantity quantity, Function<String, Column> source) {
    put(key, quantity == null ? null : quantity.column(), source);
  }

  private void put(String key, String column, Function<String, Column> source) {
    sources.put(key, column == null ? lit(null) : source.apply(column));
  }

  /** All of {@link FrameRows#SCHEMA} but {@code system} and {@code index}, by name. */
  Map<String, Column> all(boolean labelled) {
    MappedValues v = values;
    Map<String, Column> columns = new LinkedHashMap<>();
    columns.put(
        "frame_id",
        column(type("frame_id"), GEOMETRY, PARAMETERS, row -> FrameId.of(frame(v, row))));
    columns.put(
        "formula",
        column(
            type("formula"),
            ELEMENTS,
            List.of(),
            row -> {
              Types types = types(v, row);
              return Formula.of(types.z(), types.names());
            }));
    columns.put(
        "natoms", column(type("natoms"), ELEMENTS, List.of(), row -> types(v, row).z().length));
    columns.put("z", column(type("z"), ELEMENTS, List.of(), row -> types(v, row).z()));
    columns.put("coord", column(type("coord"), GEOMETRY, PARAMETERS, row -> frame(v, row).coord()));
    columns.put(
        "cell", column(type("cell"), List.of("cell", "pbc"), List.of(), row -> cell(v, row)));
    columns.put("energy", label(labelled, "energy", row -> v.energy(row, v.types(row).z().length)));
    columns.put("force", label(labelled, "force", row -> v.force(row, v.types(row).z().length)));
    columns.put("virial", label(labelled, "virial", row -> v.virial(row, v.cell(row))));
    columns.put(
        "fparam",
        column(
            type("fparam"), PARAMETERS, List.of(), row -> found(() -> v.fparam(row)).orElse(null)));
    columns.put(
        "aparam",
        column(
            type("aparam"),
            ELEMENTS,
            PARAMETERS,
            row -> found(() -> v.aparam(row, v.types(row).z().length)).orElse(null)));
    return columns;
  }

  private static DataType type(String name) {
    return FrameRows.SCHEMA.apply(name).dataType();
  }

  private Column label(boolean labelled, String name, SerializableFunction value) {
    if (!labelled) {
      return lit(null).cast(type(name));
    }
    List<String> needed =
        switch (name) {
          case "energy" -> List.of("energy");
          case "force" -> List.of("forces");
          default -> List.of("stress", "times_volume", "virial", "cell", "pbc");
        };
    List<String> elements = name.equals("virial") ? List.of() : ELEMENTS;
    return column(type(name), needed, elements, row -> found(() -> value.apply(row)).orElse(null));
  }

  /** The values of all keys, as {@link MappedValues} takes them. */
  Column raw() {
    return struct(
        sources.entrySet().stream()
            .map(source -> source.getValue().as(source.getKey()))
            .toArray(Column[]::new));
  }

  /**
   * Why a row is no frame, of its labels too where they are wanted: then numbers that are none
   * count as well, as they do for frames of other sources.
   */
  Column reason(boolean labelled) {
    MappedValues v = values;
    return column(
        DataTypes.StringType,
        GEOMETRY,
        labelled ? join(PARAMETERS, LABELS) : PARAMETERS,
        row -> {
          try {
            Frame frame = v.frame(row, "", 0, labelled);
            return labelled ? FrameCheck.problem(frame).orElse(null) : null;
          } catch (InputException e) {
            return e.getMessage();
          }
        });
  }

  /** A function of some values; those it does not name are null to it. */
  private Column column(
      DataType type, List<String> needed, List<String> more, SerializableFunction function) {
    UDF1<Row, Object> applied = function::apply;
    Column[] fields =
        join(needed, more).stream()
            .distinct()
            .map(key -> sources.get(key).as(key))
            .toArray(Column[]::new);
    return udf(applied, type).apply(struct(fields));
  }

  private interface SerializableFunction extends Serializable {
    Object apply(Row row);
  }

  private static List<String> join(List<String> a, List<String> b) {
    List<String> all = new ArrayList<>(a);
    all.addAll(b);
    return all;
  }

  private interface Value<T> {
    T get();
  }

  private static <T> Optional<T> found(Value<T> value) {
    try {
      return Optional.ofNullable(value.get());
    } catch (InputException e) {
      return Optional.empty(); // the reason says so
    }
  }

  private static Types types(MappedValues v, Row row) {
    return found(() -> v.types(row)).orElse(new Types(new int[0], TypeNames.NONE));
  }

  /** Of a row whose cell cannot be read, numbers that are none: it must not pass as a molecule. */
  private static double[] cell(MappedValues v, Row row) {
    try {
      return v.cell(row);
    } catch (InputException e) {
      return nan(9);
    }
  }

  /** Of a row that is none, one with coordinates that are no numbers. */
  private static Frame frame(MappedValues v, Row row) {
    return found(() -> v.frame(row, "", 0, false))
        .orElseGet(
            () -> {
              Types types = types(v, row);
              return new Frame(
                  "",
                  0,
                  types.z(),
                  nan(3 * types.z().length),
                  cell(v, row),
                  Labels.NONE,
                  null,
                  null,
                  types.names());
            });
  }

  private static double[] nan(int count) {
    double[] values = new double[count];
    Arrays.fill(values, Double.NaN);
    return values;
  }
}
