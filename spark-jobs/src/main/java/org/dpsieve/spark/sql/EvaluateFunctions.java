package org.dpsieve.spark.sql;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.apache.spark.sql.catalyst.expressions.Attribute;
import org.apache.spark.sql.catalyst.expressions.AttributeSet;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;
import scala.collection.immutable.IndexedSeq;
import scala.collection.immutable.Seq;
import scala.jdk.javaapi.CollectionConverters;

/** Adds a column per function to what its child gives. */
public final class EvaluateFunctions extends LogicalPlan {
  private static final long serialVersionUID = 1;

  private final Seq<Expression> functions;
  private final Seq<Attribute> results;
  private final LogicalPlan child;

  /** One result for each function, in order. */
  public EvaluateFunctions(Seq<Expression> functions, Seq<Attribute> results, LogicalPlan child) {
    this.functions = functions;
    this.results = results;
    this.child = child;
  }

  Seq<Expression> functions() {
    return functions;
  }

  Seq<Attribute> results() {
    return results;
  }

  LogicalPlan child() {
    return child;
  }

  @Override
  public Seq<Attribute> output() {
    List<Attribute> output = new ArrayList<>(CollectionConverters.asJava(child.output()));
    output.addAll(CollectionConverters.asJava(results));
    return ExtractFunctions.seq(output);
  }

  @Override
  public AttributeSet producedAttributes() {
    return AttributeSet.fromAttributeSets(
        CollectionConverters.asScala(
            CollectionConverters.asJava(results).stream().map(Attribute::references).toList()));
  }

  @Override
  public Seq<LogicalPlan> children() {
    return CollectionConverters.asScala(List.of(child)).toSeq();
  }

  @Override
  public LogicalPlan withNewChildrenInternal(IndexedSeq<LogicalPlan> children) {
    return new EvaluateFunctions(functions, results, children.head());
  }

  @Override
  public int productArity() {
    return 3;
  }

  @Override
  public Object productElement(int n) {
    return n == 0 ? functions : n == 1 ? results : child;
  }

  @Override
  public boolean canEqual(Object other) {
    return other instanceof EvaluateFunctions;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof EvaluateFunctions plan
        && functions.equals(plan.functions)
        && results.equals(plan.results)
        && child.equals(plan.child);
  }

  @Override
  public int hashCode() {
    return Objects.hash(functions, results, child);
  }
}
