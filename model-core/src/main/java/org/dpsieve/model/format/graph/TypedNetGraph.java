package org.dpsieve.model.format.graph;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.dpsieve.error.InputException;
import org.dpsieve.error.UnsupportedModelException;
import org.dpsieve.model.Network;
import org.dpsieve.model.Precision;
import org.dpsieve.model.format.proto.NodeDef;
import org.dpsieve.text.Counted;

/**
 * Reads embedding nets that know types: of (s, vector of the neighbor's type) and perhaps the
 * vector of the centre's ({@code deepmd/tf/descriptor/se_a.py: _concat_type_embedding}, {@code
 * se_atten.py: _lookup_type_embedding}).
 */
final class TypedNetGraph {
  private final FrozenGraph graph;
  private final LayerReader layers;
  private final TypeEmbeddingGraph embedding;
  private final double[][] vectors;

  TypedNetGraph(FrozenGraph graph) {
    this.graph = graph;
    this.layers = new LayerReader(graph);
    this.embedding = new TypeEmbeddingGraph(graph);
    this.vectors = embedding.read();
  }

  /** Whether a scope has such a net: one for all pairs of types. */
  boolean has(String scope) {
    return vectors != null && graph.has(scope + "/matrix_1");
  }

  Precision precision(String scope) {
    return graph.constant(scope + "/matrix_1").type() == Tensor.FLOAT
        ? Precision.FLOAT32
        : Precision.FLOAT64;
  }

  /** Of the types, [types][size]. */
  double[][] vectors() {
    return vectors;
  }

  /** Whether the centre's type does not count. */
  boolean isOneSide(Network net) {
    return net.inputSize() == 1 + vectors[0].length;
  }

  /** The net of a scope. */
  Network read(String scope, int types) {
    if (vectors.length != types) {
      throw new InputException(
          "%s: a type embedding of %s, its descriptor has %d; damaged file?"
              .formatted(graph.file(), Counted.of(vectors.length, "type"), types));
    }
    Network net = layers.embeddingNet(scope, "");
    NodeDef argument = layers.argument(scope + "/matrix_1");
    List<NodeDef> parts = new ArrayList<>();
    addParts(argument, parts);
    int size = vectors[0].length;
    boolean known =
        (parts.size() == 2 || parts.size() == 3)
            && net.inputSize() == 1 + (parts.size() - 1) * size
            && parts.subList(1, parts.size()).stream().allMatch(embedding::isLookup);
    if (!known) {
      throw new UnsupportedModelException(
          "%s: '%s' takes more than a distance and the type embedding of one or two types"
              .formatted(graph.file(), scope));
    }
    return net;
  }

  /** The net of s alone between atoms of two types. */
  Network between(Network net, int centre, int neighbor) {
    double[] held = vectors[neighbor].clone();
    if (!isOneSide(net)) {
      held = Arrays.copyOf(held, 2 * held.length);
      System.arraycopy(vectors[centre], 0, held, held.length / 2, held.length / 2);
    }
    return net.holding(1, held);
  }

  private void addParts(NodeDef node, List<NodeDef> parts) {
    if (node.getOp().equals("ConcatV2") && parts.size() < 4) {
      for (int i = 0; i < node.getInputCount() - 1; i++) {
        addParts(graph.origin(graph.input(node, i)), parts);
      }
    } else {
      parts.add(node);
    }
  }
}
