package org.dpsieve.spark.sql;

import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.catalyst.expressions.And;
import org.apache.spark.sql.catalyst.expressions.Attribute;
import org.apache.spark.sql.catalyst.expressions.AttributeSet;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.plans.logical.Aggregate;
import org.apache.spark.sql.catalyst.plans.logical.Filter;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;
import org.apache.spark.sql.catalyst.plans.logical.Project;
import org.apache.spark.sql.catalyst.rules.Rule;
import scala.runtime.AbstractPartialFunction;

/** Conditions on other columns come before the functions; functions that nobody reads go. */
public final class MoveFunctions extends Rule<LogicalPlan> {
  @Override
  public LogicalPlan apply(LogicalPlan plan) {
    return plan.transformUp(
        new AbstractPartialFunction<LogicalPlan, LogicalPlan>() {
          @Override
          public boolean isDefinedAt(LogicalPlan node) {
            return node.children().size() == 1
                && node.children().head() instanceof EvaluateFunctions below
                && move(node, below) != node;
          }

          @Override
          public LogicalPlan apply(LogicalPlan node) {
            return move(node, (EvaluateFunctions) node.children().head());
          }
        });
  }

  private static LogicalPlan move(LogicalPlan node, EvaluateFunctions below) {
    if (node instanceof Filter filter) {
      return pushDown(filter, below);
    }
    return node instanceof Project || node instanceof Aggregate ? prune(node, below) : node;
  }

  private static LogicalPlan pushDown(Filter filter, EvaluateFunctions below) {
    AttributeSet available = below.child().outputSet();
    List<Expression> pushed = new ArrayList<>();
    List<Expression> rest = new ArrayList<>();
    for (Expression condition : conjuncts(filter.condition())) {
      boolean can = condition.deterministic() && condition.references().subsetOf(available);
      (can ? pushed : rest).add(condition);
    }
    if (pushed.isEmpty()) {
      return filter;
    }
    LogicalPlan lower =
        new EvaluateFunctions(
            below.functions(), below.results(), new Filter(all(pushed), below.child()));
    return rest.isEmpty() ? lower : new Filter(all(rest), lower);
  }

  private static List<Expression> conjuncts(Expression condition) {
    if (!(condition instanceof And and)) {
      return List.of(condition);
    }
    List<Expression> parts = new ArrayList<>(conjuncts(and.left()));
    parts.addAll(conjuncts(and.right()));
    return parts;
  }

  private static Expression all(List<Expression> conditions) {
    return conditions.stream().reduce(And::new).orElseThrow();
  }

  private static LogicalPlan prune(LogicalPlan node, EvaluateFunctions below) {
    List<Expression> functions = new ArrayList<>();
    List<Attribute> results = new ArrayList<>();
    for (int k = 0; k < below.results().size(); k++) {
      if (node.references().contains(below.results().apply(k))) {
        functions.add(below.functions().apply(k));
        results.add(below.results().apply(k));
      }
    }
    if (results.size() == below.results().size()) {
      return node;
    }
    LogicalPlan child =
        results.isEmpty()
            ? below.child()
            : new EvaluateFunctions(
                ExtractFunctions.seq(functions), ExtractFunctions.seq(results), below.child());
    return node.withNewChildren(ExtractFunctions.seq(List.of(child)));
  }
}
