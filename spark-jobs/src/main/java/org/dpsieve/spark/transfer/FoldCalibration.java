package org.dpsieve.spark.transfer;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.SparkSession;
import org.dpsieve.frame.Frame;
import org.dpsieve.infer.EnsembleOptions;
import org.dpsieve.infer.OutputLayerReader;
import org.dpsieve.model.DeepPotential;
import org.dpsieve.model.Precision;
import org.dpsieve.outputlayer.OutputLayerFit;
import org.dpsieve.spark.frames.FrameRows;
import org.dpsieve.uncertainty.Calibrated;
import org.dpsieve.uncertainty.FrameErrors;
import org.dpsieve.uncertainty.UncertainEnsemble;
import org.dpsieve.uncertainty.Uncertainty;
import scala.Tuple2;

/**
 * Finds how wide single frames are ({@link org.dpsieve.uncertainty.FrameWidth}), and then the one
 * factor of an ensemble's standard deviations: for each fold of the labelled frames models are
 * trained without it and predict it, and their errors are compared with what they expect of
 * themselves. One Spark task per fold.
 */
final class FoldCalibration {
  /** Frames of a fold that are looked at: 250 in all bound the time, and errors to some percent. */
  static final int MOST = 50;

  /** With tables: frozen embedding nets have theirs already. */
  static final EnsembleOptions OPTIONS = new EnsembleOptions(true, Precision.FLOAT64);

  /** What one task measures. */
  interface LeftOut extends Serializable {
    List<FrameErrors> errors();
  }

  /** A fold, and models that have not seen it. */
  private record Fold(
      List<Frame> frames, List<DeepPotential> models, Uncertainty uncertainty, double[][] members)
      implements LeftOut {
    @Override
    public List<FrameErrors> errors() {
      try (OutputLayerReader ensemble = OutputLayerReader.of(models, OPTIONS)) {
        return FrameErrors.of(
            frames,
            new UncertainEnsemble(models, ensemble, uncertainty, members, null).evaluate(frames));
      }
    }
  }

  private FoldCalibration() {}

  /**
   * What is to be measured: {@link #errors}.
   *
   * @param members of an ensemble out of the one model, as changes of its parameters,
   *     [members][size]; {@code null} where the models are the ensemble
   */
  static List<LeftOut> folds(
      FoldedFrames labelled, boolean[] present, List<FoldedFit> fits, double[][] members) {
    List<Tuple2<FoldedFrames.Place, Frame>> some =
        labelled.some().stream()
            .map(row -> new Tuple2<>(row._1(), FrameRows.toFrame(row._2())))
            .toList();
    List<LeftOut> folds = new ArrayList<>();
    for (int fold = 0; fold < OutputLayerFit.FOLDS; fold++) {
      int without = fold;
      List<Frame> frames =
          some.stream()
              .filter(row -> row._1().fold() == without)
              .map(Tuple2::_2)
              .collect(Collectors.toCollection(ArrayList::new));
      if (frames.isEmpty() || frames.size() == some.size()) {
        continue; // nothing to compare with, or nothing to train on
      }
      folds.add(
          new Fold(
              frames,
              fits.stream().map(fit -> fit.trainedWithout(without)).toList(),
              Uncertainty.raw(
                  present, fits.stream().map(fit -> fit.posteriorWithout(without)).toList()),
              members));
    }
    return folds;
  }

  /**
   * @param found on the {@link #folds}
   */
  static Uncertainty of(Calibrated found, boolean[] present, List<FoldedFit> fits) {
    return new Uncertainty(
        present,
        fits.stream().map(FoldedFit::posterior).toList(),
        found.energyFactor(),
        found.forceFactor(),
        found.width());
  }

  /** Of each fold, in one Spark task. */
  static List<List<FrameErrors>> errors(SparkSession spark, List<LeftOut> folds) {
    if (folds.isEmpty()) {
      return List.of();
    }
    JavaSparkContext context = JavaSparkContext.fromSparkContext(spark.sparkContext());
    Broadcast<List<LeftOut>> shared = context.broadcast(folds);
    try {
      return context
          .parallelize(IntStream.range(0, folds.size()).boxed().toList(), folds.size())
          .map(index -> shared.value().get(index).errors())
          .collect();
    } finally {
      shared.destroy();
    }
  }
}
