package org.dpsieve.deviation;

import java.util.List;
import org.dpsieve.infer.PropertyPrediction;

/**
 * How far models of a property disagree about a frame: the standard deviation over the models (of
 * all of them, not of a sample, as {@code dp model-devi} has it) of each component of its value, in
 * the property's unit.
 *
 * @param max the largest of the components'
 * @param min the smallest
 * @param avg their mean
 */
public record PropertyDeviation(double max, double min, double avg) {
  /** Names of the numbers, in order. */
  public static final List<String> NAMES = List.of("max_devi_p", "min_devi_p", "avg_devi_p");

  /** NaN where a model gives NaN. */
  public static PropertyDeviation of(PropertyPrediction[] models) {
    return ofErrors(models, mean(models));
  }

  /** What the models say together, [dimension]. */
  public static double[] mean(PropertyPrediction[] models) {
    double[] mean = new double[models[0].value().length];
    for (PropertyPrediction model : models) {
      for (int c = 0; c < mean.length; c++) {
        mean[c] += model.value()[c] / models.length;
      }
    }
    return mean;
  }

  /**
   * Root mean square over the models of each component's error.
   *
   * @param label [dimension]; {@code null} for zeros, as {@code dp} takes labels that are missing
   */
  public static PropertyDeviation ofErrors(PropertyPrediction[] models, double[] label) {
    double max = Double.NEGATIVE_INFINITY;
    double min = Double.POSITIVE_INFINITY;
    double sum = 0;
    int components = models[0].value().length;
    for (int c = 0; c < components; c++) {
      double square = 0;
      for (PropertyPrediction model : models) {
        double off = model.value()[c] - (label == null ? 0 : label[c]);
        square += off * off / models.length;
      }
      double one = Math.sqrt(square);
      max = Math.max(max, one); // NaN stays
      min = Math.min(min, one);
      sum += one;
    }
    return new PropertyDeviation(max, min, sum / components);
  }

  public List<Double> numbers() {
    return List.of(max, min, avg);
  }
}
