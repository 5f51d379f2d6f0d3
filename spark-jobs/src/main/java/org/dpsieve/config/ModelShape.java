package org.dpsieve.config;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.dpsieve.config.reading.Block;
import org.dpsieve.config.reading.Numbers;
import org.dpsieve.model.DeepPotential;
import org.dpsieve.model.Network;
import org.dpsieve.model.SeE2A;

/** Compares what a training input says of a model with the model. */
final class ModelShape {
  private ModelShape() {}

  /** Each difference in the descriptor, {@code "descriptor.rcut: found 6, the model has 8"}. */
  static List<String> descriptor(Block block, DeepPotential model) {
    List<String> differences = new ArrayList<>();
    if (!(model.descriptor() instanceof SeE2A descriptor)) {
      return differences; // dp train itself compares the shapes of other descriptors
    }
    number(differences, block, "rcut", descriptor.rcut());
    number(differences, block, "rcut_smth", descriptor.smoothing().start());
    integers(differences, block, "sel", Arrays.stream(descriptor.sel()).boxed().toList());
    Network net =
        Arrays.stream(descriptor.embedding())
            .flatMap(Arrays::stream)
            .filter(Network.class::isInstance) // a table does not tell
            .map(Network.class::cast)
            .findFirst()
            .orElse(null);
    if (net != null) {
      integers(
          differences,
          block,
          "neuron",
          net.layers().stream().map(layer -> layer.outputs()).toList());
    }
    for (String key : List.of("axis_neuron", "n_axis_neuron")) {
      number(differences, block, key, descriptor.axisNeuron());
    }
    JsonNode oneSide = block.node().get("type_one_side");
    if (oneSide != null
        && oneSide.isBoolean()
        && oneSide.booleanValue() != descriptor.typeOneSide()) {
      differences.add(text(block, "type_one_side", oneSide, descriptor.typeOneSide()));
    }
    return differences;
  }

  /** Likewise in the fitting net. */
  static List<String> fitting(Block block, DeepPotential model) {
    List<String> differences = new ArrayList<>();
    var layers = model.fitting().networks()[0].layers();
    List<Integer> hidden =
        layers.subList(0, layers.size() - 1).stream().map(layer -> layer.outputs()).toList();
    for (String key : List.of("neuron", "n_neuron")) {
      integers(differences, block, key, hidden);
    }
    number(differences, block, "numb_fparam", model.fitting().extraInputs().fparamMean().length);
    number(differences, block, "numb_aparam", model.fitting().extraInputs().aparamMean().length);
    return differences;
  }

  /** Compared in single precision, which is what TensorFlow graphs keep of cutoffs. */
  private static void number(List<String> differences, Block block, String key, double own) {
    JsonNode value = block.node().get(key);
    if (value != null && value.isNumber() && (float) value.doubleValue() != (float) own) {
      differences.add(
          text(block, key, value, Numbers.text(Double.parseDouble(Float.toString((float) own)))));
    }
  }

  private static void integers(
      List<String> differences, Block block, String key, List<Integer> own) {
    JsonNode value = block.node().get(key);
    if (value == null || !value.isArray()) {
      return; // "auto" is what the model was made with
    }
    List<Integer> given = new ArrayList<>();
    value.forEach(item -> given.add(item.asInt()));
    if (!given.equals(own)) {
      differences.add(text(block, key, value, own));
    }
  }

  private static String text(Block block, String key, JsonNode found, Object own) {
    return "%s: found %s, the model has %s".formatted(block.path(key), found, own);
  }
}
