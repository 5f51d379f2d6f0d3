package org.dpsieve.spark.transfer;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.SparkSession;
import org.dpsieve.frame.Frame;
import org.dpsieve.infer.EnsembleOptions;
import org.dpsieve.infer.LayerReader;
import org.dpsieve.model.DeepPotential;
import org.dpsieve.model.Precision;
import org.dpsieve.outputlayer.OutputLayerFit;
import org.dpsieve.spark.frames.FrameRows;
import org.dpsieve.uncertainty.Calibration;
import org.dpsieve.uncertainty.FrameErrors;
import org.dpsieve.uncertainty.Reliability;
import org.dpsieve.uncertainty.UncertainEnsemble;
import org.dpsieve.uncertainty.Uncertainty;
import scala.Tuple2;

/**
 * Finds the one factor of an ensemble's standard deviations: for each fold of the labelled frames
 * models are trained without it and predict it, and their errors are compared with what they expect
 * of themselves. One Spark task per fold.
 */
final class FoldCalibration {
  /** Frames of a fold that are looked at: 250 in all bound the time, and errors to some percent. */
  static final int MOST = 50;

  /** With tables: frozen embedding nets have theirs already. */
  static final EnsembleOptions OPTIONS = new EnsembleOptions(true, Precision.FLOAT64);

  /** A fold, and models that have not seen it. */
  private record Fold(List<Frame> frames, List<DeepPotential> models, Uncertainty uncertainty)
      implements Serializable {}

  private FoldCalibration() {}

  /** The calibrated uncertainty, and what it was found from. */
  record Calibrated(Uncertainty uncertainty, Reliability reliability) {}

  static Calibrated of(
      SparkSession spark, FoldedFrames labelled, boolean[] present, List<FoldedFit> fits) {
    Uncertainty raw = Uncertainty.raw(present, fits.stream().map(FoldedFit::posterior).toList());
    List<Tuple2<FoldedFrames.Place, Frame>> some =
        labelled.some().stream()
            .map(row -> new Tuple2<>(row._1(), FrameRows.toFrame(row._2())))
            .toList();
    List<Fold> folds = new ArrayList<>();
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
                  present, fits.stream().map(fit -> fit.posteriorWithout(without)).toList())));
    }
    List<List<FrameErrors>> errors = errors(spark, folds, FoldCalibration::errors);
    double energy = factor(errors, FrameErrors::energy);
    double force = factor(errors, FrameErrors::force);
    return new Calibrated(raw.calibrated(energy, force), Reliability.of(errors, energy, force));
  }

  static double factor(
      List<List<FrameErrors>> errors, Function<FrameErrors, FrameErrors.Pairs> quantity) {
    return Calibration.factor(
        errors.stream()
            .flatMap(List::stream)
            .map(quantity)
            .map(FrameErrors.Pairs::ratios)
            .toList());
  }

  /** Of each fold, in one Spark task. */
  static <F> List<List<FrameErrors>> errors(
      SparkSession spark,
      List<F> folds,
      org.apache.spark.api.java.function.Function<F, List<FrameErrors>> ofFold) {
    if (folds.isEmpty()) {
      return List.of();
    }
    JavaSparkContext context = JavaSparkContext.fromSparkContext(spark.sparkContext());
    Broadcast<List<F>> shared = context.broadcast(folds);
    try {
      return context
          .parallelize(IntStream.range(0, folds.size()).boxed().toList(), folds.size())
          .map(index -> ofFold.call(shared.value().get(index)))
          .collect();
    } finally {
      shared.destroy();
    }
  }

  private static List<FrameErrors> errors(Fold fold) {
    try (LayerReader ensemble = LayerReader.of(fold.models(), OPTIONS)) {
      return FrameErrors.of(
          fold.frames(),
          new UncertainEnsemble(fold.models(), ensemble, fold.uncertainty())
              .evaluate(fold.frames()));
    }
  }
}
