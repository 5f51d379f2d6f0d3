package org.dpsieve.model.format.graph;

import java.util.Arrays;
import org.dpsieve.error.InputException;
import org.dpsieve.error.UnsupportedModelException;
import org.dpsieve.model.Network;
import org.dpsieve.model.format.proto.NodeDef;
import org.dpsieve.text.Counted;

/** Reads the type embedding of a frozen graph ({@code deepmd/tf/utils/type_embed.py}). */
final class TypeEmbeddingGraph {
  private static final String SCOPE = "type_embed_net";
  private static final String FIRST = SCOPE + "/matrix_1";
  private static final String VECTORS = "t_typeebd";

  private final FrozenGraph graph;

  TypeEmbeddingGraph(FrozenGraph graph) {
    this.graph = graph;
  }

  /**
   * @return the vectors of the types, [types][size]; {@code null} where the energy depends on none
   */
  double[][] read() {
    if (!graph.has(FIRST)) {
      return null;
    }
    LayerReader layers = new LayerReader(graph);
    Network net = layers.embeddingNet(SCOPE, "");
    if (net.inputSize() > 200) {
      throw new InputException(
          "%s: a type embedding of %s; damaged file?"
              .formatted(graph.file(), Counted.of(net.inputSize(), "type")));
    }
    requireTypesAlone(layers.argument(FIRST));
    requireZeroPadding();
    double[][] vectors = new double[net.inputSize()][];
    for (int t = 0; t < vectors.length; t++) {
      double[] one = new double[vectors.length];
      one[t] = 1;
      vectors[t] = net.apply(one);
    }
    return vectors;
  }

  /** Whether a node looks vectors up, for every place of a table. */
  boolean isLookup(NodeDef node) {
    NodeDef lookup = node;
    while (lookup.getOp().equals("Tile")) {
      lookup = graph.origin(graph.input(lookup, 0));
    }
    return lookup.getOp().equals("GatherV2")
        && graph.origin(graph.input(lookup, 0)).equals(graph.origin(graph.node(VECTORS)));
  }

  /** The first layer takes 1 for the type and 0 for all others. */
  private void requireTypesAlone(NodeDef argument) {
    if (!argument.getOp().equals("OneHot")) {
      throw unsupported("inputs other than the types (use_econf_tebd?)");
    }
    double[] numbers = graph.constant(graph.input(argument, 0)).values();
    boolean plain =
        graph.number(graph.input(argument, 2)) == 1 && graph.number(graph.input(argument, 3)) == 0;
    for (int i = 0; i < numbers.length; i++) {
      plain &= numbers[i] == i;
    }
    if (!plain) {
      throw unsupported("inputs other than 1 for a type and 0 for the others");
    }
    graph.understand(argument);
  }

  /** One more vector may follow, that of empty places. */
  private void requireZeroPadding() {
    NodeDef vectors = graph.origin(graph.node(VECTORS));
    if (vectors.getOp().equals("ConcatV2")) {
      double[] padding = graph.constant(graph.input(vectors, 1)).values();
      if (Arrays.stream(padding).anyMatch(value -> value != 0)) {
        throw unsupported("a vector of empty places that is not zero");
      }
    }
  }

  private UnsupportedModelException unsupported(String what) {
    return new UnsupportedModelException(
        "%s: type_embedding with %s cannot be read".formatted(graph.file(), what));
  }
}
