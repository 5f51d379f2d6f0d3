package org.dpsieve.model;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/**
 * A model of a quantity that is no energy ({@code fitting_net.type}: {@code property}, {@code dos},
 * {@code dipole}, {@code polar}): everything up to the last hidden layer is as in a Deep Potential,
 * so that is what it is kept as.
 *
 * @param body descriptor, and fitting nets up to the last hidden layer; their output layer is not
 *     the model's, and zero
 * @param head the output layer
 */
public record PropertyModel(DeepPotential body, PropertyHead head) implements Serializable {
  /**
   * Nets whose output layer is one row of zeros; nets that types share stay shared.
   *
   * @param networks [types], each with a hidden layer
   */
  public static Network[] bodies(Network[] networks) {
    Map<Network, Network> without = new IdentityHashMap<>();
    return Arrays.stream(networks)
        .map(net -> without.computeIfAbsent(net, PropertyModel::body))
        .toArray(Network[]::new);
  }

  private static Network body(Network network) {
    List<Layer> layers = new ArrayList<>(network.layers());
    int inputs = network.outputLayer().inputs();
    layers.set(layers.size() - 1, Layer.linear(inputs, 1, new double[inputs], new double[1]));
    return new Network(layers);
  }

  public String name() {
    return body.name();
  }
}
