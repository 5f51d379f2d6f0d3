package org.dpsieve.spark.table;

import static org.apache.spark.sql.functions.bit_xor;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.max;
import static org.apache.spark.sql.functions.xxhash64;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.sql.AnalysisException;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.catalyst.expressions.And;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.BinaryType;
import org.dpsieve.config.mapping.FrameMapping;
import org.dpsieve.error.InputException;
import org.dpsieve.spark.frames.FrameRows;
import org.dpsieve.spark.frames.FramesDataset;

/**
 * A table's rows as frames, read as far as a query needs them: columns that nobody asks for are not
 * read, and conditions on the table's own columns go down to its files.
 *
 * <p>Without {@code steps} a frame's {@code system} is its file and {@code index} the row in it;
 * with {@code steps} they are the trajectory's id and the step. {@link #LIBRARY_ID} is the
 * library's own id, where the mapping names one.
 */
public final class TableFrames {
  /** The library's own name of a frame or trajectory. */
  public static final String LIBRARY_ID = "library_id";

  /** Why a row is no frame; null where it is one. */
  public static final String REASON = MappedColumns.REASON;

  private static final String STEP = "_step";

  private final TableSource source;
  private final FrameMapping mapping;
  private final List<String> conditions;
  private final String rest;

  private TableFrames(
      TableSource source, FrameMapping mapping, List<String> conditions, String rest) {
    this.source = source;
    this.mapping = mapping;
    this.conditions = conditions;
    this.rest = rest;
  }

  /**
   * Opens a table and checks the mapping against its schema and first rows.
   *
   * @param table name in a catalog, or path
   * @param format parquet, delta, iceberg; {@code null} to find out
   * @param where condition: what it says of the table's own columns goes down to its files, the
   *     rest is about those of frames; {@code null} for none
   * @throws InputException listing all that is wrong
   */
  public static TableFrames open(
      SparkSession spark, String table, String format, FrameMapping mapping, String where) {
    TableSource source = TableSource.open(spark, table, format);
    TableCheck.columns(source, mapping);
    List<String> conditions = new ArrayList<>();
    if (mapping.where() != null) {
      requireCondition(source, mapping.where());
      conditions.add(mapping.where());
    }
    List<String> rest = new ArrayList<>();
    if (where != null) {
      for (String part : parts(spark, where)) {
        (holds(source.rows(), part) ? conditions : rest).add(part);
      }
    }
    TableFrames frames =
        new TableFrames(
            source,
            mapping,
            List.copyOf(conditions),
            rest.isEmpty() ? null : String.join(" AND ", rest));
    requireRest(frames, rest);
    TableCheck.firstRows(frames);
    return frames;
  }

  /** What rows have to meet to be read; empty where all are. */
  String condition() {
    return String.join(" AND ", conditions);
  }

  private static void requireCondition(TableSource source, String condition) {
    if (!holds(source.rows(), condition)) {
      throw new InputException(
          "where of the mapping: '%s' is no condition on the columns of %s: %s"
              .formatted(condition, source.name(), String.join(", ", source.columns())));
    }
  }

  /** What is no condition on the table's columns has to be one on those of frames. */
  private static void requireRest(TableFrames frames, List<String> rest) {
    Dataset<Row> rows = frames.select(frames.rows(), false, false, null);
    for (String part : rest) {
      if (!holds(rows, part)) {
        List<String> columns = new ArrayList<>(frames.source.names());
        columns.addAll(List.of(rows.columns()));
        columns.remove(REASON);
        FramesDataset.where(rows, part, columns);
      }
    }
  }

  /** What an AND at the top joins. */
  private static List<String> parts(SparkSession spark, String where) {
    try {
      List<String> parts = new ArrayList<>();
      Expression parsed =
          ((org.apache.spark.sql.classic.SparkSession) spark)
              .sessionState()
              .sqlParser()
              .parseExpression(where);
      split(parsed, parts);
      return parts;
    } catch (Exception e) {
      throw new InputException(
          "--where \"%s\": %s".formatted(where, TableSource.firstLine(e.getMessage())), e);
    }
  }

