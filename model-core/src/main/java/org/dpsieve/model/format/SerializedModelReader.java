package org.dpsieve.model.format;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.dpsieve.error.InputException;
import org.dpsieve.error.NoPotentialException;
import org.dpsieve.error.UnsupportedModelException;
import org.dpsieve.model.Additions;
import org.dpsieve.model.DeepPotential;
import org.dpsieve.model.Descriptor;
import org.dpsieve.model.EnergyFitting;
import org.dpsieve.model.Equivariant;
import org.dpsieve.model.Network;
import org.dpsieve.model.PropertyHead;
import org.dpsieve.model.PropertyModel;
import org.dpsieve.model.Surroundings;
import org.dpsieve.model.TypeMaps;
import org.dpsieve.neighbor.NeighborRules;
import org.dpsieve.text.Counted;

/**
 * A model from DeePMD-kit's backend-independent serialisation ({@code
 * deepmd/dpmodel/model/base_model.py: serialize}); every format but TensorFlow's is brought to it.
 */
final class SerializedModelReader {
  /** Of the layout of a model of a descriptor and a fitting, by DeePMD-kit 3.0 to 3.2. */
  static final int VERSION = 2;

  private static final int LINEAR_VERSION = 3;
  private static final int FITTING_VERSION = 4;

  private static final Map<String, Integer> DESCRIPTOR_VERSIONS =
      Map.ofEntries(
          Map.entry("se_e2_a", 3),
          Map.entry("se_a", 3),
          Map.entry("se_e2_r", 3),
          Map.entry("se_r", 3),
          Map.entry("se_e3", 3),
          Map.entry("se_e3_tebd", 2),
          Map.entry("se_atten", 4),
          Map.entry("dpa1", 4),
          Map.entry("se_atten_v2", 4),
          Map.entry("dpa4c", 1),
          Map.entry("hybrid", 1));

  private SerializedModelReader() {}

  /**
   * @param names of the types, where the model names none
   */
  static DeepPotential read(String file, Section root, List<String> names) {
    Section model = checked(root, names);
    return SerializedLinear.isOne(model) ? SerializedLinear.read(model) : standard(model);
  }

  /** The model's section, of versions that are known. */
  private static Section checked(Section root, List<String> names) {
    Section model = named(root.section("model"), names);
    refuseSpin(model);
    String program = root.text("version", "unknown version");
    boolean linear = SerializedLinear.isOne(model) && model.has("models");
    requireVersion(
        model, program, linear ? VERSION : 1, VERSION, linear ? LINEAR_VERSION : VERSION);
    if (model.has("descriptor")) {
      String type = model.section("descriptor").text("type", "");
      requireVersion(
          model.section("descriptor"), program, 1, 1, DESCRIPTOR_VERSIONS.getOrDefault(type, 99));
    }
    if (model.has("fitting")) {
      Section fitting = model.section("fitting");
      int known =
          SerializedPropertyFitting.VERSIONS.getOrDefault(
              fitting.text("type", "ener"), FITTING_VERSION);
      requireVersion(fitting, program, 1, 1, known);
    }
    return model;
  }

  /**
   * A model of a property.
   *
   * @param names of the types, where the model names none
   * @throws InputException when it is a model of energies
   */
  static PropertyModel readProperty(String file, Section root, List<String> names) {
    Section model = checked(root, names);
    if (!model.has("fitting") || !SerializedPropertyFitting.isOne(model.section("fitting"))) {
      String type = model.has("fitting") ? model.section("fitting").text("type", "?") : "?";
      throw new InputException(
          "%s: a model of the fitting '%s', expected one of a property (%s)"
              .formatted(file, type, String.join(", ", SerializedPropertyFitting.names())));
    }
    refuse(file, !kind(model), "model type '" + model.text("type", "?") + "' cannot be read yet");
    Section fitting = model.section("fitting");
    int types = typeMap(model).size();
    Descriptor descriptor = SerializedDescriptors.read(model.section("descriptor"), types);
    EnergyFitting nets = SerializedFitting.nets(fitting, model, types);
    PropertyHead head =
        SerializedPropertyFitting.read(fitting, model, nets, Equivariant.width(descriptor));
    return new PropertyModel(
        body(model, descriptor, SerializedPropertyFitting.body(nets, file)), head);
  }

  /**
   * As DeePMD-kit 3.2 checks it.
   *
   * @param program that wrote the file
   * @param silent version of a section that does not say it
   */
  private static void requireVersion(
      Section section, String program, int silent, int least, int most) {
    int version = section.count("@version", silent);
    String what = section.path().isEmpty() ? "its layout" : "'" + section.path() + "'";
    if (version < least) {
      throw new InputException(
          "%s: %s has version %d, made by a pre-release of DeePMD-kit 3.0 (%s); 3.2 reads version %d, and cannot read it either: convert the model that it was made from again, with DeePMD-kit 3.0 or later: dp convert-backend MODEL model.dp"
              .formatted(section.file(), what, version, program, least));
    }
    refuse(
        section.file(),
        version > most,
        "%s has version %d, made by a DeePMD-kit later than 3.2 (%s); known are %d to %d"
            .formatted(what, version, program, least, most));
  }

  /** How many types a model has that names none. */
  static Optional<Integer> unnamedTypes(Section root) {
    Section model = root.section("model");
    boolean named = model.has("type_map") && !model.list("type_map").isEmpty();
    return named || !model.has("fitting")
        ? Optional.empty()
        : Optional.of(model.section("fitting").count("ntypes", 0));
  }

