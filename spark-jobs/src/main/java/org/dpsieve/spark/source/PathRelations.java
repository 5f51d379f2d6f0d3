package org.dpsieve.spark.source;

import java.util.List;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.catalyst.analysis.UnresolvedRelation;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;
import org.apache.spark.sql.catalyst.rules.Rule;
import scala.jdk.javaapi.CollectionConverters;
import scala.runtime.AbstractPartialFunction;

/**
 * {@code SELECT * FROM deepmd.`path`}. Spark does this itself for formats of its own alone, and
 * says of others that they cannot, so it has to happen before. A database named {@code deepmd} goes
 * before.
 */
public final class PathRelations extends Rule<LogicalPlan> {
  private static final String FORMAT = "deepmd";

  private final SparkSession spark;

  public PathRelations(SparkSession spark) {
    this.spark = spark;
  }

  @Override
  public LogicalPlan apply(LogicalPlan plan) {
    return plan.resolveOperatorsUp(
        new AbstractPartialFunction<LogicalPlan, LogicalPlan>() {
          @Override
          public boolean isDefinedAt(LogicalPlan node) {
            return node instanceof UnresolvedRelation relation
                && names(relation).size() == 2
                && names(relation).get(0).equalsIgnoreCase(FORMAT)
                && !relation.isStreaming()
                && !spark.catalog().databaseExists(FORMAT);
          }

          @Override
          public LogicalPlan apply(LogicalPlan node) {
            UnresolvedRelation relation = (UnresolvedRelation) node;
            return ((org.apache.spark.sql.classic.Dataset<?>)
                    spark
                        .read()
                        .format(FORMAT)
                        .options(relation.options().asCaseSensitiveMap())
                        .load(names(relation).get(1)))
                .queryExecution()
                .analyzed();
          }
        });
  }

  private static List<String> names(UnresolvedRelation relation) {
    return CollectionConverters.asJava(relation.multipartIdentifier());
  }
}
