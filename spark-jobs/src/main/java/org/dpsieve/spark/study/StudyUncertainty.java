package org.dpsieve.spark.study;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import org.dpsieve.frame.Frame;
import org.dpsieve.infer.Prediction;
import org.dpsieve.outputlayer.LearningCurve;
import org.dpsieve.outputlayer.OutputLayerFit;
import org.dpsieve.outputlayer.OutputPosterior;
import org.dpsieve.uncertainty.Calibration;
import org.dpsieve.uncertainty.FrameErrors;
import org.dpsieve.uncertainty.FrameSigma;
import org.dpsieve.uncertainty.Uncertainty;

/**
 * What the loop's own uncertainty would say at some point of a study, held against the frames held
 * out.
 *
 * @param energyCoverage share of their energy errors within the 95 % interval; NaN where labels are
 *     too few to calibrate
 * @param forceCoverage the same of force components
 * @param nextEnergy what the energy's error is expected to be multiplied by with {@link #NEXT} more
 *     labels; NaN where labels are too few
 * @param nextForce the same of forces
 */
record StudyUncertainty(
    double energyCoverage, double forceCoverage, double nextEnergy, double nextForce)
    implements Serializable {
  static final int NEXT = 100;

  /** Where nobody asks. */
  static final StudyUncertainty NONE =
      new StudyUncertainty(Double.NaN, Double.NaN, Double.NaN, Double.NaN);

  /** Frames of a fold that are looked at, as the loop does. */
  private static final int MOST = 50;

  /** Models' parameters, and what is left open of them. */
  record Ensemble(double[][] parameters, OutputPosterior[] posteriors, double[][] draws) {}

  static StudyUncertainty of(StudyPool data, StudyTraining training) {
    List<List<FrameErrors>> folds = new ArrayList<>();
    for (int fold = 0; fold < OutputLayerFit.FOLDS; fold++) {
      List<StudyFrame> left = training.fold(fold);
      if (!left.isEmpty() && left.size() < training.frames()) {
        folds.add(
            errors(
                left.subList(0, Math.min(MOST, left.size())),
                ensemble(training, fold),
                new Uncertainty(new boolean[0], List.of(), 1, 1)));
      }
    }
    Uncertainty calibrated =
        new Uncertainty(
            new boolean[0],
            List.of(),
            factor(folds, FrameErrors::energy),
            factor(folds, FrameErrors::force));
    List<FrameErrors> unseen = errors(data.heldOut(), ensemble(training, -1), calibrated);
    LearningCurve curve = training.curve();
    int now = training.frames();
    return new StudyUncertainty(
        covered(unseen, FrameErrors::energy),
        covered(unseen, FrameErrors::force),
        curve == null ? Double.NaN : curve.energyRatio(now, now + NEXT),
        curve == null ? Double.NaN : curve.forceRatio(now, now + NEXT));
  }

  static Ensemble ensemble(StudyTraining training, int without) {
    double[][] parameters = training.parametersWithout(without);
    OutputPosterior[] posteriors = training.posteriorsWithout(without);
    double[][] draws = new double[posteriors.length][];
    for (int m = 0; m < draws.length; m++) {
      if (FrameSigma.drawOf(m, draws.length) == m) {
        draws[m] = posteriors[m].draw(m);
      }
    }
    return new Ensemble(parameters, posteriors, draws);
  }

  private static List<FrameErrors> errors(
      List<StudyFrame> frames, Ensemble ensemble, Uncertainty uncertainty) {
    List<Frame> plain = frames.stream().map(StudyFrame::frame).toList();
    return FrameErrors.of(
        plain, frames.stream().map(frame -> sigma(frame, ensemble, uncertainty)).toList());
  }

  static FrameSigma sigma(StudyFrame frame, Ensemble ensemble, Uncertainty uncertainty) {
    int models = ensemble.posteriors().length;
    double atoms = frame.frame().atomCount();
    Prediction[] predictions = new Prediction[models];
    double[] variance = new double[models];
    double[][] drawn = new double[models][];
    for (int m = 0; m < models; m++) {
      double[] parameters = ensemble.parameters()[m];
      predictions[m] =
          new Prediction(
              frame.energy(m, parameters),
              frame.force(m, parameters),
              new double[9],
              new double[0]);
      double[] row = frame.models()[m].energy().clone();
      for (int k = 0; k < row.length; k++) {
        row[k] /= atoms;
      }
      variance[m] = ensemble.posteriors()[m].variance(row);
      drawn[m] = ensemble.draws()[m] == null ? null : frame.force(m, ensemble.draws()[m]);
    }
    return FrameSigma.of(uncertainty, predictions, variance, drawn);
  }

  private static double factor(
      List<List<FrameErrors>> folds, Function<FrameErrors, FrameErrors.Pairs> quantity) {
    return Calibration.factor(
        folds.stream().flatMap(List::stream).map(quantity).map(FrameErrors.Pairs::ratios).toList());
  }

  private static double covered(
      List<FrameErrors> errors, Function<FrameErrors, FrameErrors.Pairs> quantity) {
    double[] ratios =
        errors.stream().map(quantity).flatMapToDouble(p -> Arrays.stream(p.ratios())).toArray();
    if (Arrays.stream(ratios).anyMatch(Double::isNaN)) {
      return Double.NaN;
    }
    return Arrays.stream(ratios).filter(r -> Math.abs(r) <= Calibration.WIDTH).count()
        / (double) ratios.length;
  }
}
