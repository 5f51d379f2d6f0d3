package org.dpsieve.uncertainty;

import java.util.ArrayList;
import java.util.List;
import org.dpsieve.infer.Prediction;
import org.dpsieve.infer.Reading;
import org.dpsieve.model.DeepPotential;
import org.dpsieve.outputlayer.OutputParameters;

/** Members of an ensemble that differ from one model in their output layers alone. */
final class MemberReading {
  private final int place;
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
    for (double[] change : changes) {
      layers.add(asked.add(place, model, parameters, change));
    }
  }

  /** What the members say, without energies of single atoms; NaN where the frame makes no sense. */
  Prediction[] of(Reading[] readings) {
    Reading reading = readings[place];
    Prediction model = reading.prediction();
    Prediction[] members = new Prediction[layers.size()];
    for (int m = 0; m < members.length; m++) {
      if (reading.others() == null) {
        members[m] = model;
        continue;
      }
      Reading.Other other = reading.others()[layers.get(m)];
      members[m] =
          new Prediction(
              model.energy() + other.energy(),
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