  /** With a type map, also in the models it may be a combination of. */
  private static Section named(Section model, List<String> names) {
    Map<String, Object> copy = new LinkedHashMap<>();
    model.values().forEach((key, value) -> copy.put(key.toString(), value));
    if (model.values().get("models") instanceof List<?>) {
      List<Object> parts = new ArrayList<>();
      for (Section part : model.sections("models")) {
        parts.add(part == null ? null : named(part, names).values());
      }
      copy.put("models", parts);
    }
    boolean unnamed = !model.has("type_map") || model.list("type_map").isEmpty();
    if (unnamed && model.has("fitting")) {
      int types = model.section("fitting").count("ntypes", names.size());
      copy.put("type_map", TypeMaps.named(model.file(), List.of(), names, types));
    } else if (unnamed && !names.isEmpty()) {
      copy.put("type_map", names);
    }
    return new Section(model.file(), model.path(), copy);
  }

  /** Of a descriptor and a fitting. */
  static DeepPotential standard(Section model) {
    String file = model.file();
    refuse(file, !kind(model), "model type '" + model.text("type", "?") + "' cannot be read yet");
    int types = typeMap(model).size();
    Descriptor read = SerializedDescriptors.read(model.section("descriptor"), types);
    return body(model, read, SerializedFitting.read(model.section("fitting"), model, types));
  }

  private static DeepPotential body(Section model, Descriptor read, EnergyFitting ener) {
    String file = model.file();
    List<String> typeMap = typeMap(model);
    int types = typeMap.size();
    for (Network net : ener.networks()) {
      int inputs = read.size() + ener.extraInputs().size();
      if (net.inputSize() != inputs || net.outputSize() != 1) {
        throw new InputException(
            "%s: a fitting net of %s and %s for a descriptor of %s and %d more; damaged file?"
                .formatted(
                    file,
                    Counted.of(net.inputSize(), "input"),
                    Counted.of(net.outputSize(), "output"),
                    Counted.of(read.size(), "number"),
                    ener.extraInputs().size()));
      }
    }
    return new DeepPotential(
        file,
        typeMap,
        read,
        ener,
        rules(read).excluding(excludedPairs(model, types)),
        excludedTypes(model, types),
        Additions.NONE);
  }

  static List<String> typeMap(Section model) {
    List<String> typeMap = model.texts("type_map");
    if (typeMap.isEmpty() || typeMap.size() > 200) {
      throw new InputException(
          "%s: a type map of %s; damaged file?"
              .formatted(model.file(), Counted.of(typeMap.size(), "type")));
    }
    return typeMap;
  }

  static List<List<Integer>> excludedPairs(Section model, int types) {
    List<List<Integer>> excluded = new ArrayList<>();
    pairs(model, "pair_exclude_types", types)
        .forEach(pair -> excluded.add(List.of(pair[0], pair[1])));
    return excluded;
  }

  /**
   * How many neighbors are picked before the parts of a hybrid take their own of them ({@code
   * deepmd/dpmodel/descriptor/hybrid.py: get_sel}).
   */
  static NeighborRules rules(Descriptor descriptor) {
    int[] most = new int[descriptor.surroundings().get(0).sel().length];
    int largest = 0;
    boolean mixed = false;
    for (Surroundings one : descriptor.surroundings()) {
      boolean byType = one.total() == Integer.MAX_VALUE;
      mixed |= !byType;
      largest = Math.max(largest, byType ? Arrays.stream(one.sel()).sum() : one.total());
      for (int t = 0; t < most.length; t++) {
        most[t] = Math.max(most[t], one.sel()[t]);
      }
    }
    return NeighborRules.arrays(mixed ? new int[] {largest} : most);
  }

  static List<Integer> excludedTypes(Section model, int types) {
    List<Integer> excluded = new ArrayList<>();
    if (model.has("atom_exclude_types")) {
      for (int type : model.counts("atom_exclude_types")) {
        if (type >= types) {
          throw new InputException(
              "%s: atom_exclude_types holds %d, expected a type below %d"
                  .formatted(model.file(), type, types));
        }
        excluded.add(type);
      }
    }
    return excluded;
  }

  private static boolean kind(Section model) {
    return List.of("standard", "ener").contains(model.text("type", "standard"))
        && model.text("@class", "Model").equals("Model")
        && model.has("descriptor");
  }

  static void refuseSpin(Section section) {
    if (section.has("spin")) {
      throw new NoPotentialException("%s: a model with spin".formatted(section.file()));
    }
  }

  static void refuse(String file, boolean present, String feature) {
    if (present) {
      throw new UnsupportedModelException("%s: %s".formatted(file, feature));
    }
  }

  /** Pairs of types, [n][2]. */
  static List<int[]> pairs(Section section, String key, int types) {
    List<int[]> pairs = new ArrayList<>();
    if (section.has(key)) {
      for (Object pair : section.list(key)) {
        int[] both =
            pair instanceof List<?> list
                ? list.stream()
                    .mapToInt(t -> t instanceof Number number ? number.intValue() : -1)
                    .toArray()
                : new int[0];
        if (both.length != 2 || Arrays.stream(both).anyMatch(t -> t < 0 || t >= types)) {
          throw new InputException(
              "%s: %s.%s holds %s, expected pairs of types"
                  .formatted(section.file(), section.path(), key, pair));
        }
        pairs.add(both);
      }
    }
    return pairs;
  }
}
