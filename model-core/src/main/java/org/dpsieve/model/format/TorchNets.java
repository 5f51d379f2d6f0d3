package org.dpsieve.model.format;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.dpsieve.error.InputException;
import org.dpsieve.error.UnsupportedModelException;

/**
 * Descriptors and fitting nets of a {@link TorchModel} as the serialisation has them, from its
 * tensors by their names and the sections of its input.
 */
final class TorchNets {
  private static final int MOST_LAYERS = 40; // of attention

  private final String file;
  private final Map<String, StoredTensor> tensors;
  private final boolean exportable;

  /**
   * @param exportable whether of the backend pt_expt, which calls its tensors otherwise
   */
  TorchNets(String file, Map<String, StoredTensor> tensors, boolean exportable) {
    this.file = file;
    this.tensors = tensors;
    this.exportable = exportable;
  }

  /**
   * Defaults are those of {@code deepmd/utils/argcheck.py}.
   *
   * @param prefix of its tensors' names
   */
  Map<String, Object> descriptor(Section section, String prefix, int types) {
    Map<String, Object> descriptor = copy(section);
    String type = section.text("type", "unknown");
    if (exportable && !List.of("dpa4c", "DPA4C", "hybrid").contains(type)) {
      throw new UnsupportedModelException(
          "%s: a checkpoint of DeePMD-kit's backend pt_expt with the descriptor '%s', of which that of PyTorch (dp --pt) can be read; freeze and convert it: dp --pt-expt freeze -c %s -o model.pte; dp convert-backend model.pte model.dp"
              .formatted(file, type, file));
    }
    switch (type) {
      case "dpa4c", "DPA4C" -> {
        descriptor = TorchDpa4c.descriptor(section, prefix, tensors);
        descriptor.put("type", "dpa4c");
      }
      case "se_e2_a", "se_a" -> {
        descriptor.putIfAbsent("axis_neuron", 4);
        pairNets(descriptor, section, prefix + "sea.", types, false);
      }
      case "se_e2_r", "se_r" -> pairNets(descriptor, section, prefix, types, true);
      case "se_e3", "se_t", "se_at", "se_a_3be" ->
          pairNets(descriptor, section, prefix + "seat.", types, false);
      case "se_e3_tebd" -> typed(descriptor, section, prefix, "se_ttebd.");
      case "se_atten", "dpa1", "se_atten_v2" -> {
        typed(descriptor, section, prefix, "se_atten.");
        descriptor.putIfAbsent("axis_neuron", 4);
        List<Object> layers = attention(prefix + "se_atten.dpa1_attention.attention_layers.");
        descriptor.put("attn_layer", layers.size());
        descriptor.put("attention_layers", Map.of("attention_layers", layers));
      }
      case "hybrid" -> {
        List<Object> parts = new ArrayList<>();
        for (Section part : section.sections("list")) {
          if (part == null) {
            throw new InputException("%s: a hybrid of nothing; damaged file?".formatted(file));
          }
          parts.add(descriptor(part, prefix + "descrpt_list." + parts.size() + ".", types));
        }
        descriptor.put("list", parts);
      }
      default -> {} // refused by name later
    }
    return descriptor;
  }

  private boolean compressed(String block) {
    return tensors.entrySet().stream()
        .anyMatch(
            entry ->
                entry.getKey().startsWith(block)
                    && (entry.getKey().startsWith("compress_data.", block.length())
                        || entry.getKey().startsWith("type_embd_data", block.length()))
                    && entry.getValue().values().length > 0);
  }

  /** Of a net for every type, or every pair of types. */
  private void pairNets(
      Map<String, Object> descriptor, Section section, String block, int types, boolean oneSide) {
    if (compressed(block)) {
      descriptor.put("compress", true);
    }
    List<Object> nets =
        networks(
            block + "filter_layers.",
            types * types,
            section.text("activation_function", "tanh"),
            false,
            section.text("precision", "default"));
    descriptor.put(
        "type_one_side",
        types > 1 && nets.size() == types
            || nets.size() == 1 && section.flag("type_one_side", oneSide));
    descriptor.put("embeddings", Map.of("networks", nets));
    descriptor.put("@variables", variables(block, "davg", "mean", "dstd", "stddev"));
  }

