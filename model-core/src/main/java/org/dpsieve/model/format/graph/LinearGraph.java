package org.dpsieve.model.format.graph;

import java.util.List;
import org.dpsieve.error.UnsupportedModelException;
import org.dpsieve.model.DeepPotential;
import org.dpsieve.model.LinearCombination;
import org.dpsieve.model.TypeMaps;
import org.dpsieve.model.format.proto.NodeDef;

/** Reads a linear combination of models ({@code deepmd/tf/model/linear.py}). */
final class LinearGraph {
  private final FrozenGraph graph;
  private final List<String> names;

  /**
   * @param names of the types, where the graph names none
   */
  LinearGraph(FrozenGraph graph, List<String> names) {
    this.graph = graph;
    this.names = names;
  }

  static boolean isOne(FrozenGraph graph) {
    return graph.energyNodes().stream().anyMatch(node -> node.getName().equals("o_energy_model0"));
  }

  /** sum over models of energy times weight; names of model k end with {@code _model}k. */
  DeepPotential read() {
    NodeDef sum = graph.origin(graph.node("o_energy"));
    NodeDef product = graph.origin(graph.input(sum, 0));
    NodeDef energies = graph.origin(graph.input(product, 0));
    NodeDef slice = graph.origin(graph.input(product, 1));
    boolean linear =
        sum.getOp().equals("Sum")
            && product.getOp().equals("Mul")
            && energies.getOp().equals("Pack")
            && slice.getOp().equals("StridedSlice");
    double[] weights = linear ? graph.constant(graph.input(slice, 0)).values() : new double[0];
    if (!linear || weights.length != energies.getInputCount()) {
      throw new UnsupportedModelException(
          "%s: its energy is no sum of weighted energies of models".formatted(graph.file()));
    }
    LinearCombination combination = new LinearCombination(graph.file());
    for (int k = 0; k < weights.length; k++) {
      String ending = "_model" + k;
      if (!graph.input(energies, k).getName().equals("o_energy" + ending)) {
        throw new UnsupportedModelException(
            "%s: its energy is no sum of weighted energies of models".formatted(graph.file()));
      }
      add(graph.part(ending), weights[k], combination);
    }
    List<String> typeMap = FrozenGraphReader.typeMap(graph);
    return combination.sum(TypeMaps.named(graph.file(), typeMap, names, combination.types()));
  }

  private void add(FrozenGraph part, double weight, LinearCombination combination) {
    PairTableGraph tables = new PairTableGraph(part);
    if (tables.isAlone()) {
      combination.add(tables.alone(), weight);
      FrozenGraphReader.requireEverythingUnderstood(part);
    } else {
      combination.add(FrozenGraphReader.read(part, names), weight);
    }
  }
}
