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

  /**
   * The net of the other inputs, where some always have the same value.
   *
   * @param from first input that is held
   * @param values theirs
   */
  public Network holding(int from, double[] values) {
    List<Layer> others = new ArrayList<>(withoutFirstShortcut().layers);
    others.set(0, others.get(0).holding(from, values));
    return new Network(others);
  }

  /**
   * The same net with a first layer that passes no inputs by: where it did, a linear layer before
   * it hands them on.
   */
  public Network withoutFirstShortcut() {
    Layer first = layers.get(0);
    if (first.shortcut() == Layer.Shortcut.NONE) {
      return this;
    }
    int inputs = first.inputs();
    double[] identity = new double[inputs * inputs];
    for (int i = 0; i < inputs; i++) {
      identity[i * inputs + i] = 1;
    }
    List<Layer> others = new ArrayList<>(layers);
    others.add(0, Layer.linear(inputs, inputs, identity, new double[inputs]));
    return new Network(others);
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
