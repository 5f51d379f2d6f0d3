package org.dpsieve.model.format.graph;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.dpsieve.error.InputException;
import org.dpsieve.error.UnsupportedModelException;
import org.dpsieve.model.Embedding;
import org.dpsieve.model.Network;
import org.dpsieve.model.Precision;
import org.dpsieve.model.SeE2A;
import org.dpsieve.model.format.proto.NodeDef;

/** Reads the se_e2_a descriptor of a frozen graph ({@code deepmd/tf/descriptor/se_a.py}). */
final class SeE2AGraph {
  private static final Set<String> SUMS = Set.of("AddN", "Add", "AddV2");

  private final FrozenGraph graph;

  /** By scope. */
  private final Map<String, NodeDef> means = new HashMap<>();

  private final NodeDef environment;
  private final DescriptorGraph parts;
  private final CompressedGraph tables;
  private final TypedNetGraph typed;
  private final StrippedGraph stripped;

  SeE2AGraph(FrozenGraph graph, NodeDef environment) {
    this.graph = graph;
    this.environment = environment;
    this.parts = new DescriptorGraph(graph, environment);
    this.tables = new CompressedGraph(graph);
    this.typed = new TypedNetGraph(graph);
    this.stripped = new StrippedGraph(graph, parts.scope("all"), typed.vectors());
  }

  SeE2A read() {
    int[] sel = slots();
    int types = sel.length;
    boolean oneScope = isUsed(parts.scope("all"), types);
    List<String> scopes =
        (oneScope
                ? Stream.of(parts.scope("all"))
                : Stream.iterate(0, i -> i + 1).limit(types).map(parts::scope))
            .filter(scope -> isUsed(scope, types))
            .toList();
    scopes.forEach(scope -> tables.read(scope, sel));
    if (scopes.isEmpty()) {
      throw new UnsupportedModelException(
          "%s: no embedding net of a se_e2_a descriptor (filter_type_0/matrix_1_0 or filter_type_all/matrix_1_0) found"
              .formatted(graph.file()));
    }
    if (stripped.isUsed()) {
      stripped.read(types);
    }
    boolean ofVectors = !stripped.isUsed() && typed.has(scopes.get(0));
    Network ofAll = ofVectors ? typed.read(scopes.get(0), types) : null;
    boolean typeOneSide =
        stripped.isUsed()
            ? stripped.isOneSide()
            : ofAll == null ? oneScope : typed.isOneSide(ofAll);
    Embedding[][] embedding = new Embedding[types][types];
    double[] mask = oneScope ? parts.mask(scopes.get(0), types) : null;
    for (int neighbor = 0; neighbor < types; neighbor++) {
      Embedding shared = typeOneSide ? embedding(ofAll, parts.scope("all"), 0, neighbor) : null;
      for (int centre = 0; centre < types; centre++) {
        if (mask == null || mask[centre * types + neighbor] != 0) {
          embedding[centre][neighbor] =
              typeOneSide ? shared : embedding(ofAll, parts.scope(centre), centre, neighbor);
        }
      }
    }
    int width = width(embedding);
    graph.understand(environment);
    scopes.forEach(scope -> understandProducts(scope, types));
    int slots = Arrays.stream(sel).sum();
    SeE2A descriptor =
        new SeE2A(
            parts.smoothing("rcut_r_smth", "rcut_r"),
            sel,
            agreed(scopes, this::normalization, "normalization"),
            (int) agreed(scopes, scope -> parts.axisNeuron(mean(scope)), "axis_neuron"),
            typeOneSide,
            parts.statistics(5, types, slots, 4),
            parts.statistics(6, types, slots, 4),
            width,
            embedding,
            precision(scopes.get(0), types));
    return stripped.isUsed() ? descriptor.withEmpty(stripped.empty()) : descriptor;
  }

  private int[] slots() {
    int[] sel = parts.slots("sel_a");
    int[] radial = DescriptorGraph.integers(graph.attribute(environment, "sel_r"));
    if (Arrays.stream(radial).anyMatch(n -> n != 0)) {
      throw new UnsupportedModelException(
          "%s: sel_a %s, sel_r %s: not a se_e2_a descriptor"
              .formatted(graph.file(), Arrays.toString(sel), Arrays.toString(radial)));
    }
    return sel;
  }

  private boolean isUsed(String scope, int types) {
    if (typed.has(scope) || (stripped.isUsed() && scope.equals(parts.scope("all")))) {
      return true;
    }
    for (int i = 0; i < types; i++) {
      if (parts.has(scope, "" + i)) {
        return true;
      }
    }
    return tables.isUsed(scope);
  }

