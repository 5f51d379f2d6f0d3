package org.dpsieve.spark.table;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.spark.rdd.RDD;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
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
import org.dpsieve.spark.QueryProblem;
import org.dpsieve.spark.frames.FrameRows;

/**
 * Somebody's table as one of frames: {@code spark.read.format("deepmd").option("mapping",
 * "lemat-traj").load(TABLE)}. What a query asks for goes on to the table, as a query of its own.
 */
public final class MappedTable implements SupportsRead {
  private static final String FAILFAST = "FAILFAST";
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
  public Map<String, String> properties() {
    return Lineage.of(List.of(table.location()));
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
    return switch (mode) {
      case "DROPMALFORMED" -> frames.where(col(TableFrames.REASON).isNull());
      case FAILFAST -> frames;
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
      List<Column> selected = new ArrayList<>();
      for (String name : columns.fieldNames()) {
        selected.add(col("`" + name + "`"));
      }
      boolean strict = mode.equals(FAILFAST);
      if (strict) {
        selected.add(coalesce(col(TableFrames.LIBRARY_ID), col("system")));
        selected.add(col(TableFrames.REASON));
      }
      return new TableQuery(
          table.name(), rows.select(selected.toArray(Column[]::new)), columns, pushed, strict);
    }
  }

  /**
   * One query's reading, as a query of the table.
   *
   * @param strict whether a row that is no frame ends it; its name and the reason are two columns
   *     more
   */
  private record TableQuery(
      String name, Dataset<Row> rows, StructType columns, List<Filter> pushed, boolean strict)
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
      return (T) new Relation(context, this, description());
    }
  }

  private static final class Relation extends BaseRelation implements TableScan {
    private final SQLContext context;
    private final TableQuery query;
    private final String description;

    Relation(SQLContext context, TableQuery query, String description) {
      this.context = context;
      this.query = query;
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
      return query.columns();
    }

    @Override
    public RDD<Row> buildScan() {
      RDD<Row> rows = ((org.apache.spark.sql.classic.Dataset<Row>) query.rows()).rdd();
      String source = query.name();
      return query.strict() ? rows.toJavaRDD().map(row -> frame(source, row)).rdd() : rows;
    }

    private static Row frame(String source, Row row) {
      int size = row.size() - 2;
      if (!row.isNullAt(size + 1)) {
        String problem = "%s: %s: %s".formatted(source, row.get(size), row.get(size + 1));
        throw QueryProblem.DATA.during(source, new InputException(problem));
      }
      Object[] values = new Object[size];
      Arrays.setAll(values, row::get);
      return RowFactory.create(values);
    }
  }
}
