package org.dpsieve.spark.sql;

import java.io.Serializable;
import java.util.List;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.dpsieve.d3.D3Options;
import org.dpsieve.d3.Damping;
import org.dpsieve.error.InputException;
import org.dpsieve.spark.QueryProblem;
import org.dpsieve.spark.deviation.EnsembleHandle;

/**
 * A function with what its tasks need; of models, properties, uncertain and d3 one is there.
 *
 * @param models of energies; {@code null} of other functions
 * @param properties of {@code dp_property}; else {@code null}
 * @param uncertain of {@code dp_sigma}; else {@code null}
 * @param d3 {@code null} of the others
 * @param frame z, coord, cell, bound to the input's columns
 */
record FunctionCall(
    FunctionKind kind,
    SqlModels models,
    SqlProperties properties,
    EnsembleHandle uncertain,
    D3Options d3,
    List<Expression> frame)
    implements Serializable {

  /** Ends as {@link QueryProblem#before} where models or settings do not do. */
  static FunctionCall of(SparkSession spark, FrameFunction function, List<Expression> frame) {
    FunctionKind kind = function.kind();
    List<Expression> columns = List.copyOf(frame);
    if (!kind.usesModels()) {
      return new FunctionCall(kind, null, null, null, d3(function), columns);
    }
    List<String> files = function.models();
    try {
      return switch (kind) {
        case DP_PROPERTY ->
            new FunctionCall(
                kind, null, SqlEnsembles.properties(spark, files), null, null, columns);
        case DP_SIGMA ->
            new FunctionCall(
                kind,
                null,
                null,
                SqlEnsembles.uncertain(spark, files, function.posteriors()),
                null,
                columns);
        default -> new FunctionCall(kind, SqlEnsembles.of(spark, files), null, null, null, columns);
      };
    } catch (InputException e) {
      throw QueryProblem.MODELS.before(String.join(",", files), e);
    }
  }

  private static D3Options d3(FrameFunction function) {
    List<String> settings = function.settings();
    try {
      return new D3Options(
          settings.isEmpty() ? "pbe" : settings.get(0),
          Damping.of(settings.size() < 2 ? "zero" : settings.get(1)),
          D3Options.PAIR_CUTOFF,
          D3Options.COORDINATION_CUTOFF);
    } catch (InputException e) {
      throw QueryProblem.ARGUMENT.before(function.kind().sqlName(), e);
    }
  }
}
