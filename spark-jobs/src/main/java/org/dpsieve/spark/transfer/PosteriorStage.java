package org.dpsieve.spark.transfer;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.dpsieve.frame.Frame;
import org.dpsieve.infer.OutputLayerReader;
import org.dpsieve.model.DeepPotential;
import org.dpsieve.outputlayer.LossPrefactors;
import org.dpsieve.outputlayer.OutputParameters;
import org.dpsieve.spark.frames.FrameRows;
import org.dpsieve.uncertainty.Calibration;
import org.dpsieve.uncertainty.FrameErrors;
import org.dpsieve.uncertainty.Reliability;
import org.dpsieve.uncertainty.UncertainEnsemble;
import org.dpsieve.uncertainty.Uncertainty;

/**
 * What a labelled set leaves open of a model that is there already, whoever trained it.
 *
 * <p>The posterior follows from the frames and the model's hidden layers alone. How large errors
 * are beside it is measured twice, and the larger factor counts. First on frames left out: the
 * output layer is solved without them, from weights of zero, as the model's own may have seen all
 * of them. Then by the model's own errors: it may have seen none of them, and be off by more than
 * its output layer could help.
 */
public final class PosteriorStage {
  /** As at the end of DeePMD-kit's training. The factors make up for most of their choice. */
  private static final LossPrefactors PREFACTORS = new LossPrefactors(100, 1, 1);

  private static final int TASKS = 8;

  private PosteriorStage() {}

  /**
   * What was found.
   *
   * @param uncertainty of the one model
   * @param frames labelled
   * @param own the model's own errors on them, beside what it now expects of itself
   */
  public record Found(Uncertainty uncertainty, long frames, Reliability own) {}

  /** Some frames for one task. */
  private record Part(List<Frame> frames, DeepPotential model, Uncertainty raw)
      implements FoldCalibration.LeftOut {
    @Override
    public List<FrameErrors> errors() {
      try (OutputLayerReader ensemble =
          OutputLayerReader.of(List.of(model), FoldCalibration.OPTIONS)) {
        return FrameErrors.of(
            frames, new UncertainEnsemble(List.of(model), ensemble, raw).evaluate(frames));
      }
    }
  }

  /**
   * @param labelled rows of the frames dataset
   * @throws org.dpsieve.error.InputException without labels, with an element the model does not
   *     know, or where its energy is not linear in its last layer
   */
  public static Found of(SparkSession spark, Dataset<Row> labelled, DeepPotential model) {
    boolean[] present = OutputLayerStage.typesIn(labelled, model);
    OutputLayerStage.Trained anew =
        OutputLayerStage.solve(
            spark,
            labelled,
            List.of(withoutWeights(model, present)),
            PREFACTORS,
            OptionalDouble.empty(),
            null,
            new OutputLayerStage.Asked(true, 0, 0));
    Uncertainty found = anew.uncertainty();
    Uncertainty raw = Uncertainty.raw(present, found.posteriors()).with(found.width());
    List<List<FrameErrors>> own = FoldCalibration.errors(spark, parts(spark, labelled, model, raw));
    double energy = larger(found.energyFactor(), Calibration.factor(own, FrameErrors::energy));
    double force = larger(found.forceFactor(), Calibration.factor(own, FrameErrors::force));
    return new Found(
        raw.calibrated(energy, force),
        anew.solutions().get(0).after().frames(),
        Reliability.of(own, energy, force));
  }

  /** The biases stay: they are the level of the energy. */
  private static DeepPotential withoutWeights(DeepPotential model, boolean[] present) {
    OutputParameters parameters = OutputParameters.of(model, present);
    double[] own = parameters.read(model);
    double[] biases = new double[own.length];
    for (int bias : parameters.biases()) {
      biases[bias] = own[bias];
    }
    return parameters.write(model, biases);
  }

  /** NaN is no factor. */
  private static double larger(double a, double b) {
    return Double.isNaN(a) || b > a ? b : a;
  }

  private static List<FoldCalibration.LeftOut> parts(
      SparkSession spark, Dataset<Row> labelled, DeepPotential model, Uncertainty raw) {
    List<Frame> frames =
        FoldedFrames.of(spark, labelled).some().stream()
            .map(row -> FrameRows.toFrame(row._2()))
            .toList();
    int each = (frames.size() + TASKS - 1) / TASKS;
    List<FoldCalibration.LeftOut> parts = new ArrayList<>();
    for (int first = 0; first < frames.size(); first += each) {
      int end = Math.min(frames.size(), first + each);
      parts.add(new Part(new ArrayList<>(frames.subList(first, end)), model, raw));
    }
    return parts;
  }
}