  /** Of one net that knows types. */
  private void typed(
      Map<String, Object> descriptor, Section section, String prefix, String blockName) {
    String block = prefix + blockName;
    if (compressed(block) || compressed(prefix)) {
      descriptor.put("compress", true);
    }
    String activation = section.text("activation_function", "tanh");
    String precision = section.text("precision", "default");
    descriptor.put(
        "embeddings",
        Map.of("networks", networks(block + "filter_layers.", 1, activation, false, precision)));
    descriptor.put(
        "embeddings_strip",
        Map.of(
            "networks", networks(block + "filter_layers_strip.", 1, activation, false, precision)));
    descriptor.put(
        "type_embedding",
        Map.of(
            "embedding",
            Map.of(
                "layers",
                layers(
                    prefix + "type_embedding.embedding.embedding_net.layers.",
                    "linear",
                    precision))));
    descriptor.put("@variables", variables(block, "davg", "mean", "dstd", "stddev"));
  }

  private List<Object> attention(String prefix) {
    List<Object> layers = new ArrayList<>();
    while (layers.size() < MOST_LAYERS
        && tensors.containsKey(prefix + layers.size() + ".attention_layer.in_proj.matrix")) {
      String layer = prefix + layers.size() + ".";
      layers.add(
          Map.of(
              "attention_layer",
              Map.of(
                  "in_proj", linear(layer + "attention_layer.in_proj."),
                  "out_proj", linear(layer + "attention_layer.out_proj.")),
              "attn_layer_norm",
              Map.of(
                  "@variables",
                  variables(layer + "attn_layer_norm.", "w", "matrix", "b", "bias"))));
    }
    return layers;
  }

  private Map<String, Object> linear(String prefix) {
    Map<String, Object> layer = layer(prefix, "none", "default");
    layer.put("resnet", false);
    return layer;
  }

  Map<String, Object> fitting(Section section, String prefix, int types) {
    Map<String, Object> fitting = copy(section);
    fitting.putIfAbsent("type", "ener");
    fitting.putIfAbsent("distinguish_types", true);
    fitting.put("exclude_types", null);
    List<Object> nets =
        networks(
            prefix + "filter_layers.",
            types,
            section.text("activation_function", "tanh"),
            true,
            section.text("precision", "default"));
    fitting.put("nets", Map.of("networks", nets));
    fitting.put("mixed_types", types > 1 && nets.size() == 1);
    Map<String, Object> variables = new HashMap<>();
    for (String name :
        List.of(
            "bias_atom_e",
            "fparam_avg",
            "fparam_inv_std",
            "aparam_avg",
            "aparam_inv_std",
            "case_embd",
            "scale")) {
      variables.put(name, tensors.get(prefix + name));
    }
    fitting.put("@variables", variables);
    return fitting;
  }

  private static Map<String, Object> copy(Section section) {
    Map<String, Object> copy = new LinkedHashMap<>();
    section.values().forEach((key, value) -> copy.put(key.toString(), value));
    return copy;
  }

  /** Pairs of the serialisation's name and PyTorch's. */
  Map<String, Object> variables(String prefix, String... names) {
    Map<String, Object> variables = new HashMap<>();
    for (int i = 0; i < names.length; i += 2) {
      variables.put(names[i], tensors.get(prefix + names[i + 1]));
    }
    return variables;
  }

  private List<Object> networks(
      String prefix, int most, String activation, boolean fitting, String precision) {
    List<Object> networks = new ArrayList<>();
    for (int n = 0; n < most; n++) {
      String net = prefix + "networks." + n + ".";
      List<Map<String, Object>> layers = layers(net + "layers.", activation, precision);
      if (fitting && tensors.containsKey(net + "output_layer.matrix")) { // of DPA4
        layers = List.of(layer(net + "output_layer.", activation, precision));
      }
      if (layers.isEmpty()) {
        break;
      }
      if (fitting) {
        Map<String, Object> last = layers.get(layers.size() - 1);
        last.put("activation_function", "none");
        last.put("resnet", false);
      }
      networks.add(Map.of("layers", layers));
    }
    return networks;
  }

  private List<Map<String, Object>> layers(String prefix, String activation, String precision) {
    List<Map<String, Object>> layers = new ArrayList<>();
    while (tensors.containsKey(prefix + layers.size() + ".matrix")) {
      layers.add(layer(prefix + layers.size() + ".", activation, precision));
    }
    return layers;
  }

  private Map<String, Object> layer(String prefix, String activation, String precision) {
    Map<String, Object> layer = new LinkedHashMap<>();
    layer.put("activation_function", activation);
    layer.put("resnet", true);
    layer.put("precision", precision);
    layer.put("@variables", variables(prefix, "w", "matrix", "b", "bias", "idt", "idt"));
    return layer;
  }
}
