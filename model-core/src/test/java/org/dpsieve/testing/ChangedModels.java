package org.dpsieve.testing;

import java.util.Arrays;
import org.dpsieve.model.DeepPotential;
import org.dpsieve.model.Layer;
import org.dpsieve.model.Network;

/** Models as if they had been trained on. */
public final class ChangedModels {
  private ChangedModels() {}

  /**
   * Every weight of the output layer plus {@code shift}, its bias twice that, and of each type a
   * quarter more than of the one before.
   */
  public static DeepPotential withOutputLayer(DeepPotential model, double shift) {
    Network[] networks = model.fitting().networks().clone();
    for (int type = 0; type < networks.length; type++) {
      Layer last = networks[type].outputLayer();
      double[] weight = Arrays.stream(last.weight()).map(w -> w + shift).toArray();
      double[] bias = {last.bias()[0] + 2 * shift + 0.25 * type};
      Layer[] layers = networks[type].layers().toArray(Layer[]::new);
      layers[layers.length - 1] =
          new Layer(last.inputs(), 1, weight, bias, null, last.activation(), last.shortcut());
      networks[type] = new Network(Arrays.asList(layers));
    }
    return model.withFitting(model.fitting().withNetworks(networks));
  }
}
