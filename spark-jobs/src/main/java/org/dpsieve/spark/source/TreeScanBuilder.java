package org.dpsieve.spark.source;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.apache.spark.sql.connector.read.Scan;
import org.apache.spark.sql.connector.read.SupportsPushDownFilters;
import org.apache.spark.sql.connector.read.SupportsPushDownRequiredColumns;
import org.apache.spark.sql.sources.Filter;
import org.apache.spark.sql.types.StructType;

/** Takes over a query's conditions on system and composition, and reads only its columns. */
final class TreeScanBuilder implements SupportsPushDownFilters, SupportsPushDownRequiredColumns {
  private final ReadOptions options;
  private final Function<SystemFilter, TreePlan> plan;
  private StructType columns;
  private List<Filter> pushed = List.of();

  TreeScanBuilder(ReadOptions options, StructType schema, Function<SystemFilter, TreePlan> plan) {
    this.options = options;
    this.columns = schema;
    this.plan = plan;
  }

  @Override
  public Filter[] pushFilters(Filter[] filters) {
    List<Filter> rest = new ArrayList<>();
    List<Filter> taken = new ArrayList<>();
    for (Filter filter : filters) {
      (SystemFilter.supports(filter) ? taken : rest).add(filter);
    }
    pushed = taken;
    return rest.toArray(Filter[]::new);
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
    return new TreeScan(options, columns, new SystemFilter(pushed), plan);
  }
}
