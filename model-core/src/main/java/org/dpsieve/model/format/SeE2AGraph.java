package org.dpsieve.model.format;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.dpsieve.error.InputException;
import org.dpsieve.error.UnsupportedModelException;
import org.dpsieve.model.Embedding;
import org.dpsieve.model.Layer;
import org.dpsieve.model.Network;
import org.dpsieve.model.Precision;
import org.dpsieve.model.SeE2A;
import org.dpsieve.model.SmoothSwitch;
import org.dpsieve.model.format.proto.AttrValue;
import org.dpsieve.model.format.proto.NodeDef;

/** Reads the se_e2_a descriptor of a frozen graph ({@code deepmd/tf/descriptor/se_a.py}). */
final class SeE2AGraph {
  private final FrozenGraph graph;
  private final LayerReader layers;
  private final CompressedGraph tables;

  SeE2AGraph(FrozenGraph graph) {
    this.graph = graph;
    this.layers = new LayerReader(graph);
    this.tables = new CompressedGraph(graph);
  }

  SeE2A read(NodeDef environment) {
    int[] sel = slots(environment);
    int types = sel.length;
    boolean typeOneSide = isUsed("filter_type_all", types);
    List<String> scopes =
        (typeOneSide
                ? Stream.of("filter_type_all")
                : Stream.iterate(0, i -> i + 1).limit(types).map(i -> "filter_type_" + i))
            .filter(scope -> isUsed(scope, types))
            .toList();
    scopes.forEach(scope -> tables.read(scope, sel));
    if (scopes.isEmpty()) {
      throw new UnsupportedModelException(
          "%s: no embedding net of a se_e2_a descriptor (filter_type_0/matrix_1_0 or filter_type_all/matrix_1_0) found"
              .formatted(graph.file()));
    }
    if (!scopes.stream().allMatch(scope -> graph.hasNode(scope + "/truediv"))) {
      throw new UnsupportedModelException(
          "%s: a descriptor as DeePMD-kit 1.x builds it cannot be read yet; freeze the model with DeePMD-kit 2 or later"
              .formatted(graph.file()));
    }
    Embedding[][] embedding = new Embedding[types][types];
    double[] mask = typeOneSide ? mask(scopes.get(0), types) : null;
    for (int neighbour = 0; neighbour < types; neighbour++) {
      Embedding shared = typeOneSide ? embedding("filter_type_all", neighbour) : null;
      for (int centre = 0; centre < types; centre++) {
        String scope = "filter_type_" + centre;
        if (!typeOneSide) {
          embedding[centre][neighbour] = embedding(scope, neighbour);
        } else if (mask == null || mask[centre * types + neighbour] != 0) {
          embedding[centre][neighbour] = shared;
        }
      }
    }
    int width = width(embedding);
    graph.understand(environment);
    scopes.forEach(scope -> understandProducts(scope, types));
    int slots = 4 * Arrays.stream(sel).sum();
    return new SeE2A(
        SmoothSwitch.singlePrecision(
            graph.attribute(environment, "rcut_r_smth").getF(),
            graph.attribute(environment, "rcut_r").getF()),
        sel,
        agreed(scopes, this::normalization, "normalization"),
        (int) agreed(scopes, this::axisNeuron, "axis_neuron"),
        typeOneSide,
        rows(environment, 5, types, slots),
        rows(environment, 6, types, slots),
        width,
        embedding,
        precision(scopes.get(0), types));
  }

  private int[] slots(NodeDef environment) {
    int[] sel = integers(graph.attribute(environment, "sel_a"));
    int[] radial = integers(graph.attribute(environment, "sel_r"));
    if (sel.length == 0 || Arrays.stream(radial).anyMatch(n -> n != 0)) {
      throw new UnsupportedModelException(
          "%s: sel_a %s, sel_r %s: not a se_e2_a descriptor"
              .formatted(graph.file(), Arrays.toString(sel), Arrays.toString(radial)));
    }
    if (Arrays.stream(sel).anyMatch(n -> n < 0 || n > 1_000_000)) {
      throw new InputException(
          "%s: sel %s; damaged file?".formatted(graph.file(), Arrays.toString(sel)));
    }
    return sel;
  }

