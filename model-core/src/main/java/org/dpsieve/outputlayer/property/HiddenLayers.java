package org.dpsieve.outputlayer.property;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.dpsieve.infer.AtomFeatures;
import org.dpsieve.model.Layer;
import org.dpsieve.model.Network;

/** Hidden layers of nets, for a frame's atoms at once: all that is before the output layer. */
final class HiddenLayers {
  private HiddenLayers() {}

  /**
   * @param nets by type, whose last layer has no part in it; empty to leave everything as it is
   * @param features whose hidden layer is what goes into the nets
   */
  static AtomFeatures apply(List<Network> nets, AtomFeatures features) {
    if (nets.isEmpty()) {
      return features;
    }
    Map<Network, List<Integer>> atoms = new IdentityHashMap<>();
    for (int i = 0; i < features.types().length; i++) {
      if (features.hidden()[i] != null) {
        atoms.computeIfAbsent(nets.get(features.types()[i]), net -> new ArrayList<>()).add(i);
      }
    }
    double[][] hidden = new double[features.types().length][];
    atoms.forEach(
        (net, some) -> {
          double[] x = new double[some.size() * net.inputSize()];
          for (int row = 0; row < some.size(); row++) {
            double[] own = features.hidden()[some.get(row)];
            System.arraycopy(own, 0, x, row * own.length, own.length);
          }
          List<Layer> layers = net.layers().subList(0, net.layers().size() - 1);
          for (Layer layer : layers) {
            x = apply(layer, x, some.size());
          }
          int width = layers.get(layers.size() - 1).outputs();
          for (int row = 0; row < some.size(); row++) {
            hidden[some.get(row)] = java.util.Arrays.copyOfRange(x, row * width, (row + 1) * width);
          }
        });
    return new AtomFeatures(features.types(), hidden, features.equivariant());
  }

  /** Row-major [rows, outputs]. */
  private static double[] apply(Layer layer, double[] x, int rows) {
    int outputs = layer.outputs();
    double[] y = Products.times(x, rows, layer.inputs(), layer.weight(), outputs);
    for (int row = 0; row < rows; row++) {
      for (int j = 0; j < outputs; j++) {
        int k = row * outputs + j;
        y[k] = layer.activation().value(y[k] + layer.bias()[j]);
        if (layer.idt() != null) {
          y[k] *= layer.idt()[j];
        }
        if (layer.shortcut() != Layer.Shortcut.NONE) {
          y[k] += x[row * layer.inputs() + j % layer.inputs()];
        }
      }
    }
    return y;
  }
}
