package org.dpsieve.spark.study;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.dpsieve.outputlayer.ErrorDirections;
import org.dpsieve.outputlayer.ErrorSpread;
import org.dpsieve.outputlayer.LearningCurve;
import org.dpsieve.outputlayer.NormalEquations;
import org.dpsieve.outputlayer.OldLayers;
import org.dpsieve.outputlayer.OldShare;
import org.dpsieve.outputlayer.OutputLayerFit;
import org.dpsieve.outputlayer.OutputPosterior;
import org.dpsieve.outputlayer.TransferFit;

/** The output layers of all models, solved again whenever there are more labels. */
final class StudyTraining {
  private final StudyPool data;
  private final StudyTrainer trainer;
  private final List<NormalEquations[]> sums = new ArrayList<>();
  private final List<List<StudyFrame>> folds = new ArrayList<>();
  private double[] ridges; // of all labels so far; null until they are asked for
  private List<TransferFit> fits; // likewise
  private int frames;

  StudyTraining(StudyPool data, StudyTrainer trainer) {
    this.data = data;
    this.trainer = trainer;
    for (int fold = 0; fold < OutputLayerFit.FOLDS; fold++) {
      folds.add(new ArrayList<>());
    }
    for (double[] start : data.start()) {
      NormalEquations[] parts = new NormalEquations[OutputLayerFit.FOLDS];
      for (int fold = 0; fold < parts.length; fold++) {
        parts[fold] = new NormalEquations(start.length);
      }
      sums.add(parts);
    }
  }

  /** One more label. */
  void add(StudyFrame frame) {
    int fold = frames % OutputLayerFit.FOLDS;
    for (int m = 0; m < sums.size(); m++) {
      double[] start = data.start()[m];
      sums.get(m)[fold].add(frame.frame(), frame.features(m), start, frame.old(), start);
    }
    folds.get(fold).add(frame);
    ridges = null;
    fits = null;
    frames++;
  }

  int frames() {
    return frames;
  }

  List<StudyFrame> fold(int fold) {
    return folds.get(fold);
  }

  private double[] ridges() {
    if (ridges == null) {
      ridges = trainer.ridges(sums, data.start(), data.biases());
    }
    return ridges;
  }

  private List<TransferFit> fits() {
    if (fits == null) {
      fits = new ArrayList<>();
      for (int m = 0; m < sums.size(); m++) {
        OldLayers layers = data.old().isEmpty() ? null : data.old().get(m);
        fits.add(trainer.fit(sums.get(m), data.biases()[m], layers));
      }
    }
    return fits;
  }

  /** Each model's parameters by all labels so far. */
  double[][] parameters() {
    return parametersWithout(-1);
  }

  /** By all labels but those of a fold, with the ridge of all; -1 to leave out none. */
  double[][] parametersWithout(int fold) {
    double[][] parameters = new double[sums.size()][];
    for (int m = 0; m < parameters.length; m++) {
      parameters[m] =
          trainer.fitsAsLoop()
              ? sum(base(m), change(m, fold))
              : sum(
                  data.start()[m],
                  trainer.change(
                      OutputLayerFit.sum(sums.get(m), fold),
                      data.start()[m],
                      data.biases()[m],
                      ridges()[m]));
    }
    return parameters;
  }

  /**
   * Ensembles out of each single model, as the loop makes them.
   *
   * @param most frames of a fold that are looked at
   * @return changes of the parameters, [models][members][size]
   */
  double[][][] members(int most, int members) {
    int count = sums.size();
    List<ErrorDirections> directions = new ArrayList<>();
    List<List<ErrorDirections.Observation>> observations = new ArrayList<>();
    for (int m = 0; m < count; m++) {
      NormalEquations all = OutputLayerFit.sum(sums.get(m), -1);
      directions.add(ErrorDirections.of(all, data.biases()[m]));
      observations.add(new ArrayList<>());
    }
    for (int fold = 0; fold < folds.size(); fold++) {
      double[][] without = parametersWithout(fold);
      for (StudyFrame frame : folds.get(fold).stream().limit(most).toList()) {
        for (int m = 0; m < count; m++) {
          observations
              .get(m)
              .add(directions.get(m).observe(frame.frame(), frame.features(m), without[m]));
        }
      }
    }
    double[][][] all = new double[count][][];
    for (int m = 0; m < count; m++) {
      all[m] = ErrorSpread.of(directions.get(m), observations.get(m)).members(members, m);
    }
    return all;
  }

  private double[] change(int model, int fold) {
    TransferFit fit = fits().get(model);
    return fit.change(trainer.prefactors(), fold);
  }

  /** What the change that was fitted last is added to. */
  private double[] base(int model) {
    return fits().get(model).usesOld() ? fitted(model) : data.start()[model];
  }

  /** A model's parameters fitted to the old labels, where those are used. */
  double[] fitted(int model) {
    return sum(data.start()[model], fits().get(model).old().change());
  }

  static double[] sum(double[] a, double[] b) {
    double[] sum = a.clone();
    for (int k = 0; k < sum.length; k++) {
      sum[k] += b[k];
    }
    return sum;
  }

  /** What the same labels leave open of each model, as if they were as many as all. */
  OutputPosterior[] posteriorsWithout(int fold) {
    OutputPosterior[] posteriors = new OutputPosterior[sums.size()];
    for (int m = 0; m < posteriors.length; m++) {
      TransferFit fit = fits().get(m);
      NormalEquations rest = OutputLayerFit.sum(fit.folds(), fold);
      posteriors[m] =
          OutputPosterior.of(rest, trainer.prefactors(), fit.restraint(), fit.fit().ridge())
              .withLabels(rest.frames(), frames);
    }
    return posteriors;
  }

  /** {@code null} where labels are too few. */
  LearningCurve curve() {
    return LearningCurve.of(fits(), Collections.nCopies(sums.size(), trainer.prefactors()));
  }

  boolean usesOld(int model) {
    return trainer.fitsAsLoop() && fits().get(model).usesOld();
  }

  /** How much of what is left of a frame's old labels is taken over, where they are used. */
  OldShare share(int model) {
    return fits().get(model).share();
  }
}