  private static void split(Expression condition, List<String> parts) {
    if (condition instanceof And and) {
      split(and.left(), parts);
      split(and.right(), parts);
    } else {
      parts.add(condition.sql());
    }
  }

  private static boolean holds(Dataset<Row> rows, String condition) {
    try {
      rows.where(condition);
      return true;
    } catch (Exception e) {
      if (e instanceof AnalysisException) { // checked, though Scala does not say so
        return false;
      }
      throw e;
    }
  }

  /** The table as the user named it. */
  public String name() {
    return source.name();
  }

  /** Where its files lie; its name where nothing says so. */
  String location() {
    return source.root().isEmpty() ? source.name() : source.root();
  }

  public TableFormat format() {
    return source.format();
  }

  /** Whether frames have {@link #LIBRARY_ID}. */
  public boolean hasIds() {
    return mapping.id() != null;
  }

  /** Names the state of the table that is read; empty where its format keeps none. */
  public Optional<String> snapshot() {
    return Optional.ofNullable(source.snapshot());
  }

  FrameMapping mapping() {
    return mapping;
  }

  /** The rows that conditions on the table's own columns select, one for each frame. */
  Dataset<Row> rows() {
    return steps(source.rows());
  }

  private Dataset<Row> steps(Dataset<Row> all) {
    Dataset<Row> rows = all;
    for (String condition : conditions) {
      rows = rows.where(condition);
    }
    if (!mapping.steps()) {
      return rows;
    }
    Column positions = source.column(mapping.positions().column());
    List<Column> kept = new ArrayList<>(List.of(col("*")));
    kept.add(source.file().as("_file_of_step"));
    kept.add(source.unit().as("_unit_of_step"));
    kept.add(
        functions.explode(functions.sequence(lit(0), functions.size(positions).minus(1))).as(STEP));
    return rows.where(functions.size(positions).gt(0))
        .select(kept.toArray(Column[]::new))
        // a step without positions holds no frame
        .where(functions.get(positions, col(STEP)).isNotNull());
  }

  /** A column of the mapping, of its step where a row has many. */
  private Column value(String name) {
    Column column = source.column(name);
    if (!mapping.steps()) {
      return column;
    }
    if (perStep().contains(name)) {
      Column cell =
          functions
              .when(functions.size(column).equalTo(1), functions.get(column, lit(0)))
              .otherwise(functions.get(column, col(STEP)));
      boolean isCell = mapping.cell() != null && name.equals(mapping.cell().column());
      return isCell ? cell : functions.get(column, col(STEP));
    }
    return column;
  }

  private List<String> perStep() {
    List<String> names = new ArrayList<>();
    for (FrameMapping.Quantity quantity :
        Arrays.asList(
            mapping.positions(),
            mapping.cell(),
            mapping.energy(),
            mapping.forces(),
            mapping.stress(),
            mapping.virial())) {
      if (quantity != null) {
        names.add(quantity.column());
      }
    }
    return names;
  }

  MappedColumns columns() {
    return new MappedColumns(mapping, this::value);
  }

  private Column file() {
    return mapping.steps() ? col("_file_of_step") : source.file();
  }

  private Column unit() {
    return mapping.steps() ? col("_unit_of_step") : source.unit();
  }

  /** As text; bytes are hexadecimal, as not all of them are text. */
  Column id() {
    if (mapping.id() == null) {
      return lit(null).cast("string");
    }
    Column id = source.column(mapping.id());
    boolean bytes = source.rows().select(id).schema().fields()[0].dataType() instanceof BinaryType;
    return bytes ? functions.lower(functions.hex(id)) : id.cast("string");
  }

  private Column index() {
    return mapping.steps() ? col(STEP) : source.position().cast("int");
  }

  private Column system() {
    return mapping.steps() ? id() : file();
  }

  /** Whether a frame's {@code system} is the file it lies in. */
  public boolean systemsAreFiles() {
    return !mapping.steps();
  }

