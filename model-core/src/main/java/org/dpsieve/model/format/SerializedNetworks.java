package org.dpsieve.model.format;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.dpsieve.error.InputException;
import org.dpsieve.error.UnsupportedModelException;
import org.dpsieve.model.Activation;
import org.dpsieve.model.Layer;
import org.dpsieve.model.Network;
import org.dpsieve.model.Precision;
import org.dpsieve.text.Counted;

/** Nets of the serialisation ({@code deepmd/dpmodel/utils/network.py: NativeLayer}). */
final class SerializedNetworks {
  private SerializedNetworks() {}

  static Network network(Section section) {
    List<Layer> layers = new ArrayList<>();
    for (Section layer : section.sections("layers")) {
      if (layer == null) {
        throw new InputException(
            "%s: %s has an empty layer; damaged file?".formatted(section.file(), section.path()));
      }
      Layer read = layer(layer);
      if (!layers.isEmpty() && layers.get(layers.size() - 1).outputs() != read.inputs()) {
        throw new InputException(
            "%s: %s has layers that do not fit together; damaged file?"
                .formatted(section.file(), section.path()));
      }
      layers.add(read);
    }
    if (layers.isEmpty()) {
      throw new InputException(
          "%s: %s has no layers; damaged file?".formatted(section.file(), section.path()));
    }
    return new Network(layers);
  }

  static Layer layer(Section section) {
    Section variables = section.section("@variables");
    StoredTensor weight = variables.tensor("w");
    if (weight.shape().length != 2 || weight.values().length == 0) {
      throw new InputException(
          "%s: %s.w has shape %s, expected a matrix; damaged file?"
              .formatted(section.file(), section.path(), weight.shapeText()));
    }
    int inputs = weight.shape()[0];
    int outputs = weight.shape()[1];
    Layer.Shortcut shortcut = Layer.Shortcut.NONE;
    if (section.flag("resnet", false) && outputs == inputs) {
      shortcut = Layer.Shortcut.SAME;
    } else if (section.flag("resnet", false) && outputs == 2 * inputs) {
      shortcut = Layer.Shortcut.DOUBLED;
    }
    return new Layer(
        inputs,
        outputs,
        weight.values(),
        variables.has("b") ? vector(variables, "b", outputs) : new double[outputs],
        variables.has("idt") ? vector(variables, "idt", outputs) : null,
        activation(section),
        shortcut);
  }

  private static double[] vector(Section variables, String key, int size) {
    double[] values = variables.tensor(key).values();
    if (values.length != size) {
      throw new InputException(
          "%s: %s.%s holds %s, expected %d; damaged file?"
              .formatted(
                  variables.file(),
                  variables.path(),
                  key,
                  Counted.of(values.length, "number"),
                  size));
    }
    return values;
  }

  private static Activation activation(Section layer) {
    String name = layer.text("activation_function", "none").toLowerCase(Locale.ROOT);
    if (name.equals("silut") || name.startsWith("silut:") || name.startsWith("custom_silu:")) {
      int colon = name.indexOf(':');
      try {
        return Activation.silut(colon < 0 ? 3 : Double.parseDouble(name.substring(colon + 1)));
      } catch (NumberFormatException e) {
        throw new InputException(
            "%s: activation function '%s'; damaged file?".formatted(layer.file(), name), e);
      }
    }
    return switch (name) {
      case "none", "linear" -> Activation.LINEAR;
      case "tanh" -> Activation.TANH;
      case "relu" -> Activation.RELU;
      case "relu6" -> Activation.RELU6;
      case "softplus" -> Activation.SOFTPLUS;
      case "sigmoid" -> Activation.SIGMOID;
      case "gelu", "gelu_tf" -> Activation.GELU;
      case "silu" -> Activation.SILU;
      default ->
          throw new UnsupportedModelException(
              "%s: activation function '%s' cannot be read".formatted(layer.file(), name));
    };
  }

  static Precision precision(Section section) {
    String name = section.text("precision", "float64");
    return switch (name) {
      case "float64", "double", "default" -> Precision.FLOAT64;
      case "float32", "single" -> Precision.FLOAT32;
      default ->
          throw new UnsupportedModelException(
              "%s: %s of precision %s cannot be read, expected float32 or float64"
                  .formatted(section.file(), section.path(), name));
    };
  }
}
