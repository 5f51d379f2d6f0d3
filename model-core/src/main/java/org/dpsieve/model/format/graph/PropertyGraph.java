package org.dpsieve.model.format.graph;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.dpsieve.error.InputException;
import org.dpsieve.error.UnsupportedModelException;
import org.dpsieve.frame.Property;
import org.dpsieve.model.Additions;
import org.dpsieve.model.DeepPotential;
import org.dpsieve.model.EnergyFitting;
import org.dpsieve.model.Equivariant;
import org.dpsieve.model.Layer;
import org.dpsieve.model.Network;
import org.dpsieve.model.Precision;
import org.dpsieve.model.PropertyHead;
import org.dpsieve.model.PropertyHead.Form;
import org.dpsieve.model.PropertyModel;
import org.dpsieve.model.format.proto.GraphDef;
import org.dpsieve.model.format.proto.NodeDef;
import org.dpsieve.text.Counted;

/**
 * Models of the fittings dipole, polar and dos frozen by TensorFlow ({@code
 * deepmd/tf/fit/dipole.py}, {@code polar.py}, {@code dos.py}; what becomes of their outputs: {@code
 * deepmd/tf/model/tensor.py}, {@code dos.py}).
 */
final class PropertyGraph {
  /** Values of atoms, by {@code model_type}. */
  private static final Map<String, String> OUTPUTS =
      Map.of("dipole", "o_dipole", "polar", "o_polar", "dos", "o_atom_dos");

  /** Operations that compute no new numbers, beside those on the way to energies. */
  private static final Set<String> MOVING =
      Set.of(
          ("BroadcastTo Less LogicalAnd Max Repeat Squeeze Transpose Where Equal Greater Split SplitV")
              .split(" "));

  private final FrozenGraph graph;
  private final String type;
  private final List<String> names;
  private int types;

  private PropertyGraph(FrozenGraph graph, String type, List<String> names) {
    this.graph = graph;
    this.type = type;
    this.names = names;
  }

  static boolean isOne(GraphDef graph) {
    Set<String> nodes = new HashSet<>();
    graph.getNodeList().forEach(node -> nodes.add(node.getName()));
    return !nodes.contains("o_energy") && OUTPUTS.values().stream().anyMatch(nodes::contains);
  }

  static PropertyModel read(String file, GraphDef graph, List<String> names) {
    for (Map.Entry<String, String> one : OUTPUTS.entrySet()) {
      if (isOne(graph)
          && graph.getNodeList().stream().anyMatch(node -> node.getName().equals(one.getValue()))) {
        FrozenGraph frozen = FrozenGraph.of(file, graph, one.getValue());
        return new PropertyGraph(frozen, one.getKey(), names).read();
      }
    }
    throw new InputException(
        "%s: no model of a property; expected one of the fitting dipole, polar or dos"
            .formatted(file));
  }

  private PropertyModel read() {
    FrozenGraphReader.Described described = FrozenGraphReader.describe(graph, names);
    types = described.typeMap().size();
    int size = described.descriptor().size();
    List<Integer> selected = selected(types);
    EnergyFittingGraph nets = new EnergyFittingGraph(graph);
    double[][] embedding = new TypeEmbeddingGraph(graph).read();
    boolean shared = embedding != null && graph.has(EnergyFittingGraph.outputMatrix(""));
    Network one = shared ? nets.network("") : null;
    Network[] networks = new Network[types];
    for (int t : selected) {
      networks[t] =
          shared
              ? nets.holding(one, size, embedding[t])
              : nets.network(EnergyFittingGraph.ofType(t));
    }
    for (int t = 0; t < types; t++) { // of the others nobody asks
      networks[t] = networks[t] == null ? networks[selected.get(0)] : networks[t];
    }
    requireFit(networks, size + nets.extraInputs().size());
    PropertyHead head = head(networks, selected, shared, described);
    nets.understandConstants();
    FrozenGraphReader.requireEverythingUnderstood(graph, PropertyGraph::isPlumbing);
    DeepPotential body =
        new DeepPotential(
            graph.file(),
            described.typeMap(),
            described.descriptor(),
            new EnergyFitting(
                PropertyModel.bodies(networks),
                new boolean[types],
                new double[types],
                nets.extraInputs(),
                Precision.FLOAT64),
            described.rules(),
            IntStream.range(0, types).filter(t -> !selected.contains(t)).boxed().toList(),
            Additions.NONE);
    return new PropertyModel(body, head);
  }

