package org.dpsieve.outputlayer;

import java.util.ArrayList;
import java.util.Arrays;
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
 * types that share an output layer share theirs, and types that share its weights alone, these.
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
    Map<Layer, Integer> biases = new IdentityHashMap<>();
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
        Integer same = biases.putIfAbsent(layer, next);
        bias[type] = same == null ? next : same;
        next += same == null ? 1 : 0;
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

  /** Places of the biases, in the order of the types, each once. */
  public int[] biases() {
    return IntStream.range(0, offset.length)
        .filter(this::includes)
        .map(type -> bias[type])
        .distinct()
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
   * The model with other output layers; types that are not solved for keep theirs.
   *
   * @param parameters [size]
   */
  public DeepPotential write(DeepPotential model, double[] parameters) {
    Map<double[], double[]> weights = new IdentityHashMap<>();
    Map<Layer, Layer> outputs = new IdentityHashMap<>();
    Map<Network, Network> changed = new IdentityHashMap<>();
    for (int type = 0; type < offset.length; type++) {
      if (includes(type)) {
        Network old = model.fitting().networks()[type];
        List<Layer> layers = new ArrayList<>(old.layers());
        int from = offset[type];
        Layer last = old.outputLayer();
        weights.putIfAbsent(
            last.weight(), Arrays.copyOfRange(parameters, from, from + width[type]));
        double[] weight = weights.get(last.weight());
        double[] own = {parameters[bias[type]]};
        Layer other =
            new Layer(last.inputs(), 1, weight, own, null, last.activation(), last.shortcut());
        outputs.putIfAbsent(last, other);
        layers.set(layers.size() - 1, outputs.get(last));
        changed.putIfAbsent(old, new Network(layers));
      }
    }
    Network[] networks = model.fitting().networks().clone();
    for (int type = 0; type < networks.length; type++) {
      Network old = networks[type];
      Layer last = old.outputLayer();
      double[] weight = weights.get(last.weight());
      if (weight != null && !changed.containsKey(old)) { // its weights are another type's
        List<Layer> layers = new ArrayList<>(old.layers());
        layers.set(layers.size() - 1, Layer.linear(last.inputs(), 1, weight, last.bias()));
        changed.put(old, new Network(layers));
      }
      networks[type] = changed.getOrDefault(old, old);
    }
    return model.withFitting(model.fitting().withNetworks(networks));
  }
}
