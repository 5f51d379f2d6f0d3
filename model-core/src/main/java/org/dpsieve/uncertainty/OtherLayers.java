package org.dpsieve.uncertainty;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.dpsieve.model.DeepPotential;
import org.dpsieve.outputlayer.OutputParameters;

/** Output layers that an ensemble is asked about beside its models' own, each of them once. */
final class OtherLayers {
  private final List<List<double[][]>> layers = new ArrayList<>();

  OtherLayers(int models) {
    for (int m = 0; m < models; m++) {
      layers.add(new ArrayList<>());
    }
  }

  /**
   * Asks about a layer.
   *
   * @param place of the model in the ensemble
   * @param parameters which of its weights these are
   * @param weights of the layer, biases, which move no atom, left aside
   * @return its place in {@link org.dpsieve.infer.Reading#others}
   */
  int add(int place, DeepPotential model, OutputParameters parameters, double[] weights) {
    double[][] layer = byType(model, parameters, weights);
    List<double[][]> known = layers.get(place);
    for (int k = 0; k < known.size(); k++) {
      if (Arrays.deepEquals(known.get(k), layer)) {
        return k;
      }
    }
    known.add(layer);
    return known.size() - 1;
  }

  /** Weights of each type, zeros of types without parameters. */
  private static double[][] byType(
      DeepPotential model, OutputParameters parameters, double[] weights) {
    double[][] byType = new double[model.typeCount()][];
    for (int type = 0; type < byType.length; type++) {
      if (parameters.includes(type)) {
        int from = parameters.offset(type);
        byType[type] = Arrays.copyOfRange(weights, from, from + parameters.width(type));
      } else {
        int last = model.fitting().networks()[type].layers().size() - 1;
        byType[type] = new double[model.fitting().networks()[type].layers().get(last).inputs()];
      }
    }
    return byType;
  }

  /** For {@link org.dpsieve.infer.Ensemble#read}: [models][layers][types][width]. */
  double[][][][] all() {
    return layers.stream().map(l -> l.toArray(double[][][]::new)).toArray(double[][][][]::new);
  }
}
