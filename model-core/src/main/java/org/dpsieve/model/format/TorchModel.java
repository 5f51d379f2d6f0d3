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

  private TorchNets nets;

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
      nets = new TorchNets(file, tensors, false);
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
    if (tensors.isEmpty()) { // DeePMD-kit would evaluate random numbers
      throw new InputException(
          "%s: a checkpoint without weights%s; is the file whole?"
              .formatted(file, branch.isEmpty() ? "" : " of the branch " + name));
    }
    input = new Section(file, "model_params", params);
    boolean exportable = TorchDpa4c.isExportable(tensors);
    Map<String, StoredTensor> renamed = new TreeMap<>();
    tensors.forEach((key, tensor) -> renamed.put(TorchDpa4c.nameOf(key), tensor));
    tensors.putAll(renamed);
    nets = new TorchNets(file, tensors, exportable);
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
        "@variables",
        nets.variables("atomic_model.", "out_bias", "out_bias", "out_std", "out_std"));
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
          "descriptor",
          nets.descriptor(section.section("descriptor"), prefix + "descriptor.", types));
      model.put(
          "fitting", nets.fitting(section.section("fitting_net"), prefix + "fitting_net.", types));
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
    Map<String, Object> part = new LinkedHashMap<>();
    part.put("type_map", typeMap);
    part.put("@variables", nets.variables(prefix, "out_bias", "out_bias"));
    addNets(part, section, prefix);
    return part;
  }

  private Map<String, Object> table(List<?> typeMap, int index) {
    String prefix = "atomic_model.models." + index + ".";
    Map<String, Object> table = new LinkedHashMap<>();
    table.put("type", "pairtab");
    table.put("type_map", typeMap);
    table.put(
        "tab",
        Map.of(
            "@variables", nets.variables(prefix, "tab_info", "tab_info", "tab_data", "tab_data")));
    table.put("@variables", nets.variables(prefix, "out_bias", "out_bias"));
    return table;
  }
}
