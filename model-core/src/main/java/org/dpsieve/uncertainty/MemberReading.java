package org.dpsieve.uncertainty;

import java.util.ArrayList;
import java.util.List;
import org.dpsieve.infer.Prediction;
import org.dpsieve.infer.Reading;
import org.dpsieve.model.DeepPotential;
import org.dpsieve.outputlayer.EnergyRow;
import org.dpsieve.outputlayer.OutputParameters;

/** Members of an ensemble that differ from one model in their output layers alone. */
final class MemberReading {
  private final int place;
  private final EnergyRow row;
  private final List<double[]> changes;
  private final List<Integer> layers = new ArrayList<>();

  /**
   * @param place of the model in the ensemble
   * @param present which of its types have labels
   * @param changes of its parameters, [members][size]
   * @param asked hears which layers to read
   */
  MemberReading(
      DeepPotential model, int place, boolean[] present, double[][] changes, OtherLayers asked) {
    OutputParameters parameters = OutputParameters.of(model, present);
    this.place = place;
    this.row = EnergyRow.of(model, parameters);
    this.changes = List.of(changes);
    for (double[] change : changes) {
      layers.add(asked.add(place, model, parameters, change));
    }
  }

  /** What the members say, without energies of single atoms; NaN where the frame makes no sense. */
  Prediction[] of(Reading[] readings) {
    Reading reading = readings[place];
    Prediction model = reading.prediction();
    Prediction[] members = new Prediction[changes.size()];
    for (int m = 0; m < members.length; m++) {
      if (reading.hidden() == null) {
        members[m] = model;
        continue;
      }
      double[] ofEnergy = row.of(reading.hidden(), reading.atoms());
      double energy = 0;
      for (int k = 0; k < ofEnergy.length; k++) {
        energy += ofEnergy[k] * changes.get(m)[k];
      }
      int atoms = model.force().length / 3;
      Reading.Other other = reading.others()[layers.get(m)];
      members[m] =
          new Prediction(
              model.energy() + atoms * energy,
              plus(model.force(), other.force()),
              plus(model.virial(), other.virial()),
              new double[0]);
    }
    return members;
  }

  private static double[] plus(double[] a, double[] b) {
    double[] sum = a.clone();
    for (int k = 0; k < sum.length; k++) {
      sum[k] += b[k];
    }
    return sum;
  }
}