  private void requireFit(Network[] networks, int inputs) {
    for (Network net : networks) {
      if (net.layers().size() < 2) {
        throw new UnsupportedModelException(
            "%s: a fitting net without hidden layers (neuron: []) cannot be read"
                .formatted(graph.file()));
      }
      if (net.inputSize() != inputs || net.outputSize() != networks[0].outputSize()) {
        throw new InputException(
            "%s: a fitting net of %s and %s, expected %d and %d; damaged file?"
                .formatted(
                    graph.file(),
                    Counted.of(net.inputSize(), "input"),
                    Counted.of(net.outputSize(), "output"),
                    inputs,
                    networks[0].outputSize()));
      }
    }
  }

  /** Types whose atoms have a value. */
  private List<Integer> selected(int types) {
    if (type.equals("dos") || !graph.hasNode("model_attr/sel_type")) {
      return IntStream.range(0, types).boxed().toList();
    }
    NodeDef node = graph.node("model_attr/sel_type");
    List<Integer> selected =
        Arrays.stream(
                Tensor.decode(
                        graph.attribute(node, "value").getTensor(),
                        "%s: '%s'".formatted(graph.file(), node.getName()))
                    .values())
            .mapToObj(value -> (int) value)
            .toList();
    if (selected.isEmpty() || selected.stream().anyMatch(t -> t < 0 || t >= types)) {
      throw new InputException(
          "%s: sel_type %s of %s; damaged file?"
              .formatted(graph.file(), selected, Counted.of(types, "type")));
    }
    return selected;
  }

  private PropertyHead head(
      Network[] networks,
      List<Integer> selected,
      boolean shared,
      FrozenGraphReader.Described described) {
    int width = Equivariant.width(described.descriptor());
    int outputs = networks[0].outputSize();
    Form form =
        switch (type) {
          case "dipole" -> Form.DIPOLE;
          case "polar" -> outputs == width ? Form.POLAR_DIAGONAL : Form.POLAR_FULL;
          default -> Form.INVARIANT;
        };
    int dimension = form == Form.INVARIANT ? outputs : form == Form.DIPOLE ? 3 : 9;
    if (outputs != form.outputs(dimension, width)) {
      throw new InputException(
          "%s: a fitting '%s' of %s for a descriptor of %s; damaged file?"
              .formatted(
                  graph.file(),
                  type,
                  Counted.of(outputs, "output"),
                  Counted.of(width, "direction")));
    }
    double[][] factor = new double[types][outputs];
    double[][] added = new double[types][outputs];
    double[] diagonal = new double[types];
    for (int place = 0; place < selected.size(); place++) {
      int t = selected.get(place);
      // E (O + Oᵀ) Eᵀ, where others have half of it
      Arrays.fill(factor[t], form == Form.POLAR_FULL ? 2 : 1);
      Chain chain = new Chain(shared, place, t, factor[t], added[t]);
      follow(shared ? "" : EnergyFittingGraph.ofType(t), chain);
      diagonal[t] = chain.diagonal;
    }
    double[][] weight = new double[types][];
    double[][] bias = new double[types][outputs];
    for (int t = 0; t < types; t++) {
      Layer last = networks[t].outputLayer();
      weight[t] = last.weight().clone();
      for (int k = 0; k < weight[t].length; k++) {
        weight[t][k] *= factor[t][k % outputs];
      }
      for (int k = 0; k < outputs; k++) {
        bias[t][k] = last.bias()[k] * factor[t][k] + added[t][k];
      }
    }
    Property property = new Property(type.equals("polar") ? "polarizability" : type, false, false);
    return new PropertyHead(property, form, dimension, weight, bias, diagonal);
  }

  /** What is done with the outputs of one type's net. */
  private static final class Chain {
    final boolean shared;
    final int place; // among those selected
    final int type;
    final double[] factor;
    final double[] added;
    double diagonal;

    Chain(boolean shared, int place, int type, double[] factor, double[] added) {
      this.shared = shared;
      this.place = place;
      this.type = type;
      this.factor = factor;
      this.added = added;
    }
  }

  /** From the net's outputs to the end. */
  private void follow(String net, Chain chain) {
    NodeDef end = graph.node(OUTPUTS.get(type));
    NodeDef at = new LayerReader(graph).biasAdded(EnergyFittingGraph.outputMatrix(net)).get(0);
    Set<String> seen = new HashSet<>();
    while (!at.equals(end)) {
      seen.add(at.getName());
      NodeDef next = next(at, seen);
      switch (next.getOp()) {
        case "Mul" -> scale(other(next, seen), chain);
        case "Add", "AddV2" -> add(other(next, seen), chain);
        case "BatchMatMul", "BatchMatMulV2" -> {}
        case "MatrixDiag", "MatrixDiagV2", "MatrixDiagV3" -> requireZero(next);
        default -> {
          if (!isPlumbing(next)) {
            throw unsupported(next);
          }
        }
      }
      graph.understand(next);
      at = next;
    }
  }

