package org.dpsieve.model.format;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.dpsieve.error.InputException;
import org.dpsieve.error.NoPotentialException;
import org.dpsieve.error.UnsupportedModelException;
import org.dpsieve.io.JsonProblem;

/**
 * A model of DeePMD-kit's PyTorch backend, frozen ({@code .pth}, TorchScript) or a checkpoint
 * ({@code .pt}), brought to the serialisation: parameters by their names ({@code deepmd/pt/model}),
 * the rest from the model section of the input that both carry.
 */
final class TorchModel {
  private static final int MAX_DEPTH = 40;

  private final String file;
  private final String branch;
  private final Map<String, StoredTensor> tensors = new TreeMap<>();
  private final Map<String, Double> numbers = new TreeMap<>();
  private Section input;

  /** Whether of the backend pt_expt, which calls its tensors otherwise. */
  private boolean exportable;

  private TorchModel(String file, String branch) {
    this.file = file;
    this.branch = branch;
  }

  /**
   * @param branch of a checkpoint of several models; empty for what holds one
   */
  static Section read(String file, byte[] bytes, String branch) {
    try {
      return new TorchModel(file, branch).read(bytes);
    } catch (StackOverflowError e) {
      throw new InputException("%s: nested too deeply; damaged file?".formatted(file), e);
    }
  }

  private Section read(byte[] bytes) {
    Map<String, byte[]> records = TorchArchive.read(file, bytes);
    if (ExportedProgram.isOne(records)) {
      return ExportedProgram.read(file, records);
    }
    String pickle =
        records.keySet().stream()
            .filter(name -> name.endsWith("/data.pkl") && name.indexOf('/') == name.length() - 9)
            .findFirst()
            .orElseThrow(
                () ->
                    new InputException(
                        "%s: a zip archive without data.pkl, expected a PyTorch model"
                            .formatted(file)));
    String folder = pickle.substring(0, pickle.length() - "data.pkl".length());
    Object root = new Unpickler(file, folder, records, records.get(pickle)).load();
    if (!(root instanceof Map<?, ?> map)) {
      throw new InputException("%s: holds no model".formatted(file));
    }
    if (map.get("model_def_script") instanceof String script) {
      if (script.isEmpty()) { // of linear_ener
        throw new UnsupportedModelException(
            "%s: does not say what it is made of (model_def_script is empty), as DeePMD-kit freezes linear combinations of models; the checkpoint it was frozen from, .pt, can be read"
                .formatted(file));
      }
      flatten("", map, 0);
      input = new Section(file, "model_def_script", json(script));
    } else {
      checkpoint(map);
    }
    Map<String, Object> whole = new HashMap<>();
    whole.put("model", model());
    return new Section(file, "", whole);
  }

  private Map<?, ?> json(String script) {
    try {
      return new ObjectMapper().readValue(script, Map.class);
    } catch (JsonProcessingException e) {
      throw new InputException(
          "%s: its model_def_script is damaged: %s".formatted(file, JsonProblem.of(e)), e);
    }
  }

  /** {@code deepmd/pt/train/wrapper.py: ModelWrapper}; a frozen one says so by its script. */
  private void checkpoint(Map<?, ?> root) {
    Map<?, ?> state = root.get("model") instanceof Map<?, ?> model ? model : root;
    if (!(state.get("_extra_state") instanceof Map<?, ?> extra)
        || !(extra.get("model_params") instanceof Map<?, ?> params)) {
      throw new NoPotentialException(
          "%s: neither a frozen energy model of DeePMD-kit's PyTorch backend nor its checkpoint, but another model of PyTorch (with spin?)"
              .formatted(file));
    }
    String name = "Default";
    if (params.get("model_dict") instanceof Map<?, ?> branches) {
      name = TorchCheckpoint.branch(file, branches, branch);
      params = (Map<?, ?>) branches.get(name);
    } else if (!branch.isEmpty()) {
      throw new InputException(
          "%s: a checkpoint of one model, which has no branch '%s'; leave the branch out"
              .formatted(file, branch));
    }
    String prefix = "model." + name + ".";
    state.forEach(
        (key, value) -> {
          if (value instanceof StoredTensor tensor && key.toString().startsWith(prefix)) {
            tensors.put(key.toString().substring(prefix.length()), tensor);
          }
        });
    input = new Section(file, "model_params", params);
    exportable = TorchDpa4c.isExportable(tensors);
    Map<String, StoredTensor> renamed = new TreeMap<>();
    tensors.forEach((key, tensor) -> renamed.put(TorchDpa4c.nameOf(key), tensor));
    tensors.putAll(renamed);
  }

