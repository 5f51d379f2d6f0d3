package org.dpsieve.model.format;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.dpsieve.error.InputException;
import org.dpsieve.error.NoPotentialException;
import org.dpsieve.model.Dpa4c;
import org.dpsieve.model.Dpa4cShape;
import org.dpsieve.model.RadialBasis;
import org.dpsieve.model.SwiGlu;
import org.dpsieve.text.Counted;

/** dpa4c ({@code deepmd/dpmodel/descriptor/dpa4c.py: serialize}). */
final class SerializedDpa4c {
  private static final Set<String> KEYS =
      words(
          "rcut ntypes channels lmax basis_type n_radial radial_modes exclude_types precision"
              + " trainable type_map seed use_spin add_chg_spin_ebd default_chg_spin spin"
              + " spin_channels charge_spin_embedding type_embedding radial_basis radial_embedding"
              + " radial_mode_head pair_film readout");

  /** Of its parts: where one has another key, its numbers may mean something else. */
  private static final Map<String, Set<String>> PARTS =
      Map.of(
          "type_embedding", words("config"),
          "radial_basis", words("config"),
          "pair_film", words("channels radial_modes spin_channels precision trainable network"),
          "readout",
              words("channels lmax precision trainable channel_alignment probe_projections"));

  private static final Set<String> EMBEDDING =
      words("ntypes embed_dim precision trainable padding seed");
  private static final Set<String> BASIS =
      words("rcut basis_type n_radial exponent apply_envelope precision");
  private static final Set<String> NET = words("mlp_layers output_scale precision trainable");
  private static final Set<String> LAYER =
      words("bias use_timestep activation_function resnet precision trainable");

  private final Section section;
  private final String file;
  private final int types;
  private final Dpa4cShape shape;

  private SerializedDpa4c(Section section, int types) {
    this.section = section;
    file = section.file();
    this.types = types;
    shape = new Dpa4cShape(section.count("channels"), section.count("lmax"));
  }

  static Dpa4c read(Section section, int types) {
    refuseOthers(section);
    SerializedDpa4c reader = new SerializedDpa4c(section, types);
    if (!reader.shape.exists()) {
      throw new InputException(
          "%s: channels %d and lmax %d, expected 8, 16, 32, 64 or 128 and 2, 3 or 4; damaged file?"
              .formatted(section.file(), reader.shape.channels(), reader.shape.lmax()));
    }
    return reader.descriptor();
  }

  private static void refuseOthers(Section section) {
    if (section.has("use_spin") || section.has("spin_channels")) {
      throw new NoPotentialException("%s: a model with spin (use_spin)".formatted(section.file()));
    }
    SerializedModelReader.refuse(
        section.file(),
        section.flag("add_chg_spin_ebd", false) || section.has("charge_spin_embedding"),
        "dpa4c with charge and spin states (add_chg_spin_ebd) cannot be read");
    requireKnown(section, KEYS);
  }

  private static Set<String> words(String text) {
    Set<String> words = new TreeSet<>(List.of(text.split(" ")));
    words.addAll(List.of("@class", "@version", "@variables", "type"));
    return words;
  }

  private static void requireKnown(Section section, Set<String> known) {
    Set<String> unknown = new TreeSet<>();
    section.values().forEach((key, value) -> unknown.add(key.toString()));
    unknown.removeAll(known);
    SerializedModelReader.refuse(
        section.file(),
        !unknown.isEmpty(),
        "'%s' of dpa4c with %s, which is not known; made by a DeePMD-kit later than 3.2?"
            .formatted(section.path(), String.join(", ", unknown)));
  }

  private void requireVersion(Section part, int known) {
    int version = part.count("@version", known);
    SerializedModelReader.refuse(
        file,
        version != known,
        "'%s' has version %d, known is %d; made by a DeePMD-kit later than 3.2?"
            .formatted(part.path(), version, known));
  }

  private Dpa4c descriptor() {
    int channels = shape.channels();
    RadialBasis basis = basis();
    Section embedding = section("type_embedding");
    requireKnown(embedding.section("config"), EMBEDDING);
    boolean padded = embedding.section("config").flag("padding", true);
    double[] table =
        embedding
            .section("@variables")
            .tensor("adam_type_embedding", types + (padded ? 1 : 0), channels)
            .values();
    double[][] vectors = new double[types][];
    Arrays.setAll(vectors, t -> Arrays.copyOfRange(table, t * channels, (t + 1) * channels));
    SwiGlu radial = net(section.section("radial_embedding"), basis.size(), channels);
    int modes = section.count("radial_modes", 0);
    Section readout = section("readout");
    Section variables = section.section("@variables");
    int size = shape.invariants() + channels;
    double[] deviation = variables.tensor("stddev", size).values();
    if (!Arrays.stream(deviation).allMatch(x -> x > 0)) {
      throw new InputException(
          "%s: %s.@variables.stddev holds numbers that are not positive; damaged file?"
              .formatted(file, section.path()));
    }
    return new Dpa4c(
        shape,
        vectors,
        basis,
        radial,
        modes == 0
            ? null
            : weights(section.section("radial_mode_head"), radial.hiddenSize(), modes),
        pairs(modes),
        alignment(readout),
        probes(readout),
        variables.tensor("mean", size).values(),
        deviation,
        true,
        SerializedDescriptors.masked(section, types),
        SerializedNetworks.precision(section));
  }

