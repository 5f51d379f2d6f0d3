package org.dpsieve.outputlayer.property;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.dpsieve.error.UnsupportedModelException;
import org.dpsieve.model.Activation;
import org.dpsieve.model.DeepPotential;
import org.dpsieve.model.EnergyFitting;
import org.dpsieve.model.Layer;
import org.dpsieve.model.Network;
import org.dpsieve.model.PropertyModel;

/**
 * What an output layer of a property may stand on, made of a model of energies: its own last hidden
 * layer, or one made of its descriptor.
 */
public final class PropertyBodies {
  /** Directions of the descriptor whose variance is below this part of the largest say nothing. */
  private static final double LEAST_VARIANCE = 1e-12;

  private PropertyBodies() {}

  /**
   * The model's own hidden layers.
   *
   * @throws UnsupportedModelException when it has none, or takes more than a descriptor
   */
  public static DeepPotential hidden(DeepPotential model) {
    requireUsable(model);
    return with(model, PropertyModel.bodies(model.fitting().networks()));
  }

  private static void requireUsable(DeepPotential model) {
    String feature = model.additions().kind().orElse(null);
    if (model.fitting().extraInputs().size() > 0) {
      feature = "numb_fparam, numb_aparam or dim_case_embd";
    }
    if (Arrays.stream(model.fitting().networks()).anyMatch(net -> net.layers().size() < 2)) {
      feature = "a fitting net without hidden layers";
    }
    if (feature != null) {
      throw new UnsupportedModelException(
          "%s: a property cannot be learnt from a model with %s; expected descriptor and hidden layers alone"
              .formatted(model.name(), feature));
    }
  }

  /** The descriptor itself: a hidden layer that hands it on. */
  static DeepPotential descriptor(DeepPotential model) {
    int size = model.descriptor().size();
    Layer layer = Layer.linear(size, size, PropertyBases.identity(size), new double[size]);
    return ofLayers(model, group -> layer);
  }

  /**
   * The leading principal components of the descriptor.
   *
   * @param moments of the descriptor, by net
   * @param most components
   */
  static DeepPotential components(DeepPotential model, HiddenMoments[] moments, int most) {
    int kept = Arrays.stream(moments).mapToInt(m -> kept(m, most)).max().orElseThrow();
    return ofLayers(
        model,
        group -> {
          double[] weight = leading(moments[group], kept);
          return Layer.linear(
              moments[group].size(), kept, weight, bias(moments[group], weight, kept));
        });
  }

  /**
   * Random features: a hidden layer of random weights on the principal components, as a kernel
   * ridge regression of a smooth kernel has them (Rahimi, Recht 2007).
   *
   * @param features how many
   * @param sharpness standard deviation of what goes into the tanh
   */
  static DeepPotential random(
      DeepPotential model, HiddenMoments[] moments, int features, double sharpness) {
    return ofLayers(
        model,
        group -> {
          int size = moments[group].size();
          int kept = kept(moments[group], features);
          double[] leading = leading(moments[group], kept);
          Random random = new Random(7 + group);
          double[] mix = new double[kept * features];
          for (int k = 0; k < mix.length; k++) {
            mix[k] = sharpness * random.nextGaussian();
          }
          double[] weight = Products.times(leading, size, kept, mix, features);
          double[] bias = bias(moments[group], weight, features);
          for (int f = 0; f < features; f++) {
            bias[f] += sharpness * random.nextGaussian();
          }
          return tanh(size, weight, bias);
        });
  }

  static Layer tanh(int size, double[] weight, double[] bias) {
    return new Layer(size, bias.length, weight, bias, null, Activation.TANH, Layer.Shortcut.NONE);
  }

  /**
   * Eigenvectors of the covariance, of all components together of variance 1, row-major [size,
   * kept].
   */
  private static double[] leading(HiddenMoments moments, int kept) {
    double[] values = moments.variances();
    double total = Arrays.stream(values).sum();
    double factor = total > 0 ? 1 / Math.sqrt(total) : 1;
    double[] vectors = moments.directions(kept);
    for (int i = 0; i < vectors.length; i++) {
      vectors[i] *= factor;
    }
    return vectors;
  }

  private static int kept(HiddenMoments moments, int most) {
    double[] values = moments.variances();
    int kept = 1;
    while (kept < Math.min(most, values.length) && values[kept] > LEAST_VARIANCE * values[0]) {
      kept++;
    }
    return kept;
  }

  private static double[] bias(HiddenMoments moments, double[] weight, int outputs) {
    double[] bias = new double[outputs];
    double[] mean = moments.mean();
    for (int i = 0; i < mean.length; i++) {
      for (int k = 0; k < outputs; k++) {
        bias[k] -= mean[i] * weight[i * outputs + k];
      }
    }
    return bias;
  }

  interface LayerOfGroup {
    Layer of(int group);
  }

  static DeepPotential ofLayers(DeepPotential model, LayerOfGroup layers) {
    requireUsable(model);
    int[] groups = groups(model);
    List<Network> nets = new ArrayList<>();
    for (int g = 0; g <= Arrays.stream(groups).max().orElseThrow(); g++) {
      Layer layer = layers.of(g);
      int width = layer.outputs();
      nets.add(
          new Network(List.of(layer, Layer.linear(width, 1, new double[width], new double[1]))));
    }
    return with(model, Arrays.stream(groups).mapToObj(nets::get).toArray(Network[]::new));
  }

  /** The net of each type, numbered from 0. */
  static int[] groups(DeepPotential model) {
    Map<Network, Integer> numbers = new IdentityHashMap<>();
    return Arrays.stream(model.fitting().networks())
        .mapToInt(net -> numbers.computeIfAbsent(net, key -> numbers.size()))
        .toArray();
  }

  private static DeepPotential with(DeepPotential model, Network[] networks) {
    int types = model.typeCount();
    return model.withFitting(
        new EnergyFitting(
            networks,
            new boolean[types],
            new double[types],
            model.fitting().extraInputs(),
            model.fitting().precision()));
  }
}