  /** Of parameters as releases have them; those before 3.0.0 had others. */
  private void requireNames() {
    boolean early =
        tensors.keySet().stream()
            .anyMatch(name -> name.startsWith("descriptor.") || name.startsWith("fitting_net."));
    boolean late = tensors.containsKey("atomic_model.out_bias");
    if (!tensors.isEmpty() && (early || !late)) {
      throw new UnsupportedModelException(
          "%s: made by a pre-release of DeePMD-kit 3.0 (alpha, beta): its parameters have other names, such as '%s'; freeze it from its checkpoint, or train it, with DeePMD-kit 3.0 or later"
              .formatted(file, tensors.keySet().iterator().next()));
    }
  }

  private void flatten(String path, Map<?, ?> module, int depth) {
    if (depth > MAX_DEPTH) {
      throw new InputException("%s: modules nested too deeply; damaged file?".formatted(file));
    }
    module.forEach(
        (key, value) -> {
          String name = path.isEmpty() ? key.toString() : path + "." + key;
          if (value instanceof StoredTensor tensor) {
            tensors.put(name, tensor);
          } else if (value instanceof Number number) {
            numbers.put(name, number.doubleValue());
          } else if (value instanceof Map<?, ?> child && tensors.size() < 1_000_000) {
            flatten(name, child, depth + 1);
          }
        });
  }

  private Map<String, Object> model() {
    Map<String, Object> model = new LinkedHashMap<>();
    model.put("@version", SerializedModelReader.VERSION);
    String type = input.text("type", "standard");
    if (input.has("spin")) {
      throw new NoPotentialException("%s: a model with spin".formatted(file));
    }
    requireNames();
    List<?> typeMap = input.list("type_map");
    model.put("type", input.has("use_srtab") ? "zbl" : type);
    model.put("type_map", typeMap);
    model.put("pair_exclude_types", input.values().get("pair_exclude_types"));
    model.put("atom_exclude_types", input.values().get("atom_exclude_types"));
    model.put(
        "@variables", variables("atomic_model.", "out_bias", "out_bias", "out_std", "out_std"));
    model.put("own_bias", true);
    if (input.has("use_srtab")) {
      model.put("models", List.of(nets(input, typeMap, 0), table(typeMap, 1)));
      model.put("sw_rmin", input.values().get("sw_rmin"));
      model.put("sw_rmax", input.values().get("sw_rmax"));
      // What the input says does not reach the model (deepmd/pt/model/model: get_zbl_model).
      model.put("smin_alpha", numbers.getOrDefault("atomic_model.smin_alpha", 0.1));
      model.put("least", 1e-20);
    } else if (input.has("models")) {
      model.put("models", parts(input.sections("models"), typeMap));
      model.put("weights", input.values().get("weights"));
    } else {
      addNets(model, input, "atomic_model.");
    }
    return model;
  }

  private void addNets(Map<String, Object> model, Section section, String prefix) {
    int types = input.list("type_map").size();
    if (section.has("descriptor") && section.has("fitting_net")) {
      model.put(
          "descriptor", descriptor(section.section("descriptor"), prefix + "descriptor.", types));
      model.put("fitting", fitting(section.section("fitting_net"), prefix + "fitting_net.", types));
    }
  }

  /** Of a linear combination. */
  private List<Object> parts(List<Section> sections, List<?> typeMap) {
    List<Object> parts = new ArrayList<>();
    for (Section section : sections) {
      if (section == null) {
        throw new InputException(
            "%s: a linear combination of nothing; damaged file?".formatted(file));
      }
      List<?> own = section.has("type_map") ? section.list("type_map") : typeMap;
      if (section.has("descriptor")) {
        parts.add(nets(section, own, parts.size()));
      } else {
        Map<String, Object> table = table(own, parts.size());
        table.put("rcut", section.values().get("rcut"));
        table.put("sel", section.values().get("sel"));
        parts.add(table);
      }
    }
    return parts;
  }

  private Map<String, Object> nets(Section section, List<?> typeMap, int index) {
    String prefix = "atomic_model.models." + index + ".";
    Map<String, Object> nets = new LinkedHashMap<>();
    nets.put("type_map", typeMap);
    nets.put("@variables", variables(prefix, "out_bias", "out_bias"));
    addNets(nets, section, prefix);
    return nets;
  }

  private Map<String, Object> table(List<?> typeMap, int index) {
    String prefix = "atomic_model.models." + index + ".";
    Map<String, Object> table = new LinkedHashMap<>();
    table.put("type", "pairtab");
    table.put("type_map", typeMap);
    table.put(
        "tab",
        Map.of("@variables", variables(prefix, "tab_info", "tab_info", "tab_data", "tab_data")));
    table.put("@variables", variables(prefix, "out_bias", "out_bias"));
    return table;
  }

  /**
   * Defaults are those of {@code deepmd/utils/argcheck.py}.
   *
   * @param prefix of its tensors' names
   */
  private Map<String, Object> descriptor(Section section, String prefix, int types) {
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
    while (layers.size() < MAX_DEPTH
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

  private Map<String, Object> fitting(Section section, String prefix, int types) {
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
  private Map<String, Object> variables(String prefix, String... names) {
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
