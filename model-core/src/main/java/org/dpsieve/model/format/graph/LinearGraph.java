package org.dpsieve.model.format.graph;

import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
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
    double[] weights = weights();
    LinearCombination combination = new LinearCombination(graph.file());
    for (int k = 0; k < weights.length; k++) {
      add(graph.part(ending(k)), weights[k], combination);
    }
    List<String> typeMap = FrozenGraphReader.typeMap(graph);
    return combination.sum(TypeMaps.named(graph.file(), typeMap, names, combination.types()));
  }

  /**
   * The first Deep Potential, to which the others are additions.
   *
   * @param ending of its nodes' names
   * @param weight of its energy
   */
  record First(String ending, double weight) {
    /** All of a graph. */
    static final First ALL = new First("", 1);

    /** A node's name in the part; {@code null} where it is none of it. */
    String own(String name) {
      String found = name.replaceAll(Pattern.quote(ending) + "(?=[/:]|$)", "");
      return ending.isEmpty() || !found.equals(name) ? found : null;
    }

    /** Numbers of the part's own. */
    double[] own(double[] values) {
      return Arrays.stream(values).map(value -> value / weight).toArray();
    }
  }

  First first() {
    double[] weights = weights();
    for (int k = 0; k < weights.length; k++) {
      if (!new PairTableGraph(graph.part(ending(k))).isAlone()) {
        return new First(ending(k), weights[k]);
      }
    }
    throw new IllegalArgumentException(graph.file() + ": tables alone");
  }

  private static String ending(int model) {
    return "_model" + model;
  }

  private double[] weights() {
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
    for (int k = 0; k < weights.length; k++) {
      if (!graph.input(energies, k).getName().equals("o_energy" + ending(k))) {
        throw new UnsupportedModelException(
            "%s: its energy is no sum of weighted energies of models".formatted(graph.file()));
      }
    }
    return weights;
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
