package org.dpsieve.spark.sql;

import java.io.Serializable;
import java.util.List;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.dpsieve.d3.D3Options;
import org.dpsieve.d3.Damping;
import org.dpsieve.spark.deviation.PropertyHandle;

/**
 * A function with what its tasks need.
 *
 * @param models of energies; {@code null} of other functions
 * @param properties of {@code dp_property}; else {@code null}
 * @param d3 {@code null} of the others
 * @param frame z, coord, cell, bound to the input's columns
 */
record FunctionCall(
    FunctionKind kind,
    SqlModels models,
    PropertyHandle properties,
    D3Options d3,
    List<Expression> frame)
    implements Serializable {

  static FunctionCall of(SparkSession spark, FrameFunction function, List<Expression> frame) {
    List<String> constants = function.constants();
    if (function.kind() == FunctionKind.DP_PROPERTY) {
      return new FunctionCall(
          function.kind(),
          null,
          SqlEnsembles.properties(spark, constants),
          null,
          List.copyOf(frame));
    }
    if (function.kind().usesModels()) {
      return new FunctionCall(
          function.kind(), SqlEnsembles.of(spark, constants), null, null, List.copyOf(frame));
    }
    return new FunctionCall(
        function.kind(),
        null,
        null,
        new D3Options(
            constants.isEmpty() ? "pbe" : constants.get(0),
            Damping.of(constants.size() < 2 ? "zero" : constants.get(1)),
            D3Options.PAIR_CUTOFF,
            D3Options.COORDINATION_CUTOFF),
        List.copyOf(frame));
  }
}
