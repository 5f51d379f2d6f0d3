package org.dpsieve.spark;

import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.QueryContext;
import org.apache.spark.SparkRuntimeException;
import org.apache.spark.sql.AnalysisException;
import org.dpsieve.error.InputException;
import scala.Option;
import scala.collection.immutable.Map$;
import scala.jdk.javaapi.CollectionConverters;

/**
 * What is wrong with a query or with the data it asks for, as users of Spark know it: an {@link
 * AnalysisException} before the query runs, a {@link SparkRuntimeException} while it runs, each
 * with a condition ({@code getCondition}) and its parameters, by which programs tell them apart.
 * The condition is the name of the constant after {@code DPSIEVE_}.
 */
public enum QueryProblem {
  MODELS("models"),
  /** Of a function. */
  ARGUMENT("function"),
  /** A function where none can be. */
  PLACE("function"),
  /** A row whose frame is none. */
  FRAME("function"),
  /** Of the format {@code deepmd}: its options, or what it reads and writes. */
  DATA("source");

  static {
    ErrorConditions.add();
  }

  /** Of {@code getMessageParameters}, beside {@code problem}. */
  private final String parameter;

  QueryProblem(String parameter) {
    this.parameter = parameter;
  }

  String condition() {
    return "DPSIEVE_" + name();
  }

  /**
   * Before the query runs.
   *
   * @param what the models, the function or the source
   */
  public RuntimeException before(String what, InputException problem) {
    return QueryProblem.<RuntimeException>asRuntimeException(
        new AnalysisException(
            message(problem),
            Option.empty(),
            Option.empty(),
            Option.apply(problem),
            Option.apply(condition()),
            Map$.MODULE$.from(CollectionConverters.asScala(parameters(what, problem))),
            new QueryContext[0]));
  }

  /** While it runs: who asked hears of it as it is, not of the task that ended by it. */
  public RuntimeException during(String what, InputException problem) {
    return new WhileRunning(condition(), message(problem), parameters(what, problem), problem);
  }

  private String message(InputException problem) {
    return "[%s] %s".formatted(condition(), problem.getMessage());
  }

  private Map<String, String> parameters(String what, InputException problem) {
    return new TreeMap<>(Map.of(parameter, what, "problem", problem.getMessage()));
  }

  /** Spark's is checked for Java alone. */
  @SuppressWarnings("unchecked") // no cast happens at run time
  private static <E extends Throwable> E asRuntimeException(Throwable failure) throws E {
    throw (E) failure;
  }

  /** Spark makes messages of conditions it knows; this one brings its own. */
  private static final class WhileRunning extends SparkRuntimeException {
    private static final long serialVersionUID = 1;

    private final String condition;
    private final String message;
    private final TreeMap<String, String> parameters;

    WhileRunning(
        String condition, String message, Map<String, String> parameters, Throwable cause) {
      super(
          "USER_RAISED_EXCEPTION",
          Map$.MODULE$.from(CollectionConverters.asScala(Map.of("errorMessage", message))),
          cause,
          new QueryContext[0],
          "");
      this.condition = condition;
      this.message = message;
      this.parameters = new TreeMap<>(parameters);
    }

    @Override
    public String getMessage() {
      return message;
    }

    @Override
    public String getCondition() {
      return condition;
    }

    @Override
    public Map<String, String> getMessageParameters() {
      return parameters;
    }
  }
}
