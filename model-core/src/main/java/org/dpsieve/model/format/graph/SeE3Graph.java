package org.dpsieve.model.format.graph;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.dpsieve.error.UnsupportedModelException;
import org.dpsieve.model.Network;
import org.dpsieve.model.Precision;
import org.dpsieve.model.SeE3;
import org.dpsieve.model.format.proto.NodeDef;

/** Reads the se_e3 descriptor of a frozen graph ({@code deepmd/tf/descriptor/se_t.py}). */
final class SeE3Graph {
  /** R_j . R_k, and the sum over j and k. */
  private static final Set<String> PRODUCTS = Set.of("ijm,ikm->ijk", "ijk,ijkm->im");

  private final FrozenGraph graph;

  SeE3Graph(FrozenGraph graph) {
    this.graph = graph;
  }

  SeE3 read(NodeDef environment) {
    DescriptorGraph parts = new DescriptorGraph(graph, environment);
    int[] sel = parts.slots("sel_a");
    int types = sel.length;
    int slots = Arrays.stream(sel).sum();
    String scope = parts.scope("all");
    Network[][] embedding = new Network[types][types];
    Precision precision = Precision.FLOAT64;
    Deque<NodeDef> found = terms(scope);
    Set<String> terms = new HashSet<>();
    for (int a = 0; a < types; a++) {
      for (int b = a; b < types; b++) {
        String net = a + "_" + b;
        if (!parts.has(scope, net) || found.isEmpty()) {
          throw parts.notA("se_e3", scope);
        }
        embedding[a][b] = parts.network(scope, net);
        precision = parts.precision(scope, net);
        terms.add(found.peek().getName());
        understandTerm(found.pop(), scope, sel[a] * (double) sel[b], parts);
      }
    }
    parts.requireOneWidth(embedding);
    understandSum(scope, terms);
    graph.understand(environment);
    double[][] davg = parts.statistics(5, types, slots, 4);
    if (Arrays.stream(davg).anyMatch(row -> row[1] != 0 || row[2] != 0 || row[3] != 0)) {
      throw new UnsupportedModelException(
          "%s: means of the environment's directions that are not zero".formatted(graph.file()));
    }
    return new SeE3(
        parts.smoothing("rcut_r_smth", "rcut_r"),
        0,
        sel,
        parts.statistics(6, types, slots, 4),
        embedding,
        null,
        precision);
  }

  /** The scaled sums, one per pair of types, in the order in which they were made. */
  private Deque<NodeDef> terms(String scope) {
    String prefix = scope + "/mul";
    return graph.energyNodes().stream()
        .filter(node -> node.getName().matches(Pattern.quote(prefix) + "(_\\d{1,6})?"))
        .filter(node -> node.getOp().equals("Mul"))
        .filter(node -> isProduct(graph.origin(graph.input(node, 0))))
        .sorted(
            Comparator.comparingInt(
                node -> {
                  String number = node.getName().substring(prefix.length());
                  return number.isEmpty() ? 0 : Integer.parseInt(number.substring(1));
                }))
        .collect(Collectors.toCollection(ArrayDeque::new));
  }

  /** The sum over one pair of types, divided by its slots. */
  private void understandTerm(NodeDef term, String scope, double slots, DescriptorGraph parts) {
    NodeDef sum = graph.origin(graph.input(term, 0));
    NodeDef cosines = graph.origin(graph.input(sum, 0));
    double factor = graph.constant(graph.input(term, 1)).values()[0];
    if (!isProduct(cosines) || Math.abs(factor * slots - 1) > 1e-6) {
      throw parts.notA("se_e3", scope);
    }
    List.of(term, sum, cosines).forEach(graph::understand);
  }

  private boolean isProduct(NodeDef node) {
    return node.getOp().equals("Einsum")
        && PRODUCTS.contains(graph.attribute(node, "equation").getS().toStringUtf8());
  }

  /** Additions of terms, and of what was added before. */
  private void understandSum(String scope, Set<String> terms) {
    boolean more = true;
    while (more) {
      more = false;
      for (NodeDef node : graph.energyNodes()) {
        boolean sum =
            Set.of("Add", "AddV2").contains(node.getOp())
                && node.getName().startsWith(scope + "/")
                && terms.contains(graph.origin(graph.input(node, 0)).getName())
                && terms.contains(graph.origin(graph.input(node, 1)).getName());
        if (sum && terms.add(node.getName())) {
          graph.understand(node);
          more = true;
        }
      }
    }
  }
}
