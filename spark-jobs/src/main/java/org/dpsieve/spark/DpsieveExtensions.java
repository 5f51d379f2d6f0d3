package org.dpsieve.spark;

import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.SparkSessionExtensions;
import org.apache.spark.sql.catalyst.FunctionIdentifier;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.ExpressionInfo;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;
import org.apache.spark.sql.catalyst.rules.Rule;
import org.dpsieve.spark.source.PathRelations;
import org.dpsieve.spark.sql.ExtractFunctions;
import org.dpsieve.spark.sql.FrameFunction;
import org.dpsieve.spark.sql.FunctionKind;
import org.dpsieve.spark.sql.FunctionStrategy;
import org.dpsieve.spark.sql.MoveFunctions;
import scala.Function1;
import scala.Tuple3;
import scala.collection.immutable.Seq;
import scala.runtime.AbstractFunction1;
import scala.runtime.BoxedUnit;

/**
 * {@code spark.sql.extensions=org.dpsieve.spark.DpsieveExtensions}: the SQL functions {@code
 * model_devi}, {@code dp_energy}, {@code dp_force}, {@code dp_property}, {@code dp_sigma}, {@code
 * dp_d3} and {@code dp_d4}; and {@code deepmd.`path`} as a table.
 *
 * <p>Arguments: {@code models} (constant: a file, a pattern, several separated by commas, or an
 * array of these), {@code z} (atomic numbers), {@code coord} (Å, 3 n numbers), {@code cell} (Å, 9
 * numbers, or null when not periodic). They are evaluated some thousand atoms at a time by an
 * operator of their own.
 */
public final class DpsieveExtensions extends AbstractFunction1<SparkSessionExtensions, BoxedUnit> {
  @Override
  public BoxedUnit apply(SparkSessionExtensions extensions) {
    for (FunctionKind kind : FunctionKind.values()) {
      extensions.injectFunction(
          new Tuple3<>(
              new FunctionIdentifier(kind.sqlName()),
              new ExpressionInfo(
                  FrameFunction.class.getName(),
                  null,
                  kind.sqlName(),
                  kind.usage(),
                  kind.argumentsText(),
                  kind.examplesText(),
                  "",
                  "",
                  "",
                  "",
                  ""),
              builder(kind)));
    }
    extensions.injectHintResolutionRule( // the first of Spark's rules that we can stand among
        new AbstractFunction1<SparkSession, Rule<LogicalPlan>>() {
          @Override
          public Rule<LogicalPlan> apply(SparkSession session) {
            return new PathRelations(session);
          }
        });
    extensions.injectPostHocResolutionRule(function(new ExtractFunctions()));
    extensions.injectOptimizerRule(function(new MoveFunctions()));
    extensions.injectPlannerStrategy(function(new FunctionStrategy()));
    return BoxedUnit.UNIT;
  }

  private static Function1<Seq<Expression>, Expression> builder(FunctionKind kind) {
    return new AbstractFunction1<>() {
      @Override
      public Expression apply(Seq<Expression> arguments) {
        return FrameFunction.of(kind, arguments);
      }
    };
  }

  /** What is the same in every session. */
  private static <A, B> Function1<A, B> function(B value) {
    return new AbstractFunction1<>() {
      @Override
      public B apply(A session) {
        return value;
      }
    };
  }
}
