package org.dpsieve.spark.study;

import java.util.ArrayList;
import java.util.List;
import org.dpsieve.outputlayer.LearningCurve;
import org.dpsieve.outputlayer.LossPrefactors;
import org.dpsieve.outputlayer.NormalEquations;
import org.dpsieve.outputlayer.OutputLayerFit;
import org.dpsieve.outputlayer.OutputPosterior;

/** The output layers of all models, solved again whenever there are more labels. */
final class StudyTraining {
  private final StudyPool data;
  private final StudyTrainer trainer;
  private final List<NormalEquations[]> sums = new ArrayList<>();
  private final List<List<StudyFrame>> folds = new ArrayList<>();
  private double[] ridges; // of all labels so far; null until they are asked for
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
      sums.get(m)[fold].add(frame.frame(), frame.features(m), data.start()[m]);
    }
    folds.get(fold).add(frame);
    ridges = null;
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

  /** Each model's parameters by all labels so far. */
  double[][] parameters() {
    return parametersWithout(-1);
  }

  /** By all labels but those of a fold, with the ridge of all; -1 to leave out none. */
  double[][] parametersWithout(int fold) {
    double[][] parameters = new double[sums.size()][];
    for (int m = 0; m < parameters.length; m++) {
      double[] change =
          trainer.change(rest(m, fold), data.start()[m], data.biases()[m], ridges()[m]);
      parameters[m] = data.start()[m].clone();
      for (int k = 0; k < change.length; k++) {
        parameters[m][k] += change[k];
      }
    }
    return parameters;
  }

  /** What the same labels leave open of each model, as if they were as many as all. */
  OutputPosterior[] posteriorsWithout(int fold) {
    OutputPosterior[] posteriors = new OutputPosterior[sums.size()];
    for (int m = 0; m < posteriors.length; m++) {
      NormalEquations rest = rest(m, fold);
      posteriors[m] =
          OutputPosterior.of(rest, trainer.prefactors(), ridges()[m])
              .withLabels(rest.frames(), frames);
    }
    return posteriors;
  }

  /** {@code null} where labels are too few. */
  LearningCurve curve() {
    LossPrefactors[] prefactors = new LossPrefactors[sums.size()];
    java.util.Arrays.fill(prefactors, trainer.prefactors());
    return LearningCurve.of(
        sums.toArray(NormalEquations[][]::new), prefactors, data.biases(), ridges());
  }

  private NormalEquations rest(int model, int without) {
    NormalEquations rest = new NormalEquations(data.start()[model].length);
    for (int fold = 0; fold < OutputLayerFit.FOLDS; fold++) {
      if (fold != without) {
        rest.add(sums.get(model)[fold]);
      }
    }
    return rest;
  }
}