  private static int[] integers(AttrValue value) {
    return value.getList().getIList().stream().mapToInt(Long::intValue).toArray();
  }

  private boolean isUsed(String scope, int types) {
    for (int i = 0; i < types; i++) {
      if (graph.has("%s/matrix_1_%d".formatted(scope, i))) {
        return true;
      }
    }
    return tables.isUsed(scope);
  }

  /** {@code null} where the pair is excluded. */
  private Embedding embedding(String scope, int neighbour) {
    return graph.has("%s/matrix_1_%d".formatted(scope, neighbour))
        ? network(scope, neighbour)
        : tables.table(scope, neighbour);
  }

  private Network network(String scope, int neighbour) {
    List<Layer> found = new ArrayList<>();
    for (int i = 1; graph.has("%s/matrix_%d_%d".formatted(scope, i, neighbour)); i++) {
      String suffix = "_%d_%d".formatted(i, neighbour);
      found.add(
          layers.hidden(
              scope + "/matrix" + suffix, scope + "/bias" + suffix, scope + "/idt" + suffix));
    }
    if (found.get(0).inputs() != 1) {
      throw new UnsupportedModelException(
          "%s: embedding net of %d inputs (type_embedding?) cannot be read yet; expected 1"
              .formatted(graph.file(), found.get(0).inputs()));
    }
    return layers.network(found);
  }

  private int width(Embedding[][] embedding) {
    int[] widths =
        Arrays.stream(embedding)
            .flatMap(Arrays::stream)
            .filter(net -> net != null)
            .mapToInt(Embedding::outputSize)
            .distinct()
            .toArray();
    if (widths.length != 1) {
      throw new InputException(
          "%s: embedding nets of widths %s, expected one width"
              .formatted(graph.file(), Arrays.toString(widths)));
    }
    return widths[0];
  }

  private Precision precision(String scope, int types) {
    for (int i = 0; i < types; i++) {
      String matrix = "%s/matrix_1_%d".formatted(scope, i);
      if (graph.has(matrix)) {
        return graph.constant(matrix).type() == Tensor.FLOAT
            ? Precision.FLOAT32
            : Precision.FLOAT64;
      }
    }
    return tables.precision(scope);
  }

  /** D = (A^T A) with A the sum over neighbour types of R^T G, divided by a constant. */
  private void understandProducts(String scope, int types) {
    NodeDef divided = graph.node(scope + "/truediv");
    NodeDef sum = graph.origin(graph.input(divided, 0));
    List<NodeDef> terms = new ArrayList<>();
    if (sum.getOp().equals("AddN")) {
      for (int i = 0; i < sum.getInputCount(); i++) {
        terms.add(graph.origin(graph.input(sum, i)));
      }
    } else {
      terms.add(sum);
    }
    long nets =
        IntStream.range(0, types)
            .filter(
                i ->
                    graph.has("%s/matrix_1_%d".formatted(scope, i))
                        || tables.table(scope, i) != null)
            .count();
    List<NodeDef> squares =
        graph.consumers(divided).stream().filter(SeE2AGraph::isProduct).toList();
    if (!divided.getOp().equals("RealDiv")
        || terms.size() != nets
        || !terms.stream().allMatch(term -> isProduct(term) || tables.isTable(term))
        || squares.size() != 1) {
      throw new UnsupportedModelException(
          "%s: '%s' does not end in the products of a se_e2_a descriptor"
              .formatted(graph.file(), scope));
    }
    graph.understand(divided);
    graph.understand(sum);
    terms.forEach(graph::understand);
    squares.forEach(graph::understand);
  }