  /** A part, of a version that is known. */
  private Section section(String key) {
    Section part = section.section(key);
    requireVersion(part, 1);
    requireKnown(part, PARTS.get(key));
    return part;
  }

  private RadialBasis basis() {
    Section stored = section("radial_basis");
    Section config = stored.section("config");
    requireKnown(config, BASIS);
    String type = config.text("basis_type", "bessel");
    SerializedModelReader.refuse(
        file,
        !List.of("bessel", "gaussian").contains(type),
        "basis_type '%s' cannot be read; readable: bessel, gaussian".formatted(type));
    SerializedModelReader.refuse(
        file,
        config.flag("apply_envelope", true),
        "a radial basis with an envelope of its own (apply_envelope) cannot be read");
    double rcut = section.number("rcut");
    if (!(rcut > 0) || !(rcut < 1000) || config.number("rcut") != rcut) {
      throw new InputException(
          "%s: rcut %s, of the radial basis %s; damaged file?"
              .formatted(file, rcut, config.number("rcut")));
    }
    double[] places =
        stored.section("@variables").tensor("adam_freqs", 1, config.count("n_radial")).values();
    return new RadialBasis(type.equals("gaussian"), places, rcut);
  }

  private SwiGlu pairs(int modes) {
    Section film = section("pair_film");
    SerializedModelReader.refuse(
        file, film.count("spin_channels", 0) > 0, "dpa4c with spin_channels cannot be read");
    return net(film.section("network"), 2 * shape.channels(), shape.channels() * (2 + modes));
  }

  private SwiGlu net(Section net, int inputs, int outputs) {
    requireVersion(net, 1);
    requireKnown(net, NET);
    int[] widths = net.counts("mlp_layers");
    if (widths.length < 2 || widths[0] != inputs || widths[widths.length - 1] != outputs) {
      throw new InputException(
          "%s: %s.mlp_layers is %s, expected %d to %s; damaged file?"
              .formatted(
                  file,
                  net.path(),
                  Arrays.toString(widths),
                  inputs,
                  Counted.of(outputs, "number")));
    }
    List<SwiGlu.Weights> layers = new ArrayList<>();
    for (int l = 0; l < widths.length - 1; l++) {
      int out = l < widths.length - 2 ? 2 * widths[l + 1] : outputs;
      layers.add(
          new SwiGlu.Weights(
              widths[l],
              out,
              net.section("@variables").tensor(l + ".matrix", widths[l], out).values()));
    }
    int last = layers.size() - 1;
    return new SwiGlu(layers.subList(0, last), layers.get(last), net.number("output_scale", 1));
  }

  private List<SwiGlu.Weights> alignment(Section readout) {
    List<Section> stored = readout.sections("channel_alignment");
    requireCount(readout, "channel_alignment", stored, 2);
    List<SwiGlu.Weights> alignment = new ArrayList<>();
    for (int l = 1; l <= 2; l++) {
      Section layer = stored.get(l - 1);
      int channels = shape.channels(l);
      alignment.add(weights(layer, channels, channels));
      SerializedModelReader.refuse(
          file,
          !layer.flag("resnet", false),
          "%s without resnet cannot be read".formatted(layer.path()));
    }
    return alignment;
  }

  private SwiGlu.Weights[] probes(Section readout) {
    List<Section> stored = readout.sections("probe_projections");
    requireCount(readout, "probe_projections", stored, shape.lmax());
    SwiGlu.Weights[] probes = new SwiGlu.Weights[shape.lmax()];
    for (int l = 1; l <= probes.length; l++) {
      boolean projected = shape.probes(l) != shape.channels(l);
      if (projected != (stored.get(l - 1) != null)) {
        throw new InputException(
            "%s: %s.probe_projections has %s of degree %d; damaged file?"
                .formatted(file, readout.path(), projected ? "none" : "one", l));
      }
      if (projected) {
        Section layer = stored.get(l - 1);
        probes[l - 1] = weights(layer, shape.channels(l), shape.probes(l));
        SerializedModelReader.refuse(
            file,
            layer.flag("resnet", false) && shape.channels(l) == 2 * shape.probes(l),
            "%s with resnet cannot be read".formatted(layer.path()));
      }
    }
    return probes;
  }

  private void requireCount(Section readout, String key, List<Section> stored, int expected) {
    if (stored.size() != expected || key.startsWith("channel") && stored.contains(null)) {
      throw new InputException(
          "%s: %s.%s holds %s, expected %d; damaged file?"
              .formatted(file, readout.path(), key, Counted.of(stored.size(), "layer"), expected));
    }
  }

  /** A layer of nothing but a matrix. */
  private SwiGlu.Weights weights(Section layer, int inputs, int outputs) {
    Section variables = layer.section("@variables");
    requireVersion(layer, 2);
    requireKnown(layer, LAYER);
    SerializedModelReader.refuse(
        file,
        variables.has("b")
            || variables.has("idt")
            || !List.of("none", "linear").contains(layer.text("activation_function", "none")),
        "%s with a bias, a time step or an activation function cannot be read"
            .formatted(layer.path()));
    return new SwiGlu.Weights(inputs, outputs, variables.tensor("w", inputs, outputs).values());
  }
}