  /** {@code null} where the pair is excluded. */
  private Embedding embedding(Network ofAll, String scope, int centre, int neighbor) {
    if (stripped.isUsed()) {
      return stripped.embedding(centre, neighbor);
    }
    if (ofAll != null) {
      return typed.between(ofAll, centre, neighbor);
    }
    return parts.has(scope, "" + neighbor)
        ? parts.network(scope, "" + neighbor)
        : tables.table(scope, neighbor);
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
    if (stripped.isUsed()) {
      return stripped.precision();
    }
    if (typed.has(scope)) {
      return typed.precision(scope);
    }
    for (int i = 0; i < types; i++) {
      if (parts.has(scope, "" + i)) {
        return parts.precision(scope, "" + i);
      }
    }
    return tables.precision(scope);
  }

  /** A, the sum over neighbors divided by a constant; by DeePMD-kit 1.x, multiplied. */
  private NodeDef mean(String scope) {
    return means.computeIfAbsent(
        scope,
        key -> {
          List<NodeDef> found =
              graph.energyNodes().stream()
                  .filter(node -> node.getName().startsWith(scope + "/"))
                  .filter(node -> Set.of("RealDiv", "Mul").contains(node.getOp()))
                  .filter(node -> isSum(graph.origin(graph.input(node, 0))))
                  .filter(node -> graph.origin(graph.input(node, 1)).getOp().equals("Const"))
                  .toList();
          if (found.size() != 1) {
            throw parts.notA("se_e2_a", scope);
          }
          return found.get(0);
        });
  }

  /** Whether a node is a product of rows and nets, or the first of several that are added up. */
  private boolean isSum(NodeDef node) {
    NodeDef first = node;
    while (SUMS.contains(first.getOp())) {
      first = graph.origin(graph.input(first, 0));
    }
    return isTerm(first);
  }

  private boolean isTerm(NodeDef node) {
    return isProduct(node) || tables.isTable(node) || StrippedGraph.isTable(node);
  }

  /** D = (A^T A) with A the sum over neighbor types of R^T G, divided by a constant. */
  private void understandProducts(String scope, int types) {
    NodeDef divided = mean(scope);
    List<NodeDef> terms = new ArrayList<>();
    addTerms(graph.origin(graph.input(divided, 0)), terms);
    long nets =
        typed.has(scope) || stripped.isUsed()
            ? 1
            : IntStream.range(0, types)
                .filter(i -> parts.has(scope, "" + i) || tables.table(scope, i) != null)
                .count();
    List<NodeDef> squares =
        graph.consumers(divided).stream().filter(SeE2AGraph::isProduct).toList();
    if ((terms.size() != nets && !isProductOfAll(terms, nets))
        || !terms.stream().allMatch(this::isTerm)
        || squares.size() != 1) {
      throw new UnsupportedModelException(
          "%s: '%s' does not end in the products of a se_e2_a descriptor"
              .formatted(graph.file(), scope));
    }
    graph.understand(divided);
    terms.forEach(graph::understand);
    squares.forEach(graph::understand);
  }

  /** By DeePMD-kit 0.12 and 1.x: one product, with the nets of all types one below the other. */
  private boolean isProductOfAll(List<NodeDef> terms, long nets) {
    if (terms.size() != 1 || !isProduct(terms.get(0))) {
      return false;
    }
    NodeDef all = graph.origin(graph.input(terms.get(0), 1));
    long found = 0;
    for (int i = 0; all.getOp().equals("ConcatV2") && i < all.getInputCount() - 1; i++) {
      found += graph.isTimesZero(graph.origin(graph.input(all, i))) ? 0 : 1;
    }
    return found == nets;
  }

  private void addTerms(NodeDef sum, List<NodeDef> terms) {
    if (SUMS.contains(sum.getOp()) && terms.size() < 1000) {
      for (int i = 0; i < sum.getInputCount(); i++) {
        addTerms(graph.origin(graph.input(sum, i)), terms);
      }
      graph.understand(sum);
    } else {
      terms.add(sum);
    }
  }

  static boolean isProduct(NodeDef node) {
    return node.getOp().equals("BatchMatMulV2") || node.getOp().equals("BatchMatMul");
  }

  /** The divisor of the sum over neighbors. */
  private double normalization(String scope) {
    NodeDef mean = mean(scope);
    double constant = graph.number(graph.input(mean, 1));
    return mean.getOp().equals("Mul") ? 1 / constant : constant;
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
}
