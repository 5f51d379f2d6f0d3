package org.dpsieve.uncertainty;

import java.util.ArrayList;
import java.util.List;
import org.dpsieve.infer.Prediction;
import org.dpsieve.infer.Reading;
import org.dpsieve.model.DeepPotential;
import org.dpsieve.outputlayer.EnergyRow;
import org.dpsieve.outputlayer.OutputParameters;

/** Standard deviations of some models of an ensemble, from what it reads. */
final class SigmaReading {
  private final int[] places;
  private final Uncertainty uncertainty;
  private final List<EnergyRow> rows = new ArrayList<>();

  /** By model: where its draw is read; -1 without one. */
  private final int[] draws;

  /**
   * @param models which they are
   * @param places of them in the ensemble
   * @param uncertainty of them
   * @param layers hears which draws to read
   */
  SigmaReading(
      List<DeepPotential> models, int[] places, Uncertainty uncertainty, OtherLayers layers) {
    this.places = places.clone();
    this.uncertainty = uncertainty;
    this.draws = new int[models.size()];
    for (int m = 0; m < draws.length; m++) {
      DeepPotential model = models.get(m);
      OutputParameters parameters = OutputParameters.of(model, uncertainty.present());
      rows.add(EnergyRow.of(parameters));
      draws[m] =
          FrameSigma.drawOf(m, draws.length) == m
              ? layers.add(
                  places[m], model, parameters, uncertainty.posteriors().get(m).draw(places[m]))
              : -1;
    }
  }

  /**
   * A model's row of the energy per atom.
   *
   * @return {@code null} where the frame has an element without labels, or makes no sense
   */
  double[] row(int model, Reading[] readings) {
    Reading reading = readings[places[model]];
    return reading.hidden() != null && rows.get(model).knows(reading.hidden())
        ? rows.get(model).of(reading.hidden(), reading.prediction().force().length / 3)
        : null;
  }

  /**
   * @param members made of the one model; {@code null} where the models are the members
   */
  FrameSigma of(Reading[] readings, Prediction[] members) {
    Prediction[] models = new Prediction[places.length];
    double[] variance = new double[models.length];
    double[][] drawnForce = new double[models.length][];
    double[] first = null;
    for (int m = 0; m < models.length; m++) {
      Reading reading = readings[places[m]];
      models[m] = reading.prediction();
      double[] row = row(m, readings);
      if (m == 0) {
        first = row;
      }
      variance[m] = row == null ? Double.NaN : uncertainty.posteriors().get(m).variance(row);
      if (draws[m] >= 0 && reading.others() != null) {
        drawnForce[m] = reading.others()[draws[m]].force();
      }
    }
    return FrameSigma.of(
        uncertainty, models, members == null ? models : members, variance, drawnForce, first);
  }
}
