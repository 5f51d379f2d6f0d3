package org.dpsieve.spark.study;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import org.dpsieve.outputlayer.LossPrefactors;
import org.dpsieve.outputlayer.NormalEquations;
import org.dpsieve.outputlayer.OutputLayerFit;

/** The output layers of all models, solved again whenever there are more labels. */
final class StudyTraining {
  private final StudyPool data;
  private final LossPrefactors prefactors;
  private final OptionalDouble ridge;
  private final List<NormalEquations[]> sums = new ArrayList<>();
  private int frames;

  /**
   * @param ridge as {@link OutputLayerFit#of} takes it
   */
  StudyTraining(StudyPool data, LossPrefactors prefactors, OptionalDouble ridge) {
    this.data = data;
    this.prefactors = prefactors;
    this.ridge = ridge;
    for (double[] start : data.start()) {
      NormalEquations[] folds = new NormalEquations[OutputLayerFit.FOLDS];
      for (int fold = 0; fold < folds.length; fold++) {
        folds[fold] = new NormalEquations(start.length);
      }
      sums.add(folds);
    }
  }

  /** One more label. */
  void add(StudyFrame frame) {
    for (int m = 0; m < sums.size(); m++) {
      sums.get(m)[frames % OutputLayerFit.FOLDS].add(
          frame.frame(), frame.features(m), data.start()[m]);
    }
    frames++;
  }

  int frames() {
    return frames;
  }

  /** Each model's parameters by all labels so far. */
  double[][] parameters() {
    double[][] parameters = new double[sums.size()][];
    for (int m = 0; m < parameters.length; m++) {
      double[] change =
          OutputLayerFit.of(sums.get(m), prefactors, data.biases()[m], ridge).change();
      parameters[m] = data.start()[m].clone();
      for (int k = 0; k < change.length; k++) {
        parameters[m][k] += change[k];
      }
    }
    return parameters;
  }
}
