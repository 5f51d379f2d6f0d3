package org.dpsieve.spark.sql;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.Serializable;
import java.util.List;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.dpsieve.d3.D3Options;
import org.dpsieve.d3.Damping;
import org.dpsieve.error.InputException;
import org.dpsieve.infer.Prediction;
import org.dpsieve.infer.PropertyPrediction;
import org.dpsieve.label.Addition;
import org.dpsieve.label.ase.AsePython;
import org.dpsieve.label.d3.AddedD3;
import org.dpsieve.label.d4.DispersionD4;
import org.dpsieve.spark.QueryProblem;
import org.dpsieve.spark.deviation.EnsembleHandle;
import org.dpsieve.spark.label.BatchLabels;

/**
 * A function with what its tasks need; of models, properties, uncertain and dispersion one is
 * there.
 *
 * @param models of energies; {@code null} of other functions
 * @param properties of {@code dp_property}; else {@code null}
 * @param uncertain of {@code dp_sigma}; else {@code null}
 * @param dispersion {@code null} of the others
 * @param frame z, coord, cell and maybe charge, bound to the input's columns
 */
record FunctionCall(
    FunctionKind kind,
    SqlModels<Prediction> models,
    SqlModels<PropertyPrediction> properties,
    EnsembleHandle uncertain,
    Addition dispersion,
    List<Expression> frame)
    implements Serializable {
  /** {@code SET dpsieve.python = PROGRAM}: the Python that has dftd4 and ASE. */
  private static final String PYTHON = "dpsieve.python";

  /** Ends as {@link QueryProblem#before} where models or settings do not do. */
  static FunctionCall of(SparkSession spark, FrameFunction function, List<Expression> frame) {
    FunctionKind kind = function.kind();
    List<Expression> columns = List.copyOf(frame);
    if (!kind.usesModels()) {
      return new FunctionCall(
          kind,
          null,
          null,
          null,
          kind == FunctionKind.DP_D3 ? d3(function) : d4(spark, function),
          columns);
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

  private static Addition d3(FrameFunction function) {
    List<String> settings = function.settings();
    try {
      D3Options options =
          new D3Options(
              settings.isEmpty() ? "pbe" : settings.get(0),
              Damping.of(settings.size() < 2 ? "zero" : settings.get(1)),
              D3Options.PAIR_CUTOFF,
              D3Options.COORDINATION_CUTOFF);
      return new AddedD3(options);
    } catch (InputException e) {
      throw QueryProblem.ARGUMENT.before(function.kind().sqlName(), e);
    }
  }

  private static Addition d4(SparkSession spark, FrameFunction function) {
    List<String> settings = function.settings();
    JsonNodeFactory json = JsonNodeFactory.instance;
    DispersionD4 d4 =
        new DispersionD4(
            settings.isEmpty() ? "pbe" : settings.get(0),
            function.frame().size() > 3 ? json.objectNode().put("fparam", 0) : json.numberNode(0),
            spark.conf().contains(PYTHON)
                ? AsePython.quoted(spark.conf().get(PYTHON))
                : AsePython.byDefault());
    try {
      BatchLabels.tried(spark, d4);
    } catch (InputException e) {
      throw QueryProblem.ARGUMENT.before(function.kind().sqlName(), e);
    }
    return d4;
  }
}
