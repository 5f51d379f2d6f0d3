package org.dpsieve.outputlayer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.dpsieve.error.UnsupportedModelException;
import org.dpsieve.model.Activation;
import org.dpsieve.model.DeepPotential;
import org.dpsieve.model.Layer;
import org.dpsieve.model.Network;

/**
 * Where the output layers' numbers sit in one vector of parameters: type after type, the weights of
 * the last hidden layer's outputs, then the bias. Types that are not solved for have no place;
 * types that share an output layer share its weights. The bias is each type's own: another level of
 * theory moves the energies of elements by different amounts, and every format has a constant
 * energy by type to keep the difference in ({@code bias_atom_e}).
 */
public final class OutputParameters {
  private final int[] offset; // -1: not solved for
  private final int[] width;
  private final int[] bias;
  private final int size;

  private OutputParameters(int[] offset, int[] width, int[] bias, int size) {
    this.offset = offset;
    this.width = width;
    this.bias = bias;
    this.size = size;
  }

  /**
   * Checks that the model's energy is linear in its output layers.
   *
   * @param present which types are solved for, [nTypes]; types whose atoms have no energy are not
   * @throws UnsupportedModelException when it is not
   */
  public static OutputParameters of(DeepPotential model, boolean[] present) {
    int types = model.typeCount();
    Map<double[], Integer> weights = new IdentityHashMap<>();
    int[] offset = new int[types];
    int[] width = new int[types];
    int[] bias = new int[types];
    Arrays.fill(offset, -1);
    int next = 0;
    for (int type = 0; type < types; type++) {
      requireHidden(model, type);
      if (present[type] && !model.excludedTypes().contains(type)) {
        requireLinear(model, type);
        Layer layer = outputLayer(model, type);
        width[type] = layer.inputs();
        Integer shared = weights.putIfAbsent(layer.weight(), next);
        offset[type] = shared == null ? next : shared;
        next += shared == null ? width[type] : 0;
        bias[type] = next++;
      }
    }
    return new OutputParameters(offset, width, bias, next);
  }

  /** Refuses by name what cannot be solved for, whatever the types. */
  public static void requireSolvable(DeepPotential model) {
    boolean[] all = new boolean[model.typeCount()];
    Arrays.fill(all, true);
    of(model, all);
  }

  private static void requireLinear(DeepPotential model, int type) {
    List<Layer> layers = model.fitting().networks()[type].layers();
    Layer last = layers.get(layers.size() - 1);
    if (last.outputs() != 1
        || !last.activation().equals(Activation.LINEAR)
        || last.shortcut() != Layer.Shortcut.NONE
        || last.idt() != null) {
      throw new UnsupportedModelException(
          "%s: the fitting net of %s does not end in a linear layer with one output; only such an output layer can be solved for, train others with the engine 'dp'"
              .formatted(model.name(), model.typeMap().get(type)));
    }
  }

  /** Of every type, also of those without a label: whoever reads the hidden layers reads all. */
  private static void requireHidden(DeepPotential model, int type) {
    if (model.fitting().networks()[type].layers().size() < 2) {
      throw new UnsupportedModelException(
          "%s: the fitting net of %s has no hidden layer; its output layer cannot be solved for, train it with the engine 'dp'"
              .formatted(model.name(), model.typeMap().get(type)));
    }
  }

  private static Layer outputLayer(DeepPotential model, int type) {
    List<Layer> layers = model.fitting().networks()[type].layers();
    return layers.get(layers.size() - 1);
  }

  /** How many parameters. */
  public int size() {
    return size;
  }

  public boolean includes(int type) {
    return offset[type] >= 0;
  }

  /** Place of the first weight of a type. */
  public int offset(int type) {
    return offset[type];
  }

  /** How many weights a type has, its bias not counted. */
  public int width(int type) {
    return width[type];
  }

  /** Place of the bias of a type. */
  public int bias(int type) {
    return bias[type];
  }

  /** Places of the biases, in the order of the types. */
  public int[] biases() {
    return IntStream.range(0, offset.length)
        .filter(this::includes)
        .map(type -> bias[type])
        .toArray();
  }

  /**
   * Numbers of every type's output layer; zeros of types without parameters.
   *
   * @param numbers by parameter, [size]
   * @return [types][width + 1], the bias last
   */
  public double[][] byType(DeepPotential model, double[] numbers) {
    double[][] byType = new double[offset.length][];
    for (int type = 0; type < byType.length; type++) {
      byType[type] = new double[outputLayer(model, type).inputs() + 1];
      if (includes(type)) {
        System.arraycopy(numbers, offset[type], byType[type], 0, width[type]);
        byType[type][width[type]] = numbers[bias[type]];
      }
    }
    return byType;
  }

  /** The model's own parameters, [size]. */
  public double[] read(DeepPotential model) {
    double[] parameters = new double[size];
    for (int type = 0; type < offset.length; type++) {
      if (includes(type)) {
        Layer layer = outputLayer(model, type);
        System.arraycopy(layer.weight(), 0, parameters, offset[type], width[type]);
        parameters[bias[type]] = layer.bias()[0];
      }
    }
    return parameters;
  }

  /**
   * As {@link #read}, with the constant energies of the types in their biases: the same for the
   * same energies, also of a model that came back from a file with one bias for all types.
   */
  public double[] readWithLevels(DeepPotential model) {
    double[] parameters = read(model);
    for (int type = 0; type < offset.length; type++) {
      if (includes(type)) {
        parameters[bias[type]] += model.fitting().zeroLevel()[type];
      }
    }
    return parameters;
  }

  /**
   * The model with other output layers; types that are not solved for keep theirs.
   *
   * @param parameters [size]
   */
  public DeepPotential write(DeepPotential model, double[] parameters) {
    Map<double[], double[]> weights = new IdentityHashMap<>();
    for (int type = 0; type < offset.length; type++) {
      if (includes(type)) {
        int from = offset[type];
        weights.putIfAbsent(
            outputLayer(model, type).weight(),
            Arrays.copyOfRange(parameters, from, from + width[type]));
      }
    }
    Map<Network, Map<Double, Network>> changed = new IdentityHashMap<>();
    Network[] networks = model.fitting().networks().clone();
    for (int type = 0; type < networks.length; type++) {
      Layer last = networks[type].outputLayer();
      double[] weight = weights.get(last.weight());
      if (weight != null) { // also of a type that is not solved for, but shares it
        double own = includes(type) ? parameters[bias[type]] : last.bias()[0];
        Network old = networks[type];
        networks[type] =
            changed
                .computeIfAbsent(old, net -> new HashMap<>())
                .computeIfAbsent(own, one -> with(old, weight, one));
      }
    }
    return model.withFitting(model.fitting().withNetworks(networks));
  }

  private static Network with(Network network, double[] weight, double bias) {
    List<Layer> layers = new ArrayList<>(network.layers());
    Layer last = Layer.linear(weight.length, 1, weight, new double[] {bias});
    layers.set(layers.size() - 1, last);
    return new Network(layers);
  }
}