  /**
   * Who takes a node's numbers; O + Oᵀ takes O twice. Atoms that are none (type -1) keep theirs, by
   * a Select after all else.
   */
  private NodeDef next(NodeDef at, Set<String> seen) {
    List<NodeDef> consumers =
        graph.consumers(at).stream()
            .filter(node -> !node.getOp().equals("Shape"))
            .distinct()
            .toList();
    List<NodeDef> others =
        consumers.stream().filter(node -> !node.getOp().equals("Transpose")).toList();
    if (others.size() > 1) {
      others = others.stream().filter(node -> !node.getOp().startsWith("Select")).toList();
    }
    if (others.size() != 1) {
      throw unsupported(at);
    }
    consumers.forEach(node -> graph.understand(node));
    consumers.stream()
        .filter(node -> node.getOp().equals("Transpose"))
        .forEach(node -> seen.add(node.getName()));
    return others.get(0);
  }

  /** The operand that is not of the net; the first where both are. */
  private NodeDef other(NodeDef node, Set<String> seen) {
    NodeDef first = graph.input(node, 0);
    return seen.contains(first.getName()) ? graph.input(node, 1) : first;
  }

  private void requireZero(NodeDef diagonal) {
    for (int i = 1; i < diagonal.getInputCount(); i++) {
      NodeDef constant = graph.origin(graph.input(diagonal, i));
      if (graph.isFloating(constant) && graph.number(constant) != 0) {
        throw unsupported(diagonal);
      }
    }
  }

  private void scale(NodeDef operand, Chain chain) {
    double[] own = ofType(operand, chain, true);
    for (int k = 0; k < chain.factor.length; k++) {
      chain.factor[k] *= own[own.length == 1 ? 0 : k];
      chain.added[k] *= own[own.length == 1 ? 0 : k];
    }
    chain.diagonal *= own[0];
  }

  private void add(NodeDef operand, Chain chain) {
    if (operand.getOp().equals("Transpose")) {
      return; // O + Oᵀ
    }
    double[] own = ofType(operand, chain, false);
    if (type.equals("polar")) {
      chain.diagonal += own[0];
      return;
    }
    if (type.equals("dipole")) {
      throw unsupported(operand);
    }
    for (int k = 0; k < chain.added.length; k++) {
      chain.added[k] += own[own.length == 1 ? 0 : k];
    }
  }

  /**
   * The constants behind an operand, those of a type: one number, or one of each output.
   *
   * @param scalar whether a single number is one, too; else it is of a unit matrix
   */
  private double[] ofType(NodeDef operand, Chain chain, boolean scalar) {
    double[] found = null;
    boolean byPlace = false;
    for (NodeDef node : graph.before(operand)) {
      graph.understand(node);
      if (!graph.isFloating(node)) {
        continue;
      }
      Tensor tensor = graph.constant(node);
      boolean statistics = node.getName().matches(".*/t_(out_bias|out_std|constant_matrix)");
      int rank = tensor.shape().length;
      if (statistics || rank == 1 || rank == 0 && scalar) {
        if (found != null) {
          throw unsupported(operand);
        }
        found = tensor.values();
        byPlace = !chain.shared && node.getName().endsWith("t_constant_matrix");
      } else if (Arrays.stream(tensor.values()).anyMatch(value -> value != 0 && value != 1)) {
        throw unsupported(operand);
      }
    }
    if (found == null) {
      throw unsupported(operand);
    }
    if (found.length == 1) {
      return found;
    }
    int row = byPlace ? chain.place : chain.type;
    boolean each = found.length == types * chain.factor.length && type.equals("dos");
    int length = each ? chain.factor.length : 1;
    if ((row + 1) * length > found.length) {
      throw unsupported(operand);
    }
    return Arrays.copyOfRange(found, row * length, (row + 1) * length);
  }

  private static boolean isPlumbing(NodeDef node) {
    return MOVING.contains(node.getOp()) || FrozenGraphReader.isPlumbing(node);
  }

  private UnsupportedModelException unsupported(NodeDef node) {
    return new UnsupportedModelException(
        "%s: node '%s' (%s): not what DeePMD-kit 3.2 makes of the fitting %s; such a model cannot be read yet: dp convert-backend %s %s.dp"
            .formatted(
                graph.file(),
                node.getName(),
                node.getOp(),
                type,
                graph.file(),
                graph.file().replaceFirst("\\.[^./]*$", "")));
  }
}
