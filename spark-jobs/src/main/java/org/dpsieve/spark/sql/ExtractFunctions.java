package org.dpsieve.spark.sql;

import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.catalyst.expressions.Attribute;
import org.apache.spark.sql.catalyst.expressions.AttributeReference;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.NamedExpression;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;
import org.apache.spark.sql.catalyst.plans.logical.Project;
import org.apache.spark.sql.catalyst.rules.Rule;
import org.apache.spark.sql.types.Metadata;
import scala.collection.immutable.Seq;
import scala.jdk.javaapi.CollectionConverters;
import scala.runtime.AbstractPartialFunction;

/**
 * Moves our functions out of the operators that use them into {@link EvaluateFunctions} below, as
 * Spark does with Python's; already when the query is analysed, so that no later rule copies a
 * call.
 */
public final class ExtractFunctions extends Rule<LogicalPlan> {
  @Override
  public LogicalPlan apply(LogicalPlan plan) {
    return plan.resolveOperatorsUp(
        new AbstractPartialFunction<LogicalPlan, LogicalPlan>() {
          @Override
          public boolean isDefinedAt(LogicalPlan node) {
            return !(node instanceof EvaluateFunctions)
                && node.resolved()
                && !calls(node).isEmpty();
          }

          @Override
          public LogicalPlan apply(LogicalPlan node) {
            return extract(node);
          }
        });
  }

  /** Distinct calls in an operator's own expressions. */
  private static List<FrameFunction> calls(LogicalPlan node) {
    List<FrameFunction> calls = new ArrayList<>();
    CollectionConverters.asJava(node.expressions()).forEach(e -> collect(e, calls));
    return calls;
  }

  private static void collect(Expression expression, List<FrameFunction> calls) {
    if (expression instanceof FrameFunction call) {
      if (calls.stream().noneMatch(known -> known.semanticEquals(call))) {
        calls.add(call);
      }
      return;
    }
    CollectionConverters.asJava(expression.children()).forEach(child -> collect(child, calls));
  }

  private static LogicalPlan extract(LogicalPlan node) {
    List<FrameFunction> calls = calls(node);
    if (node.children().size() != 1) {
      throw calls.get(0).misplaced();
    }
    LogicalPlan child = node.children().head();
    List<Expression> functions = new ArrayList<>();
    List<Attribute> results = new ArrayList<>();
    for (FrameFunction call : calls) {
      if (!call.references().subsetOf(child.outputSet())) {
        throw call.misplaced();
      }
      FunctionCall.of(SparkSession.active(), call, List.of()); // what is wrong is said now
      functions.add(call.cast());
      results.add(
          new AttributeReference(
              call.kind().sqlName(),
              call.dataType(),
              true,
              Metadata.empty(),
              NamedExpression.newExprId(),
              seq(List.of())));
    }
    LogicalPlan below = new EvaluateFunctions(seq(functions), seq(results), child);
    LogicalPlan replaced = node.transformExpressions(replacement(calls, results));
    LogicalPlan moved = replaced.withNewChildren(seq(List.of(below)));
    return moved.outputSet().subsetOf(node.outputSet())
        ? moved
        : new Project(seq(new ArrayList<>(CollectionConverters.asJava(node.output()))), moved);
  }

  private static AbstractPartialFunction<Expression, Expression> replacement(
      List<FrameFunction> calls, List<Attribute> results) {
    return new AbstractPartialFunction<>() {
      @Override
      public boolean isDefinedAt(Expression expression) {
        return expression instanceof FrameFunction;
      }

      @Override
      public Expression apply(Expression expression) {
        for (int k = 0; k < calls.size(); k++) {
          if (calls.get(k).semanticEquals(expression)) {
            return results.get(k);
          }
        }
        throw ((FrameFunction) expression).misplaced();
      }
    };
  }

  @SuppressWarnings("unchecked") // a list that nobody writes to
  static <A> Seq<A> seq(List<? extends A> list) {
    return CollectionConverters.asScala((List<A>) list).toSeq();
  }
}