  private static boolean isProduct(NodeDef node) {
    return node.getOp().equals("BatchMatMulV2") || node.getOp().equals("BatchMatMul");
  }

  /** The divisor of the sum over neighbours. */
  private double normalization(String scope) {
    return graph.constant(graph.input(graph.node(scope + "/truediv"), 1)).values()[0];
  }

  /** Columns of the slice that makes the second factor. */
  private double axisNeuron(String scope) {
    for (NodeDef slice : graph.consumers(graph.node(scope + "/truediv"))) {
      if (slice.getOp().equals("Slice")) {
        double[] size = graph.constant(graph.input(slice, 2)).values();
        double[] begin = graph.constant(graph.input(slice, 1)).values();
        if (size.length == 3 && Arrays.stream(begin).allMatch(b -> b == 0)) {
          return size[2];
        }
      }
    }
    throw new UnsupportedModelException(
        "%s: no axis_neuron found in '%s'".formatted(graph.file(), scope));
  }

  private interface Reading {
    double of(String scope);
  }

  private double agreed(List<String> scopes, Reading reading, String what) {
    double[] values = scopes.stream().mapToDouble(reading::of).distinct().toArray();
    if (values.length != 1 || !(values[0] > 0)) {
      throw new UnsupportedModelException(
          "%s: %s %s, expected one positive number"
              .formatted(graph.file(), what, Arrays.toString(values)));
    }
    return values[0];
  }

  /** davg or dstd: the same four numbers in every slot. */
  private double[][] rows(NodeDef environment, int input, int types, int columns) {
    Tensor tensor = graph.constant(graph.input(environment, input));
    if (tensor.type() != Tensor.DOUBLE) {
      throw new UnsupportedModelException(
          "%s: made by a DeePMD-kit that computes in %s throughout (DP_INTERFACE_PREC=low), which cannot be reproduced; expected float64"
              .formatted(graph.file(), Tensor.typeName(tensor.type())));
    }
    if (tensor.values().length != types * columns) {
      throw new InputException(
          "%s: descrpt_attr statistics of shape %s, expected [%d, %d]"
              .formatted(graph.file(), Arrays.toString(tensor.shape()), types, columns));
    }
    double[][] rows = new double[types][];
    for (int type = 0; type < types; type++) {
      int start = type * columns;
      rows[type] = Arrays.copyOfRange(tensor.values(), start, start + 4);
      for (int i = 0; i < columns; i++) {
        if (tensor.values()[start + i] != rows[type][i % 4]) {
          throw new UnsupportedModelException(
              "%s: statistics of the environment differ from slot to slot (type %d)"
                  .formatted(graph.file(), type));
        }
      }
    }
    return rows;
  }

  /** 1 or 0 per [centre type, neighbour type]; {@code null} when nothing is excluded. */
  private double[] mask(String scope, int types) {
    NodeDef first =
        graph.energyNodes().stream()
            .filter(node -> node.getOp().equals("Slice"))
            .filter(node -> node.getName().startsWith(scope + "/"))
            .map(node -> graph.origin(graph.input(node, 0)))
            .filter(node -> !node.getName().startsWith(scope + "/"))
            .findFirst()
            .orElseThrow(
                () ->
                    new UnsupportedModelException(
                        "%s: '%s' reads no environment".formatted(graph.file(), scope)));
    if (!first.getOp().equals("Mul")) {
      return null;
    }
    NodeDef lookup = graph.origin(graph.input(first, 1));
    Tensor mask = graph.constant(graph.input(lookup, 0));
    if (mask.values().length != types * types
        || Arrays.stream(mask.values()).anyMatch(m -> m != 0 && m != 1)) {
      throw new UnsupportedModelException(
          "%s: '%s' is no mask of excluded types".formatted(graph.file(), lookup.getName()));
    }
    graph.understand(first);
    return mask.values();
  }
}
