package org.dpsieve.model.format;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.dpsieve.error.InputException;
import org.dpsieve.error.UnsupportedModelException;
import org.dpsieve.model.DeepPotential;
import org.dpsieve.model.EnergyFitting;
import org.dpsieve.model.Network;
import org.dpsieve.model.SeE2A;
import org.dpsieve.neighbor.NeighborRules;

/**
 * A model from DeePMD-kit's backend-independent serialisation ({@code
 * deepmd/dpmodel/model/base_model.py: serialize}); every format but TensorFlow's is brought to it.
 */
final class SerializedModelReader {
  private SerializedModelReader() {}

  static DeepPotential read(String file, Section root) {
    Section model = root.section("model");
    refuse(file, !kind(model), "model type '" + model.text("type", "?") + "' cannot be read yet");
    List<String> typeMap = model.texts("type_map");
    Section descriptor = model.section("descriptor");
    Section fitting = model.section("fitting");
    String name = descriptor.text("type", "unknown");
    refuse(
        file,
        !name.equals("se_e2_a") && !name.equals("se_a"),
        "descriptor '" + name + "' cannot be read yet; readable: se_e2_a");
    refuse(
        file,
        model.has("pair_exclude_types") && !model.list("pair_exclude_types").isEmpty(),
        "pair_exclude_types cannot be read");
    refuse(
        file,
        model.has("atom_exclude_types") && !model.list("atom_exclude_types").isEmpty(),
        "atom_exclude_types cannot be read");
    refuse(file, descriptor.has("compress"), "a compressed model cannot be read yet");
    if (typeMap.isEmpty() || typeMap.size() > 200) {
      throw new InputException(
          "%s: a type map of %d types; damaged file?".formatted(file, typeMap.size()));
    }
    SeE2A seE2A = SerializedSeE2A.read(descriptor, typeMap.size());
    EnergyFitting ener = SerializedFitting.read(fitting, model, typeMap.size());
    for (Network net : ener.networks()) {
      if (net.inputSize() != seE2A.size() || net.outputSize() != 1) {
        throw new InputException(
            "%s: a fitting net of %d inputs and %d outputs for a descriptor of %d numbers; damaged file?"
                .formatted(file, net.inputSize(), net.outputSize(), seE2A.size()));
      }
    }
    return new DeepPotential(file, typeMap, seE2A, ener, NeighborRules.arrays(seE2A.sel()));
  }

  private static boolean kind(Section model) {
    return List.of("standard", "ener").contains(model.text("type", "standard"))
        && model.text("@class", "Model").equals("Model")
        && model.has("descriptor");
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
