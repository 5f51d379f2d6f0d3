package org.dpsieve.outputlayer.property;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.dpsieve.error.InputException;
import org.dpsieve.frame.Frame;
import org.dpsieve.infer.AtomFeatures;
import org.dpsieve.infer.PropertyEnsemble;
import org.dpsieve.infer.PropertyPrediction;
import org.dpsieve.model.PropertyModel;
import org.dpsieve.text.Counted;

/** Models of a property that say how far off they may be. Safe for use by many threads. */
public final class UncertainProperties {
  private final PropertyEnsemble ensemble;
  private final List<PropertySpread> spreads;

  private UncertainProperties(PropertyEnsemble ensemble, List<PropertySpread> spreads) {
    this.ensemble = ensemble;
    this.spreads = List.copyOf(spreads);
  }

  /**
   * @param spreads one of each model; empty where nobody knows
   * @throws InputException as {@link PropertyEnsemble#of} does
   */
  public static UncertainProperties of(List<PropertyModel> models, List<PropertySpread> spreads) {
    if (!spreads.isEmpty() && spreads.size() != models.size()) {
      throw new IllegalArgumentException(
          "%s of %s"
              .formatted(Counted.of(spreads.size(), "spread"), Counted.of(models.size(), "model")));
    }
    return new UncertainProperties(PropertyEnsemble.of(models), spreads);
  }

  /** The models alone. */
  public PropertyEnsemble ensemble() {
    return ensemble;
  }

  public boolean isUncertain() {
    return !spreads.isEmpty();
  }

  /** Of each model; empty where nobody knows. */
  public List<PropertySpread> spreads() {
    return spreads;
  }

  /**
   * Of one frame.
   *
   * @param models what each model says
   * @param sigma standard deviation of each model's error, [models][components]; {@code null} where
   *     nobody knows
   */
  public record Answer(PropertyPrediction[] models, double[][] sigma) {
    /** Root mean square of the standard deviations over the models, [components]. */
    public double[] rmsSigma() {
      double[] square = new double[sigma[0].length];
      for (double[] model : sigma) {
        for (int c = 0; c < square.length; c++) {
          square[c] += model[c] * model[c] / sigma.length;
        }
      }
      return Arrays.stream(square).map(Math::sqrt).toArray();
    }
  }

  /**
   * Asks all models.
   *
   * @return of each frame; NaN where its geometry makes no sense
   * @throws InputException as {@link PropertyEnsemble#evaluate} does
   */
  public List<Answer> answer(List<Frame> frames) {
    List<Answer> answers = new ArrayList<>(frames.size());
    for (AtomFeatures[] features : ensemble.features(frames)) {
      int atoms = frames.get(answers.size()).atomCount();
      answers.add(
          new Answer(
              ensemble.predictions(features, atoms), spreads.isEmpty() ? null : sigma(features)));
    }
    return answers;
  }

  private double[][] sigma(AtomFeatures[] features) {
    double[][] sigma = new double[spreads.size()][ensemble.head().dimension()];
    for (int m = 0; m < sigma.length; m++) {
      if (features == null) {
        Arrays.fill(sigma[m], Double.NaN);
      } else {
        sigma[m] = spreads.get(m).sigma(features[m]);
      }
    }
    return sigma;
  }
}
