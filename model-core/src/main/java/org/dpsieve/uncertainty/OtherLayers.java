package org.dpsieve.uncertainty;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.dpsieve.model.DeepPotential;
import org.dpsieve.outputlayer.OutputParameters;

/** Changes of output layers that an ensemble is asked about, each of them once. */
final class OtherLayers {
  private final List<List<double[][]>> layers = new ArrayList<>();

  OtherLayers(int models) {
    for (int m = 0; m < models; m++) {
      layers.add(new ArrayList<>());
    }
  }

  /**
   * Asks about a change.
   *
   * @param place of the model in the ensemble
   * @param parameters which of its weights these are
   * @param changes of them, [size]
   * @return its place in {@link org.dpsieve.infer.Reading#others}
   */
  int add(int place, DeepPotential model, OutputParameters parameters, double[] changes) {
    double[][] layer = parameters.byType(model, changes);
    List<double[][]> known = layers.get(place);
    for (int k = 0; k < known.size(); k++) {
      if (Arrays.deepEquals(known.get(k), layer)) {
        return k;
      }
    }
    known.add(layer);
    return known.size() - 1;
  }

  /** For {@link org.dpsieve.infer.LayerReader#read}: [models][layers][types][width + 1]. */
  double[][][][] all() {
    return layers.stream().map(l -> l.toArray(double[][][]::new)).toArray(double[][][][]::new);
  }
}
