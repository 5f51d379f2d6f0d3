package org.dpsieve.model.format.graph;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.dpsieve.error.UnsupportedModelException;
import org.dpsieve.model.PairTable;
import org.dpsieve.model.PairTables;
import org.dpsieve.model.ShortRange;
import org.dpsieve.model.SmoothSwitch;
import org.dpsieve.model.Surroundings;
import org.dpsieve.model.format.proto.NodeDef;

/** Reads the pair table of a frozen graph ({@code deepmd/tf/model/ener.py, pairtab.py}). */
final class PairTableGraph {
  private final FrozenGraph graph;

  PairTableGraph(FrozenGraph graph) {
    this.graph = graph;
  }

  /** The operation that looks up tables, where there is one. */
  Optional<NodeDef> lookup() {
    return graph.energyNodes().stream().filter(node -> node.getOp().equals("PairTab")).findFirst();
  }

  /** The environment whose neighbors a lookup is about. */
  NodeDef environment(NodeDef lookup) {
    return graph.origin(graph.input(lookup, 4));
  }

  /** Whether the energy is that of a table and nothing else. */
  boolean isAlone() {
    return lookup()
        .map(
            node ->
                graph.origin(graph.input(graph.node("o_energy"), 0)).equals(node)
                    && environment(node).getOp().equals("ProdEnvMatAMix"))
        .orElse(false);
  }

  /** The table of a model {@code pairtab}. */
  PairTable alone() {
    NodeDef lookup = lookup().orElseThrow();
    NodeDef environment = environment(lookup);
    NodeDef scale = graph.origin(graph.input(lookup, 6));
    if (!scale.getOp().equals("Fill") || graph.number(graph.input(scale, 1)) != 1) {
      throw new UnsupportedModelException(
          "%s: its table of pair energies is scaled".formatted(graph.file()));
    }
    graph.constant(graph.input(environment, 5)); // statistics, which distances do not depend on
    graph.constant(graph.input(environment, 6));
    graph.understand(environment);
    graph.understand(graph.node("o_energy"));
    int types = (int) Math.round(graph.constant(graph.input(lookup, 0)).values()[3]);
    double rcut = graph.attribute(environment, "rcut_r").getF();
    int[] sel = new DescriptorGraph(graph, environment).slots("sel_a");
    return table(lookup, PairTables.surroundings(rcut, Arrays.stream(sel).sum(), types));
  }

  /**
   * The table of {@code use_srtab}: E = sw (table + bias) + (1 - sw) E_nets.
   *
   * @param bias of the fitting by type, for a table that takes it ({@code srtab_add_bias})
   */
  ShortRange shortRange(NodeDef lookup, Surroundings surroundings, double[] bias) {
    NodeDef soft = graph.origin(graph.input(lookup, 6));
    NodeDef sum = graph.origin(graph.input(graph.node("o_energy"), 0));
    NodeDef byTable = factor(sum, 0, soft);
    NodeDef rest = graph.origin(graph.input(factor(sum, 1, null), 0));
    boolean biased = !byTable.equals(lookup);
    if (!soft.getOp().equals("SoftMinSwitch")
        || !rest.getOp().equals("Sub")
        || graph.number(graph.input(rest, 0)) != 1
        || !graph.origin(graph.input(rest, 1)).equals(soft)
        || biased && !isBiased(byTable, lookup)) {
      throw new UnsupportedModelException(
          "%s: its table of pair energies is not combined as by use_srtab".formatted(graph.file()));
    }
    List.of(soft, sum, rest, byTable).forEach(graph::understand);
    return new ShortRange(
        table(lookup, surroundings),
        biased ? bias : new double[bias.length],
        graph.attribute(soft, "alpha").getF(),
        SmoothSwitch.singlePrecision(
            graph.attribute(soft, "rmin").getF(), graph.attribute(soft, "rmax").getF()),
        0,
        surroundings);
  }

  /** What is multiplied, by {@code by}, in an operand of the sum. */
  private NodeDef factor(NodeDef sum, int operand, NodeDef by) {
    NodeDef product = graph.origin(graph.input(sum, operand));
    if (!sum.getOp().equals("AddV2")
        || !product.getOp().equals("Mul")
        || by != null && !graph.origin(graph.input(product, 0)).equals(by)) {
      throw new UnsupportedModelException(
          "%s: its table of pair energies is not combined as by use_srtab".formatted(graph.file()));
    }
    graph.understand(product);
    return by == null ? product : graph.origin(graph.input(product, 1));
  }

  /** table + bias of the type for atoms that are there. */
  private boolean isBiased(NodeDef sum, NodeDef lookup) {
    if (!sum.getOp().equals("AddV2") || !graph.origin(graph.input(sum, 0)).equals(lookup)) {
      return false;
    }
    NodeDef present = graph.origin(graph.input(sum, 1));
    if (!present.getOp().equals("Mul")) {
      return false;
    }
    NodeDef gather = graph.origin(graph.input(present, 0));
    graph.understand(present);
    return gather.getOp().equals("GatherV2")
        && graph.origin(graph.input(gather, 0)).getName().endsWith("t_bias_atom_e");
  }

  /**
   * The table of a lookup. One whose neighbors are not kept by type ({@code ProdEnvMatAMix}) takes
   * all of them as of type 0 ({@code source/lib/src/pair_tab.cc: _pair_tab_jloop}): DeePMD-kit's
   * users have these numbers.
   */
  private PairTable table(NodeDef lookup, Surroundings surroundings) {
    double[] info = graph.constant(graph.input(lookup, 0)).values();
    double[] data = graph.constant(graph.input(lookup, 1)).values();
    int types = surroundings.sel().length;
    graph.understand(lookup);
    PairTable table =
        PairTables.table(graph.file(), info, data, types, Double.POSITIVE_INFINITY, surroundings);
    if (DescriptorGraph.integers(graph.attribute(lookup, "sel_a")).length < types) {
      for (double[][] row : table.coefficients()) {
        Arrays.fill(row, row[0]);
      }
    }
    return table;
  }
}