  /** The files of the table, in order; those that hold a row. */
  public List<String> systems() {
    return units().stream().map(unit -> unit.name().replaceFirst("#\\d+$", "")).distinct().toList();
  }

  /**
   * The frames: columns of {@link FrameRows#SCHEMA}, {@link #LIBRARY_ID}, {@link #REASON}.
   *
   * @param labelled whether labels are wanted: else they are null, and nothing of them is read
   * @param labelsCount whether a row whose labels are none is no frame
   */
  public Dataset<Row> frames(boolean labelled, boolean labelsCount) {
    return filtered(select(rows(), labelled, labelsCount, null));
  }

  /** The frames of some systems, with labels. */
  public Dataset<Row> labelled(Collection<String> systems) {
    Object[] names = systems.toArray();
    Dataset<Row> rows =
        mapping.steps()
            ? source.rows().where(id().isin(names))
            : source.rows().where(source.file().isin(names));
    return filtered(select(steps(rows), true, false, null));
  }

  private Dataset<Row> filtered(Dataset<Row> frames) {
    return FramesDataset.where(frames, rest);
  }

  private Dataset<Row> select(
      Dataset<Row> rows, boolean labelled, boolean labelsCount, String unit) {
    Map<String, Column> columns = columns().all(labelled);
    List<Column> selected = new ArrayList<>();
    for (String name : FrameRows.SCHEMA.fieldNames()) {
      Column column =
          switch (name) {
            case "system" -> system();
            case "index" -> index();
            default -> columns.get(name);
          };
      selected.add(column.as(name));
    }
    selected.add(id().as(LIBRARY_ID));
    selected.add(columns().reason(labelsCount).as(REASON));
    if (unit != null) {
      selected.add(unit().as(unit));
    }
    return rows.select(selected.toArray(Column[]::new));
  }

  /**
   * What one task reads.
   *
   * @param content changes when its rows do
   * @param rows in it
   * @param bytes of its part of the file; 0 where nothing says so
   * @param file it lies in
   */
  public record Unit(String name, String content, long rows, long bytes, String file) {}

  /** All units of the table, in the order of its files; no column of the table is read for it. */
  public List<Unit> units() {
    Map<String, Unit> units = new LinkedHashMap<>();
    source
        .rows()
        .groupBy(
            source.unit().as("unit"), source.file().as("file"), source.format().file().as("path"))
        .agg(
            count(lit(1)).as("rows"),
            bit_xor(xxhash64(source.position())).as("positions"),
            max(source.format().stamp()).as("stamp"),
            max(source.format().bytes()).as("bytes"))
        .collectAsList()
        .stream()
        .map(
            row ->
                new Unit(
                    row.getString(0),
                    "%s %d %d %s"
                        .formatted(
                            row.getString(0), row.getLong(3), row.getLong(4), row.getString(5)),
                    row.getLong(3),
                    row.getLong(6),
                    row.getString(2)))
        .sorted(java.util.Comparator.comparing(Unit::file).thenComparing(TableFrames::start))
        .forEach(unit -> units.put(unit.name(), unit));
    return List.copyOf(units.values());
  }

  private static long start(Unit unit) {
    String number = unit.name().substring(unit.name().lastIndexOf('#') + 1);
    return number.matches("\\d{1,18}") ? Long.parseLong(number) : 0;
  }

  /**
   * The frames of some units, without labels; a partition holds those of one.
   *
   * @param column that names a row's unit
   * @param wanted {@code null} for all
   */
  public Dataset<Row> frames(Collection<Unit> wanted, String column) {
    Dataset<Row> rows = source.rows();
    if (wanted != null) {
      Object[] files = wanted.stream().map(Unit::file).distinct().toArray();
      Object[] names = wanted.stream().map(Unit::name).toArray();
      rows = rows.where(source.format().file().isin(files)).where(source.unit().isin(names));
    }
    return filtered(select(steps(rows), false, false, column));
  }
}
