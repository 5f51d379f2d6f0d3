package org.dpsieve.model.format;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.dpsieve.error.UnsupportedModelException;
import org.dpsieve.model.EnergyFitting;
import org.dpsieve.model.Layer;
import org.dpsieve.text.Counted;

/** Another output layer in a copy of a serialised model. */
final class SerializedOutputLayer {
  private SerializedOutputLayer() {}

  static byte[] write(
      String file, byte[] source, ModelFormat format, String branch, EnergyFitting fitting) {
    Section model = format.sections(file, source, branch).section("model");
    double weight = 1;
    if (SerializedLinear.isOne(model)) {
      int first = SerializedLinear.first(model);
      weight = SerializedLinear.weight(model, first);
      model = model.sections("models").get(first);
    }
    Section section = model.section("fitting");
    List<Section> nets = SerializedFitting.nets(section, fitting.networks().length);
    Map<String, double[]> changed = new HashMap<>();
    if (nets.size() == 1) {
      putLevels(changed, file, section.section("@variables"), fitting, weight);
    }
    for (int type = 0; type < nets.size(); type++) {
      Layer last = fitting.networks()[type].outputLayer();
      List<Section> layers = nets.get(type).sections("layers");
      Section variables = layers.get(layers.size() - 1).section("@variables");
      put(changed, file, variables.tensor("w"), last.weight(), weight);
      put(changed, file, variables.tensor("b"), last.bias(), weight);
    }
    return patched(file, source, format, changed);
  }

  /**
   * Where all types have one net, it has the first one's bias, and what others' are more becomes
   * constant energy of their type.
   */
  private static void putLevels(
      Map<String, double[]> changed,
      String file,
      Section variables,
      EnergyFitting fitting,
      double weight) {
    double[] more = fitting.biasesBeyondFirst();
    if (Arrays.stream(more).allMatch(level -> level == 0)) {
      return;
    }
    StoredTensor place = variables.tensor("bias_atom_e", more.length, 1);
    double[] levels = place.values().clone();
    Arrays.setAll(levels, type -> levels[type] + more[type] / weight);
    put(changed, file, place, levels, 1);
  }

  /** A copy with other numbers in the places of the keys. */
  static byte[] patched(
      String file, byte[] source, ModelFormat format, Map<String, double[]> changed) {
    return switch (format) {
      case HDF5 -> DpFile.patched(file, source, changed);
      case TORCH -> TorchArchive.patched(file, source, changed);
      case TEXT -> TextModelWriter.withNumbers(file, source, changed);
      case GRAPH -> throw new IllegalArgumentException(file + ": is a graph");
    };
  }

  static void put(
      Map<String, double[]> changed,
      String file,
      StoredTensor place,
      double[] values,
      double weight) {
    if (place.key() == null || changed.containsKey(place.key())) {
      throw new UnsupportedModelException(
          "%s: an output layer shares its numbers with another array and cannot be replaced"
              .formatted(file));
    }
    if (place.values().length != values.length) {
      throw new IllegalArgumentException(
          "%s: the source has no place for %s"
              .formatted(place.key(), Counted.of(values.length, "number")));
    }
    changed.put(place.key(), Arrays.stream(values).map(value -> value / weight).toArray());
  }
}
