package org.dpsieve.spark.source;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.connector.catalog.Column;
import org.apache.spark.sql.connector.catalog.SupportsRead;
import org.apache.spark.sql.connector.catalog.TableCapability;
import org.apache.spark.sql.connector.read.ScanBuilder;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.sql.util.CaseInsensitiveStringMap;
import org.dpsieve.spark.frames.FrameRows;
import org.dpsieve.spark.table.Lineage;

/** Systems as a table with the columns of the frames dataset. */
class TreeTable implements SupportsRead {
  /** Names the partition of a row, for {@link LibraryTree}; no column of the public table. */
  static final String UNIT = "_unit";

  private final ReadOptions options;
  private final StructType schema;

  TreeTable(ReadOptions options, StructType schema) {
    this.options = options;
    this.schema = schema;
  }

  /**
   * The columns of {@link FrameRows#SCHEMA} and of the properties asked for. Where rows of bad
   * systems are shown, every column may be null and the reason stands in one more.
   */
  static StructType schema(ReadOptions options) {
    StructType frames =
        options.extxyzKeys().properties().isEmpty()
            ? FrameRows.SCHEMA
            : FrameRows.schema(PropertyDimensions.of(SparkSession.active(), options));
    if (options.mode() != ReadMode.PERMISSIVE) {
      return frames;
    }
    StructType schema = new StructType();
    for (StructField field : frames.fields()) {
      schema = schema.add(field.name(), field.dataType(), true, field.metadata());
    }
    return schema.add(options.corruptColumn(), DataTypes.StringType, true);
  }

  @Override
  public String name() {
    return "deepmd " + String.join(", ", options.paths());
  }

  @Override
  public Map<String, String> properties() {
    return Lineage.of(options.paths());
  }

  @Override
  public Column[] columns() {
    return Arrays.stream(schema.fields())
        .map(
            field ->
                Column.create(
                    field.name(),
                    field.dataType(),
                    field.nullable(),
                    null,
                    field.metadata().json()))
        .toArray(Column[]::new);
  }

  /** Writing goes through {@link DeepmdSource#createRelation}: Spark's way with every save mode. */
  @Override
  public Set<TableCapability> capabilities() {
    return EnumSet.of(TableCapability.BATCH_READ);
  }

  @Override
  public ScanBuilder newScanBuilder(CaseInsensitiveStringMap ignored) {
    return new TreeScanBuilder(options, schema, this::plan);
  }

  /** What to read for a filter; asked for when the query starts. */
  TreePlan plan(SystemFilter filter) {
    FrameTree tree = FrameTree.of(SparkSession.active(), options, filter, false);
    if (options.mode() == ReadMode.FAILFAST) {
      tree.requireNoProblems();
    }
    List<TreePartition> partitions = new ArrayList<>();
    for (List<Piece> pieces : tree.partitions(options.maxAtoms())) {
      partitions.add(new TreePartition(pieces, List.of(), null));
    }
    if (options.mode() == ReadMode.PERMISSIVE && !tree.problems().isEmpty()) {
      partitions.add(new TreePartition(List.of(), tree.problems(), null));
    }
    return new TreePlan(partitions, tree.skipped(), tree.problems().size());
  }
}
