package org.dpsieve.model.format;

import java.util.List;
import org.dpsieve.error.InputException;
import org.dpsieve.error.UnsupportedModelException;
import org.dpsieve.model.Network;
import org.dpsieve.model.TypedEmbedding;
import org.dpsieve.text.Counted;

/** Embedding nets that know types ({@code tebd_input_mode}), with the type embedding itself. */
final class SerializedTypedEmbedding {
  private SerializedTypedEmbedding() {}

  static TypedEmbedding read(Section section, int types, boolean oneSide, boolean smooth) {
    String file = section.file();
    SerializedModelReader.refuse(
        file,
        section.flag("use_econf_tebd", false),
        "type embedding by electronic configuration (use_econf_tebd) cannot be read yet");
    String mode =
        section.text("type").equals("se_atten_v2")
            ? "strip"
            : section.text("tebd_input_mode", "concat");
    boolean strip = mode.equals("strip");
    if (!strip && !mode.equals("concat")) {
      throw new UnsupportedModelException(
          "%s: tebd_input_mode '%s' cannot be read, expected concat or strip"
              .formatted(file, mode));
    }
    Network typeNet =
        SerializedNetworks.network(section.section("type_embedding").section("embedding"));
    if (typeNet.inputSize() != types) {
      throw new InputException(
          "%s: a type embedding of %s for %s; damaged file?"
              .formatted(
                  file, Counted.of(typeNet.inputSize(), "input"), Counted.of(types, "type")));
    }
    double[][] vectors = new double[types][];
    for (int t = 0; t < types; t++) {
      double[] one = new double[types];
      one[t] = 1;
      vectors[t] = typeNet.apply(one);
    }
    int dimension = (oneSide ? 1 : 2) * typeNet.outputSize();
    Network network = single(section, "embeddings", strip ? 1 : 1 + dimension);
    Network stripped = strip ? single(section, "embeddings_strip", dimension) : null;
    if (strip && stripped.outputSize() != network.outputSize()) {
      throw new InputException(
          "%s: embedding nets of widths %d and %d, expected one width"
              .formatted(file, network.outputSize(), stripped.outputSize()));
    }
    return new TypedEmbedding(vectors, network, stripped, oneSide, smooth);
  }

  private static Network single(Section section, String key, int inputs) {
    List<Section> nets = section.section(key).sections("networks");
    if (nets.size() != 1 || nets.get(0) == null) {
      throw new InputException(
          "%s: %s holds %s, expected one; damaged file?"
              .formatted(section.file(), key, Counted.of(nets.size(), "net")));
    }
    Network net = SerializedNetworks.network(nets.get(0));
    if (net.inputSize() != inputs) {
      throw new InputException(
          "%s: %s of %s, expected %d; damaged file?"
              .formatted(section.file(), key, Counted.of(net.inputSize(), "input"), inputs));
    }
    return net;
  }
}
