package org.dpsieve.model.format;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * dpa4c from a checkpoint of DeePMD-kit's backend pt_expt, which alone trains it: its tensors have
 * the names of the serialisation's attributes. Defaults are those of {@code
 * deepmd/utils/argcheck.py: descrpt_dpa4c_args}.
 */
final class TorchDpa4c {
  private static final Pattern FITTING_LAYER =
      Pattern.compile(
          "(.*fitting_net\\.)nets\\._(?:module_)?networks\\.(\\d+\\.layers\\.\\d+\\.)(\\w+)");
  private static final Map<String, String> NAMES = Map.of("w", "matrix", "b", "bias", "idt", "idt");

  private final Section section;
  private final String prefix;
  private final Map<String, StoredTensor> tensors;

  private TorchDpa4c(Section section, String prefix, Map<String, StoredTensor> tensors) {
    this.section = section;
    this.prefix = prefix;
    this.tensors = tensors;
  }

  /**
   * What a tensor of pt_expt is called in PyTorch's other backend; the layers of fitting nets are
   * there twice.
   */
  static String nameOf(String key) {
    Matcher layer = FITTING_LAYER.matcher(key);
    return layer.matches() && NAMES.containsKey(layer.group(3))
        ? layer.group(1) + "filter_layers.networks." + layer.group(2) + NAMES.get(layer.group(3))
        : key;
  }

  /** Whether the tensors are of pt_expt. */
  static boolean isExportable(Map<String, StoredTensor> tensors) {
    return tensors.keySet().stream().anyMatch(key -> FITTING_LAYER.matcher(key).matches());
  }

  /**
   * @param section of the model's input
   * @param prefix of its tensors' names
   */
  static Map<String, Object> descriptor(
      Section section, String prefix, Map<String, StoredTensor> tensors) {
    return new TorchDpa4c(section, prefix, tensors).descriptor();
  }

  private Map<String, Object> descriptor() {
    Map<String, Object> all = new LinkedHashMap<>();
    section
        .values()
        .forEach(
            (key, value) -> {
              String name = key.toString();
              if (!name.equals("use_amp") && !name.startsWith("_")) { // how it is trained; remarks
                all.put(name, value);
              }
            });
    all.put("@version", 1);
    all.putIfAbsent("rcut", 6.0);
    all.putIfAbsent("channels", 32);
    all.putIfAbsent("lmax", 2);
    all.putIfAbsent("radial_modes", 0);
    all.putIfAbsent("precision", "float32");
    Map<String, Object> embedding = new LinkedHashMap<>();
    embedding.put("config", Map.of("padding", true));
    embedding.put("@variables", variables("adam_type_embedding", "type_embedding."));
    all.put("type_embedding", embedding);
    Map<String, Object> basis = new LinkedHashMap<>();
    Map<String, Object> config = new LinkedHashMap<>();
    config.put("rcut", all.get("rcut"));
    config.put("basis_type", section.text("basis_type", "bessel").toLowerCase(Locale.ROOT));
    config.put("n_radial", section.count("n_radial", 16));
    config.put("apply_envelope", false);
    basis.put("config", config);
    basis.put("@variables", variables("adam_freqs", "radial_basis."));
    all.put("radial_basis", basis);
    all.put("radial_embedding", net("radial_embedding.", 1));
    linear("radial_mode_head.", false).ifPresent(head -> all.put("radial_mode_head", head));
    all.put("pair_film", Map.of("network", net("pair_film.network.", 0.1)));
    all.put("readout", readout(section.count("lmax", 2)));
    Map<String, Object> statistics = variables("mean", "");
    statistics.putAll(variables("stddev", ""));
    all.put("@variables", statistics);
    if (tensors.keySet().stream().anyMatch(key -> key.startsWith(prefix + "compress_"))) {
      all.put("compress", true);
    }
    return all;
  }

  private Map<String, Object> variables(String name, String part) {
    Map<String, Object> variables = new LinkedHashMap<>();
    variables.put(name, tensors.get(prefix + part + name));
    return variables;
  }

  private Map<String, Object> net(String part, double scale) {
    List<Object> widths = new ArrayList<>();
    Map<String, Object> matrices = new TreeMap<>();
    for (int l = 0; tensors.containsKey(prefix + part + "layers." + l + ".w"); l++) {
      StoredTensor matrix = tensors.get(prefix + part + "layers." + l + ".w");
      widths.add(matrix.shape().length == 2 ? matrix.shape()[0] : 0);
      matrices.put(l + ".matrix", matrix);
    }
    if (!matrices.isEmpty()) {
      int[] last = ((StoredTensor) matrices.get(matrices.size() - 1 + ".matrix")).shape();
      widths.add(last.length == 2 ? last[1] : 0);
    }
    Map<String, Object> net = new LinkedHashMap<>();
    net.put("mlp_layers", widths);
    net.put("output_scale", scale);
    net.put("@variables", matrices);
    return net;
  }

  private Map<String, Object> readout(int lmax) {
    List<Object> alignment = new ArrayList<>();
    for (int l = 0; l < 2; l++) {
      alignment.add(linear("readout.channel_alignment." + l + ".", true).orElse(null));
    }
    List<Object> probes = new ArrayList<>();
    for (int l = 0; l < lmax; l++) {
      probes.add(linear("readout.probe_projections." + l + ".", false).orElse(null));
    }
    Map<String, Object> readout = new LinkedHashMap<>();
    readout.put("channel_alignment", alignment);
    readout.put("probe_projections", probes);
    return readout;
  }

  private Optional<Map<String, Object>> linear(String part, boolean residual) {
    if (!tensors.containsKey(prefix + part + "w")) {
      return Optional.empty();
    }
    Map<String, Object> variables = variables("w", part);
    variables.put("b", tensors.get(prefix + part + "b"));
    variables.put("idt", tensors.get(prefix + part + "idt"));
    Map<String, Object> layer = new LinkedHashMap<>();
    layer.put("resnet", residual);
    layer.put("@variables", variables);
    return Optional.of(layer);
  }
}
