package org.dpsieve.spark.source;

import java.util.Arrays;
import java.util.function.Function;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.connector.metric.CustomMetric;
import org.apache.spark.sql.connector.metric.CustomTaskMetric;
import org.apache.spark.sql.connector.read.Batch;
import org.apache.spark.sql.connector.read.InputPartition;
import org.apache.spark.sql.connector.read.PartitionReader;
import org.apache.spark.sql.connector.read.PartitionReaderFactory;
import org.apache.spark.sql.connector.read.Scan;
import org.apache.spark.sql.types.StructType;
import org.dpsieve.io.Storage;
import org.dpsieve.spark.frames.HadoopStorage;

/** One query's reading. */
final class TreeScan implements Scan, Batch {
  private final ReadOptions options;
  private final StructType columns;
  private final SystemFilter filter;
  private final Function<SystemFilter, TreePlan> plan;
  private TreePlan planned;

  TreeScan(
      ReadOptions options,
      StructType columns,
      SystemFilter filter,
      Function<SystemFilter, TreePlan> plan) {
    this.options = options;
    this.columns = columns;
    this.filter = filter;
    this.plan = plan;
  }

  @Override
  public StructType readSchema() {
    return columns;
  }

  @Override
  public String description() {
    return "deepmd %s, columns [%s], pushed filters %s"
        .formatted(
            String.join(", ", options.paths()), String.join(", ", columns.fieldNames()), filter);
  }

  @Override
  public Batch toBatch() {
    return this;
  }

  @Override
  public InputPartition[] planInputPartitions() {
    return planned().partitions().toArray(InputPartition[]::new);
  }

  private synchronized TreePlan planned() {
    if (planned == null) {
      planned = DeepmdSource.asked(options.paths(), () -> plan.apply(filter));
    }
    return planned;
  }

  @Override
  public CustomMetric[] supportedCustomMetrics() {
    return ScanMetric.all();
  }

  @Override
  public CustomTaskMetric[] reportDriverMetrics() {
    return new CustomTaskMetric[] {
      new ScanMetric.Value(ScanMetric.SKIPPED, planned().skipped()),
      new ScanMetric.Value(ScanMetric.UNREADABLE, planned().unreadable())
    };
  }

  @Override
  public PartitionReaderFactory createReaderFactory() {
    return new Readers(
        HadoopStorage.of(SparkSession.active()),
        options,
        filter,
        Arrays.copyOf(columns.fieldNames(), columns.length()));
  }

  private record Readers(
      Storage storage, ReadOptions options, SystemFilter filter, String[] columns)
      implements PartitionReaderFactory {
    @Override
    public PartitionReader<InternalRow> createReader(InputPartition partition) {
      return new PieceReader((TreePartition) partition, storage, options, filter, columns);
    }
  }
}
