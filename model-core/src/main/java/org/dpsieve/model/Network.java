package org.dpsieve.model;

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
}
