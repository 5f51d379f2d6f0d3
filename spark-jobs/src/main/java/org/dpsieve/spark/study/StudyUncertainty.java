package org.dpsieve.spark.study;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.function.Function;
import org.dpsieve.frame.Labels;
import org.dpsieve.infer.Prediction;
import org.dpsieve.outputlayer.LearningCurve;
import org.dpsieve.outputlayer.OutputLayerFit;
import org.dpsieve.spark.transfer.Foretold;
import org.dpsieve.uncertainty.Calibrated;
import org.dpsieve.uncertainty.Calibration;
import org.dpsieve.uncertainty.ExpectedError;
import org.dpsieve.uncertainty.FrameErrors;
import org.dpsieve.uncertainty.FrameSigma;
import org.dpsieve.uncertainty.PredictedLabels;

/**
 * What the loop would say of its own errors at some point of a study, held against the frames held
 * out.
 *
 * @param energyCoverage share of their energy errors within the 95 % interval; NaN where labels are
 *     too few to calibrate
 * @param forceCoverage the same of force components
 * @param nextEnergy what the energy's error is expected to be multiplied by with {@link #NEXT} more
 *     labels; NaN where labels are too few
 * @param nextForce the same of forces
 * @param label of labels predicted from old ones; {@link Label#NONE} where no model uses them
 * @param rankings for each model, of frames by what their largest force error is expected to be
 */
