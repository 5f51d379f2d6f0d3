package org.dpsieve.spark.sql;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.apache.spark.SparkContext;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.rdd.RDD;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.Attribute;
import org.apache.spark.sql.catalyst.expressions.AttributeSet;
import org.apache.spark.sql.catalyst.expressions.BindReferences;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.SortOrder;
import org.apache.spark.sql.catalyst.expressions.package$;
import org.apache.spark.sql.catalyst.plans.physical.Partitioning;
import org.apache.spark.sql.execution.SparkPlan;
import org.apache.spark.sql.execution.metric.SQLMetric;
import org.apache.spark.sql.execution.metric.SQLMetrics;
import org.apache.spark.sql.types.DataType;
import scala.collection.immutable.IndexedSeq;
import scala.collection.immutable.Map;
import scala.collection.immutable.Map$;
import scala.collection.immutable.Seq;
import scala.jdk.javaapi.CollectionConverters;
import scala.reflect.ClassTag$;

/** Our functions on many rows at once; partitions and the order of rows stay. */
public final class EvaluateFunctionsExec extends SparkPlan {
  private static final long serialVersionUID = 1;

  /** Of Spark's web page and of {@link #metrics}. */
  static final String WITHOUT_NUMBERS = "framesWithoutNumbers";

  /** Likewise. */
  static final String FRAMES = "frames";

  static final String ATOMS = "atoms";
  static final String PER_SECOND = "atomsPerSecond";

  private final Seq<Expression> functions;
  private final Seq<Attribute> results;
  private final SparkPlan child;

  private Map<String, SQLMetric> metrics; // made when first asked for, as Spark's own operators do

  /** As {@link EvaluateFunctions}. */
  public EvaluateFunctionsExec(Seq<Expression> functions, Seq<Attribute> results, SparkPlan child) {
    this.functions = functions;
    this.results = results;
    this.child = child;
  }

  @Override
  public synchronized Map<String, SQLMetric> metrics() {
    if (metrics == null) {
      SparkContext context = sparkContext();
      metrics =
          Map$.MODULE$.from(
              CollectionConverters.asScala(
                  java.util.Map.of(
                      FRAMES,
                      SQLMetrics.createMetric(context, "frames"),
                      ATOMS,
                      SQLMetrics.createMetric(context, "atoms"),
                      PER_SECOND,
                      SQLMetrics.createAverageMetric(context, "atoms per second of a task"),
                      WITHOUT_NUMBERS,
                      SQLMetrics.createMetric(context, "frames without numbers (NaN)"))));
    }
    return metrics;
  }

  @Override
  public RDD<InternalRow> doExecute() {
    List<FunctionCall> calls = new ArrayList<>();
    for (Expression expression : CollectionConverters.asJava(functions)) {
      FrameFunction function = (FrameFunction) expression;
      List<Expression> frame = new ArrayList<>();
      for (Expression argument : function.frame()) {
        frame.add(
            BindReferences.bindReference(
                argument, package$.MODULE$.AttributeSeq(child.output()), false));
      }
      calls.add(FunctionCall.of(SparkSession.active(), function, frame));
    }
    DataType[] types =
        CollectionConverters.asJava(output()).stream()
            .map(Attribute::dataType)
            .toArray(DataType[]::new);
    SQLMetric withoutNumbers = metrics().apply(WITHOUT_NUMBERS);
    SQLMetric frames = metrics().apply(FRAMES);
    SQLMetric atoms = metrics().apply(ATOMS);
    SQLMetric perSecond = metrics().apply(PER_SECOND);
    return new JavaRDD<>(child.execute(), ClassTag$.MODULE$.<InternalRow>apply(InternalRow.class))
        .mapPartitions(
            rows ->
                new FunctionIterator(
                    rows,
                    calls,
                    types,
                    WithoutNumbers.ofThisTask(withoutNumbers),
                    FrameRate.ofThisTask(frames, atoms, perSecond)),
            true)
        .rdd();
  }

  @Override
  public Seq<Attribute> output() {
    List<Attribute> output = new ArrayList<>(CollectionConverters.asJava(child.output()));
    output.addAll(CollectionConverters.asJava(results));
    return ExtractFunctions.seq(output);
  }

  @Override
  public Partitioning outputPartitioning() {
    return child.outputPartitioning();
  }

  @Override
  public Seq<SortOrder> outputOrdering() {
    return child.outputOrdering();
  }

  @Override
  public AttributeSet producedAttributes() {
    return AttributeSet.fromAttributeSets(
        CollectionConverters.asScala(
            CollectionConverters.asJava(results).stream().map(Attribute::references).toList()));
  }

  @Override
  public Seq<SparkPlan> children() {
    return ExtractFunctions.seq(List.of(child));
  }

  @Override
  public SparkPlan withNewChildrenInternal(IndexedSeq<SparkPlan> children) {
    return new EvaluateFunctionsExec(functions, results, children.head());
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
    return other instanceof EvaluateFunctionsExec;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof EvaluateFunctionsExec plan
        && functions.equals(plan.functions)
        && results.equals(plan.results)
        && child.equals(plan.child);
  }

  @Override
  public int hashCode() {
    return Objects.hash(functions, results, child);
  }
}
