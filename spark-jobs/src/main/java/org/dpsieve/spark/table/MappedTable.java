package org.dpsieve.spark.table;

import static org.apache.spark.sql.functions.assert_true;
import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.concat;
import static org.apache.spark.sql.functions.lit;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.spark.rdd.RDD;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SQLContext;
import org.apache.spark.sql.connector.catalog.SupportsRead;
import org.apache.spark.sql.connector.catalog.TableCapability;
import org.apache.spark.sql.connector.read.Scan;
import org.apache.spark.sql.connector.read.ScanBuilder;
import org.apache.spark.sql.connector.read.SupportsPushDownFilters;
import org.apache.spark.sql.connector.read.SupportsPushDownRequiredColumns;
import org.apache.spark.sql.connector.read.V1Scan;
import org.apache.spark.sql.sources.BaseRelation;
import org.apache.spark.sql.sources.Filter;
import org.apache.spark.sql.sources.TableScan;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.sql.util.CaseInsensitiveStringMap;
import org.dpsieve.config.mapping.MappingReader;
import org.dpsieve.error.InputException;
import org.dpsieve.spark.frames.FrameRows;

/**
 * Somebody's table as one of frames: {@code spark.read.format("deepmd").option("mapping",
 * "lemat-traj").load(TABLE)}. What a query asks for goes on to the table, as a query of its own.
 */
public final class MappedTable implements SupportsRead {
  private static final String CORRUPT = "columnNameOfCorruptRecord";

  private final TableFrames table;
  private final String mode;
  private final String corrupt;

  private MappedTable(TableFrames table, String mode, String corrupt) {
    this.table = table;
    this.mode = mode;
    this.corrupt = corrupt;
  }

  /**
   * @param options {@code mapping}, {@code tableFormat}, {@code where}
   * @param path name or path of the table
   * @param mode as Spark's sources call it, in capitals
   * @throws InputException listing all that is wrong
   */
  public static MappedTable of(CaseInsensitiveStringMap options, String path, String mode) {
    return new MappedTable(
        TableFrames.open(
            org.apache.spark.sql.SparkSession.active(),
            path,
            options.get("tableFormat"),
            MappingReader.read(options.get("mapping")),
            options.get("where")),
        mode,
        options.getOrDefault(CORRUPT, TableFrames.REASON));
  }

  @Override
  public String name() {
    return "deepmd " + table.name();
  }

  @Override
  @SuppressWarnings("deprecation") // Spark's interface still asks for it
  public StructType schema() {
    StructType schema = new StructType();
    for (StructField field : FrameRows.SCHEMA.fields()) {
      schema = schema.add(field.name(), field.dataType(), true);
    }
    if (table.hasIds()) {
      schema = schema.add(TableFrames.LIBRARY_ID, DataTypes.StringType, true);
    }
    return mode.equals("PERMISSIVE") ? schema.add(corrupt, DataTypes.StringType, true) : schema;
  }

  @Override
  public Set<TableCapability> capabilities() {
    return EnumSet.of(TableCapability.BATCH_READ);
  }

  @Override
  public ScanBuilder newScanBuilder(CaseInsensitiveStringMap ignored) {
    return new Builder();
  }

  private Dataset<Row> frames() {
    Dataset<Row> frames = table.frames(true, true);
    Column reason = col(TableFrames.REASON);
    return switch (mode) {
      case "DROPMALFORMED" -> frames.where(reason.isNull());
      case "FAILFAST" ->
          frames.where(
              assert_true(
                      reason.isNull(),
                      concat(
                          lit(table.name() + ": "),
                          coalesce(col(TableFrames.LIBRARY_ID), col("system")),
                          lit(": "),
                          reason))
                  .isNull());
      default -> frames.withColumnRenamed(TableFrames.REASON, corrupt);
    };
  }

  private final class Builder implements SupportsPushDownFilters, SupportsPushDownRequiredColumns {
    private StructType columns = schema();
    private final List<Filter> pushed = new ArrayList<>();
    private final List<Column> conditions = new ArrayList<>();

    @Override
    public Filter[] pushFilters(Filter[] filters) {
      for (Filter filter : filters) {
        Optional<Column> condition = FilterColumns.of(filter);
        condition.ifPresent(
            column -> {
              pushed.add(filter);
              conditions.add(column);
            });
      }
      return Arrays.stream(filters).filter(f -> !pushed.contains(f)).toArray(Filter[]::new);
    }

    @Override
    public Filter[] pushedFilters() {
      return pushed.toArray(Filter[]::new);
    }

    @Override
    public void pruneColumns(StructType required) {
      columns = required;
    }

    @Override
    public Scan build() {
      Dataset<Row> rows = frames();
      for (Column condition : conditions) {
        rows = rows.where(condition);
      }
      return new TableQuery(
          table.name(),
          rows.select(
              Arrays.stream(columns.fieldNames())
                  .map(name -> col("`" + name + "`"))
                  .toArray(Column[]::new)),
          columns,
          pushed);
    }
  }

  /** One query's reading, as a query of the table. */
  private record TableQuery(String name, Dataset<Row> rows, StructType columns, List<Filter> pushed)
      implements V1Scan {
    private static final Pattern READ =
        Pattern.compile("PushedFilters: \\[[^]]*\\]|ReadSchema: struct<.*?>(?=\\s|$)");

    @Override
    public StructType readSchema() {
      return columns;
    }

    /** With what the table's own format says that it reads. */
    @Override
    public String description() {
      List<String> said = new ArrayList<>();
      Matcher read = READ.matcher(rows.queryExecution().executedPlan().toString());
      while (read.find()) {
        said.add(read.group());
      }
      return "deepmd table %s, columns [%s], pushed filters %s; of the table: %s"
          .formatted(
              name, String.join(", ", columns.fieldNames()), pushed, String.join(", ", said));
    }

    @Override
    @SuppressWarnings("unchecked") // T is what the caller takes it for
    public <T extends BaseRelation & TableScan> T toV1TableScan(SQLContext context) {
      return (T) new Relation(context, rows, columns, description());
    }
  }

  private static final class Relation extends BaseRelation implements TableScan {
    private final SQLContext context;
    private final Dataset<Row> rows;
    private final StructType columns;
    private final String description;

    Relation(SQLContext context, Dataset<Row> rows, StructType columns, String description) {
      this.context = context;
      this.rows = rows;
      this.columns = columns;
      this.description = description;
    }

    /** What {@code EXPLAIN} shows. */
    @Override
    public String toString() {
      return description;
    }

    @Override
    public SQLContext sqlContext() {
      return context;
    }

    @Override
    public StructType schema() {
      return columns;
    }

    @Override
    public RDD<Row> buildScan() {
      return ((org.apache.spark.sql.classic.Dataset<Row>) rows).rdd();
    }
  }
}
