package org.dpsieve.infer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.dpsieve.error.InputException;
import org.dpsieve.frame.Frame;
import org.dpsieve.model.PropertyHead;
import org.dpsieve.model.PropertyModel;
import org.dpsieve.text.Counted;

/**
 * Several models of one property, evaluated together in double precision. Safe for use by many
 * threads, as {@link Ensemble} is.
 */
public final class PropertyEnsemble implements AutoCloseable {
  private final List<PropertyModel> models;
  private final Ensemble bodies;

  private PropertyEnsemble(List<PropertyModel> models) {
    this.models = List.copyOf(models);
    bodies = Ensemble.of(models.stream().map(PropertyModel::body).toList());
  }

  /**
   * @param models one or more, of one type map and one property
   * @throws InputException when they are none, or not of one
   */
  public static PropertyEnsemble of(List<PropertyModel> models) {
    if (models.isEmpty()) {
      throw new InputException("an ensemble of no models; expected one or more model files");
    }
    PropertyModel first = models.get(0);
    for (PropertyModel model : models) {
      if (!model.head().property().equals(first.head().property())
          || model.head().dimension() != first.head().dimension()) {
        throw new InputException(
            "%s gives %s (%s), but %s gives %s (%d): models of one ensemble need the same property"
                .formatted(
                    first.name(),
                    first.head().property(),
                    Counted.of(first.head().dimension(), "number"),
                    model.name(),
                    model.head().property(),
                    model.head().dimension()));
      }
    }
    return new PropertyEnsemble(models);
  }

  /** Of the first model; that of the others is the same in all but weights. */
  public PropertyHead head() {
    return models.get(0).head();
  }

  public int modelCount() {
    return models.size();
  }

  public List<String> typeMap() {
    return bodies.typeMap();
  }

  /**
   * Evaluates every model on every frame.
   *
   * @return [frame][model]; NaN where the frame's geometry makes no sense, as {@link #problem} says
   * @throws InputException as {@link Ensemble#evaluate} does
   */
  public List<PropertyPrediction[]> evaluate(List<Frame> frames) {
    List<PropertyPrediction[]> predictions = new ArrayList<>(frames.size());
    for (AtomFeatures[] features : features(frames)) {
      predictions.add(predictions(features, frames.get(predictions.size()).atomCount()));
    }
    return predictions;
  }

  /**
   * What is before the output layers.
   *
   * @return [frame][model]; {@code null} for a frame whose geometry makes no sense
   * @throws InputException as {@link Ensemble#evaluate} does
   */
  public List<AtomFeatures[]> features(List<Frame> frames) {
    return bodies.features(frames);
  }

  /**
   * By the models' output layers.
   *
   * @param features as {@link #features} has them of a frame
   * @return [model]
   */
  public PropertyPrediction[] predictions(AtomFeatures[] features, int atoms) {
    PropertyPrediction[] own = new PropertyPrediction[models.size()];
    for (int m = 0; m < own.length; m++) {
      own[m] =
          features == null
              ? notANumber(head().dimension(), atoms)
              : prediction(models.get(m).head(), features[m]);
    }
    return own;
  }

  /** By the output layer, from what is before it. */
  public static PropertyPrediction prediction(PropertyHead head, AtomFeatures features) {
    int atoms = features.types().length;
    int dimension = head.dimension();
    double[] atomic = new double[atoms * dimension];
    double[] value = new double[dimension];
    int counted = 0;
    for (int i = 0; i < atoms; i++) {
      if (features.hidden()[i] == null) {
        continue;
      }
      counted++;
      double[] one =
          head.value(features.types()[i], features.hidden()[i], features.equivariant()[i]);
      System.arraycopy(one, 0, atomic, i * dimension, dimension);
      for (int k = 0; k < dimension; k++) {
        value[k] += one[k];
      }
    }
    for (int k = 0; head.property().intensive() && k < dimension; k++) {
      value[k] /= counted;
    }
    return new PropertyPrediction(value, atomic);
  }

  private static PropertyPrediction notANumber(int dimension, int atoms) {
    double[] value = new double[dimension];
    double[] atomic = new double[atoms * dimension];
    Arrays.fill(value, Double.NaN);
    Arrays.fill(atomic, Double.NaN);
    return new PropertyPrediction(value, atomic);
  }

  /** Why a frame's results are NaN. */
  public Optional<String> problem(Frame frame) {
    return bodies.problem(frame);
  }

  @Override
  public void close() {
    bodies.close();
  }
}