record StudyUncertainty(
    double energyCoverage,
    double forceCoverage,
    double nextEnergy,
    double nextForce,
    Label label,
    List<Ranking> rankings) {
  static final int NEXT = 100;

  /** Frames of a fold that are looked at, as the loop does. */
  private static final int MOST = 50;

  /** {@code numb_members}, by default. */
  private static final int MEMBERS = 8;

  /**
   * Labels predicted as old label + change: root mean square errors, eV per atom and eV/Å, and how
   * many are within their 95 % intervals.
   */
  record Label(
      double energy, double force, double virial, double energyCoverage, double forceCoverage) {
    static final Label NONE = new Label(Double.NaN, Double.NaN, Double.NaN, Double.NaN, Double.NaN);
  }

  /**
   * How well one model's largest force error of each frame held out is foretold.
   *
   * @param sigma by sigma_f
   * @param deviation by max_devi_f of all models
   * @param members by max_devi_f of an ensemble out of the one model
   * @param expected by old labels, where they are used
   */
  record Ranking(Foretold sigma, Foretold deviation, Foretold members, Foretold expected) {
    static final Ranking NONE =
        new Ranking(Foretold.NONE, Foretold.NONE, Foretold.NONE, Foretold.NONE);
  }

  /** Where nobody asks. */
  static StudyUncertainty none(int models) {
    return new StudyUncertainty(
        Double.NaN,
        Double.NaN,
        Double.NaN,
        Double.NaN,
        Label.NONE,
        Collections.nCopies(models, Ranking.NONE));
  }

  /**
   * @param members whether ensembles out of single models are looked at, which takes longest
   */
  static StudyUncertainty of(StudyPool data, StudyTraining training, boolean members) {
    double[][][] made =
        members && training.frames() >= 2 * OutputLayerFit.FOLDS
            ? training.members(MOST, MEMBERS)
            : null;
    double[][] ofOne = made == null || made.length > 1 ? null : made[0];
    StudyEnsemble all = new StudyEnsemble(training, -1, ofOne);
    List<List<FrameErrors>> folds = new ArrayList<>();
    List<List<FrameErrors>> labelFolds = new ArrayList<>();
    for (int fold = 0; fold < OutputLayerFit.FOLDS; fold++) {
      List<StudyFrame> left = training.fold(fold);
      if (!left.isEmpty() && left.size() < training.frames()) {
        List<StudyFrame> some = left.subList(0, Math.min(MOST, left.size()));
        StudyEnsemble without = new StudyEnsemble(training, fold, ofOne);
        folds.add(
            FrameErrors.of(
                some.stream().map(StudyFrame::frame).toList(),
                some.stream().map(frame -> without.sigma(frame, 1, 1, null)).toList()));
        if (all.usesOld()) {
          labelFolds.add(
              some.stream().map(f -> FrameErrors.of(f.frame(), without.label(f, 1, 1))).toList());
        }
      }
    }
    Calibrated models = Calibrated.of(folds);
    Calibrated labels = Calibrated.of(labelFolds);
    List<FrameSigma> sigmas =
        data.heldOut().stream()
            .map(f -> all.sigma(f, models.energyFactor(), models.forceFactor(), models.width()))
            .toList();
    List<PredictedLabels> predicted =
        all.usesOld()
            ? data.heldOut().stream()
                .map(f -> all.label(f, labels.energyFactor(), labels.forceFactor()))
                .toList()
            : List.of();
    List<FrameErrors> unseen =
        FrameErrors.of(data.heldOut().stream().map(StudyFrame::frame).toList(), sigmas);
    LearningCurve curve = training.curve();
    int now = training.frames();
    return new StudyUncertainty(
        covered(unseen, FrameErrors::energy),
        covered(unseen, FrameErrors::force),
        curve == null ? Double.NaN : curve.energyRatio(now, now + NEXT),
        curve == null ? Double.NaN : curve.forceRatio(now, now + NEXT),
        label(data.heldOut(), predicted),
        rankings(data.heldOut(), all, sigmas, models, made, predicted, labels));
  }

  private static Label label(List<StudyFrame> heldOut, List<PredictedLabels> predicted) {
    if (predicted.isEmpty()) {
      return Label.NONE;
    }
    List<FrameErrors> errors = new ArrayList<>();
    double virial = 0;
    for (int k = 0; k < predicted.size(); k++) {
      StudyFrame frame = heldOut.get(k);
      errors.add(FrameErrors.of(frame.frame(), predicted.get(k)));
      double[] said = predicted.get(k).labels().virial();
      for (int c = 0; c < 9; c++) {
        double off = said == null ? Double.NaN : said[c] - frame.frame().labels().virial()[c];
        virial += off * off / (9.0 * frame.frame().atomCount() * frame.frame().atomCount());
      }
    }
    return new Label(
        rootMeanSquare(errors, FrameErrors::energy),
        rootMeanSquare(errors, FrameErrors::force),
        Math.sqrt(virial / predicted.size()),
        covered(errors, FrameErrors::energy),
        covered(errors, FrameErrors::force));
  }

  private static double rootMeanSquare(
      List<FrameErrors> errors, Function<FrameErrors, FrameErrors.Pairs> quantity) {
    return Math.sqrt(
        errors.stream()
            .map(quantity)
            .flatMapToDouble(pairs -> Arrays.stream(pairs.error()))
            .map(error -> error * error)
            .average()
            .orElse(Double.NaN));
  }

  private static List<Ranking> rankings(
      List<StudyFrame> heldOut,
      StudyEnsemble all,
      List<FrameSigma> sigmas,
      Calibrated models,
      double[][][] members,
      List<PredictedLabels> predicted,
      Calibrated labels) {
    ExpectedError.Scale ofModels = ExpectedError.Scale.of(models.reliability());
    ExpectedError.Scale ofLabels = ExpectedError.Scale.of(labels.reliability());
    double[][] parameters = all.parameters();
    double[] deviation =
        heldOut.stream().mapToDouble(frame -> frame.maxForceDeviation(parameters)).toArray();
    List<Ranking> rankings = new ArrayList<>();
    for (int m = 0; m < parameters.length; m++) {
      double[] found = new double[heldOut.size()];
      double[] sigma = new double[heldOut.size()];
      double[] spread = new double[heldOut.size()];
      double[] expected = new double[predicted.size()];
      double[][] ensemble = members == null ? null : changed(parameters[m], members[m]);
      for (int k = 0; k < found.length; k++) {
        FrameSigma own = only(sigmas.get(k), m);
        found[k] = largest(own.models()[0], heldOut.get(k).frame().labels());
        sigma[k] = sigmas.get(k).force();
        spread[k] = ensemble == null ? 0 : heldOut.get(k).maxForceDeviation(m, ensemble);
        if (!predicted.isEmpty()) {
          expected[k] = ExpectedError.of(own, ofModels, predicted.get(k), ofLabels).force();
        }
      }
      rankings.add(
          new Ranking(
              Foretold.of(sigma, found),
              parameters.length < 2 ? Foretold.NONE : Foretold.of(deviation, found),
              members == null ? Foretold.NONE : Foretold.of(spread, found),
              predicted.isEmpty() ? Foretold.NONE : Foretold.of(expected, found)));
    }
    return rankings;
  }

  private static double[][] changed(double[] parameters, double[][] changes) {
    return Arrays.stream(changes)
        .map(change -> StudyTraining.sum(parameters, change))
        .toArray(double[][]::new);
  }

  /** One model's. */
  private static FrameSigma only(FrameSigma all, int model) {
    return new FrameSigma(
        new Prediction[] {all.models()[model]},
        all.modelEnergy()[model],
        all.modelForce()[model],
        all.rmsForce(),
        new double[] {all.modelEnergy()[model]},
        new double[] {all.modelForce()[model]},
        all.component(),
        all.about());
  }

  /** Error of an atom's force vector. */
  private static double largest(Prediction model, Labels known) {
    double largest = 0;
    for (int c = 0; c < known.force().length; c += 3) {
      double square = 0;
      for (int k = c; k < c + 3; k++) {
        double off = model.force()[k] - known.force()[k];
        square += off * off;
      }
      largest = Math.max(largest, square);
    }
    return Math.sqrt(largest);
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
