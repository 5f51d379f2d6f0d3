package org.dpsieve.spark.sql;

import java.util.List;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;
import org.apache.spark.sql.execution.PlanLater;
import org.apache.spark.sql.execution.SparkPlan;
import org.apache.spark.sql.execution.SparkStrategy;
import scala.collection.immutable.Seq;

/** {@link EvaluateFunctions} is done by {@link EvaluateFunctionsExec}. */
public final class FunctionStrategy extends SparkStrategy {
  @Override
  public Seq<SparkPlan> apply(LogicalPlan plan) {
    return plan instanceof EvaluateFunctions evaluate
        ? ExtractFunctions.seq(
            List.of(
                new EvaluateFunctionsExec(
                    evaluate.functions(), evaluate.results(), new PlanLater(evaluate.child()))))
        : ExtractFunctions.seq(List.of());
  }
}
