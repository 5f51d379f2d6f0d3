package org.dpsieve.model.format;

import java.util.Arrays;
import java.util.List;
import org.dpsieve.error.InputException;
import org.dpsieve.error.UnsupportedModelException;
import org.dpsieve.model.Network;
import org.dpsieve.model.SeE2A;
import org.dpsieve.model.SmoothSwitch;

/** The se_e2_a descriptor ({@code deepmd/dpmodel/descriptor/se_e2_a.py: serialize}). */
final class SerializedSeE2A {
  private SerializedSeE2A() {}

  static SeE2A read(Section section, int types) {
    String file = section.file();
    SerializedModelReader.refuse(
        file, section.number("env_protection", 0) != 0, "env_protection cannot be read yet");
    SerializedModelReader.refuse(file, section.has("spin"), "spin cannot be read");
    int[] sel = section.counts("sel");
    double start = section.number("rcut_smth");
    double end = section.number("rcut");
    if (sel.length != types || !(end > 0) || !(end < 1000) || !(start <= end)) {
      throw new InputException(
          "%s: sel %s, rcut_smth %s, rcut %s for %d types; damaged file?"
              .formatted(file, Arrays.toString(sel), start, end, types));
    }
    boolean oneSide = section.flag("type_one_side", false);
    Network[][] embedding = embedding(section, types, oneSide);
    List<int[]> excluded = SerializedModelReader.pairs(section, "exclude_types", types);
    for (int[] pair : excluded) {
      embedding[pair[0]][pair[1]] = null;
      embedding[pair[1]][pair[0]] = null;
    }
    int width = width(file, embedding);
    int axis = section.count("axis_neuron");
    if (axis < 1 || axis > width) {
      throw new InputException(
          "%s: axis_neuron %d of %d embedding outputs; damaged file?".formatted(file, axis, width));
    }
    int slots = Arrays.stream(sel).sum();
    Section variables = section.section("@variables");
    double[][] davg = rows(variables, "davg", types, slots);
    // In the array backends, unlike TensorFlow's, empty slots of an excluded pair still count.
    SerializedModelReader.refuse(
        file,
        !excluded.isEmpty()
            && Arrays.stream(davg).flatMapToDouble(Arrays::stream).anyMatch(x -> x != 0),
        "exclude_types of a descriptor whose statistics have a mean (set_davg_zero false) cannot be read yet");
    return new SeE2A(
        new SmoothSwitch(start, end, end - start),
        sel,
        slots,
        axis,
        oneSide,
        davg,
        rows(variables, "dstd", types, slots),
        width,
        embedding,
        SerializedNetworks.precision(section));
  }

  /** Nets come with the first type running fastest ({@code NetworkCollection._convert_key}). */
  private static Network[][] embedding(Section section, int types, boolean oneSide) {
    List<Section> nets = section.section("embeddings").sections("networks");
    if (nets.size() != (oneSide ? types : types * types)) {
      throw new InputException(
          "%s: %d embedding nets for %d types; damaged file?"
              .formatted(section.file(), nets.size(), types));
    }
    Network[][] embedding = new Network[types][types];
    for (int neighbour = 0; neighbour < types; neighbour++) {
      Network shared = oneSide ? net(nets.get(neighbour)) : null;
      for (int centre = 0; centre < types; centre++) {
        embedding[centre][neighbour] = oneSide ? shared : net(nets.get(centre + types * neighbour));
      }
    }
    return embedding;
  }

  /** Excluded pairs have no net, or one without layers. */
  private static Network net(Section section) {
    if (section == null || section.list("layers").isEmpty()) {
      return null;
    }
    for (Section layer : section.sections("layers")) {
      if (layer == null || !layer.section("@variables").has("w")) {
        return null;
      }
    }
    Network net = SerializedNetworks.network(section);
    if (net.inputSize() != 1) {
      throw new UnsupportedModelException(
          "%s: embedding net of %d inputs cannot be read yet; expected 1"
              .formatted(section.file(), net.inputSize()));
    }
    return net;
  }

  private static int width(String file, Network[][] embedding) {
    int[] widths =
        Arrays.stream(embedding)
            .flatMap(Arrays::stream)
            .filter(net -> net != null)
            .mapToInt(Network::outputSize)
            .distinct()
            .toArray();
    if (widths.length != 1) {
      throw new InputException(
          "%s: embedding nets of widths %s, expected one width"
              .formatted(file, Arrays.toString(widths)));
    }
    return widths[0];
  }

  /** The same four numbers in every slot. */
  private static double[][] rows(Section variables, String key, int types, int slots) {
    double[] values = variables.tensor(key, types, slots, 4).values();
    double[][] rows = new double[types][4];
    for (int type = 0; type < types; type++) {
      int start = type * slots * 4;
      for (int i = 0; i < 4 * slots; i++) {
        rows[type][i % 4] = values[start + i % 4];
        if (values[start + i] != values[start + i % 4]) {
          throw new UnsupportedModelException(
              "%s: statistics of the environment differ from slot to slot (type %d)"
                  .formatted(variables.file(), type));
        }
      }
    }
    return rows;
  }
}
