package org.dpsieve.model;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A feed-forward net: an embedding net, or a fitting net whose last layer is the linear output
 * layer.
 */
public record Network(List<Layer> layers) implements Embedding {
  public Network {
    layers = List.copyOf(layers);
  }

  public int inputSize() {
    return layers.get(0).inputs();
  }

  @Override
  public int outputSize() {
    return outputLayer().outputs();
  }

  /**
   * The net's value, in plain loops.
   *
   * @param x [inputSize]
   * @return [outputSize]
   */
  public double[] apply(double[] x) {
    double[] value = x;
    for (Layer layer : layers) {
      value = layer.apply(value);
    }
    return value;
  }

  /** The last layer. */
  public Layer outputLayer() {
    return layers.get(layers.size() - 1);
  }

  /** With all outputs multiplied; the last layer is linear. */
  Network times(double factor) {
    Layer last = outputLayer();
    List<Layer> others = new ArrayList<>(layers);
    others.set(
        layers.size() - 1,
        new Layer(
            last.inputs(),
            last.outputs(),
            Arrays.stream(last.weight()).map(w -> factor * w).toArray(),
            Arrays.stream(last.bias()).map(b -> factor * b).toArray(),
            last.idt(),
            last.activation(),
            last.shortcut()));
    return new Network(others);
  }
}
