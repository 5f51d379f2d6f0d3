package org.dpsieve.model.format;

import java.util.Arrays;
import java.util.List;
import org.dpsieve.error.InputException;
import org.dpsieve.error.UnsupportedModelException;
import org.dpsieve.model.Network;
import org.dpsieve.model.SeE2A;
import org.dpsieve.text.Counted;

/** The se_e2_a descriptor ({@code deepmd/dpmodel/descriptor/se_e2_a.py: serialize}). */
final class SerializedSeE2A {
  private SerializedSeE2A() {}

  static SeE2A read(Section section, int types) {
    String file = section.file();
    int[] sel = SerializedDescriptors.sel(section, types);
    boolean oneSide = section.flag("type_one_side", false);
    Network[][] embedding = embedding(section, types, oneSide);
    int width = width(file, embedding);
    int axis = section.count("axis_neuron");
    if (axis < 1 || axis > width) {
      throw new InputException(
          "%s: axis_neuron %,d of %s; damaged file?"
              .formatted(file, axis, Counted.of(width, "embedding output")));
    }
    int slots = Arrays.stream(sel).sum();
    double[][] davg = SerializedDescriptors.statistics(section, "davg", types, slots, 4);
    boolean[][] masked = SerializedDescriptors.masked(section, types);
    requireNets(file, embedding, masked, davg);
    return new SeE2A(
        SerializedDescriptors.smoothing(section),
        SerializedDescriptors.protection(section),
        sel,
        slots,
        axis,
        oneSide,
        davg,
        SerializedDescriptors.statistics(section, "dstd", types, slots, 4),
        width,
        embedding,
        masked,
        null,
        SerializedNetworks.precision(section));
  }

  /**
   * In the array backends, unlike TensorFlow's, empty slots of an excluded pair still count, unless
   * the mean is zero; the serialisation leaves out the nets that this would take.
   */
  private static void requireNets(
      String file, Network[][] embedding, boolean[][] masked, double[][] davg) {
    boolean mean = Arrays.stream(davg).flatMapToDouble(Arrays::stream).anyMatch(x -> x != 0);
    for (int c = 0; c < embedding.length; c++) {
      for (int n = 0; n < embedding.length; n++) {
        boolean excluded = masked != null && masked[c][n];
        if (embedding[c][n] == null && !excluded) {
          throw new InputException(
              "%s: no embedding net for types %d and %d; damaged file?".formatted(file, c, n));
        }
        SerializedModelReader.refuse(
            file,
            embedding[c][n] == null && mean,
            "exclude_types of a descriptor whose statistics have a mean (set_davg_zero false): this"
                + " format leaves out embedding nets that the numbers depend on; the model cannot"
                + " be read");
      }
    }
  }

  /** Nets come with the first type running fastest ({@code NetworkCollection._convert_key}). */
  static Network[][] embedding(Section section, int types, boolean oneSide) {
    List<Section> nets = section.section("embeddings").sections("networks");
    if (nets.size() != (oneSide ? types : types * types)) {
      throw new InputException(
          "%s: %s for %s; damaged file?"
              .formatted(
                  section.file(),
                  Counted.of(nets.size(), "embedding net"),
                  Counted.of(types, "type")));
    }
    Network[][] embedding = new Network[types][types];
    for (int neighbor = 0; neighbor < types; neighbor++) {
      Network shared = oneSide ? net(nets.get(neighbor)) : null;
      for (int centre = 0; centre < types; centre++) {
        embedding[centre][neighbor] = oneSide ? shared : net(nets.get(centre + types * neighbor));
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
          "%s: embedding net of %s cannot be read yet; expected 1"
              .formatted(section.file(), Counted.of(net.inputSize(), "input")));
    }
    return net;
  }

  static int width(String file, Network[][] embedding) {
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
}
