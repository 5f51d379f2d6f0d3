package org.dpsieve.model.format.graph;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.dpsieve.error.InputException;
import org.dpsieve.error.UnsupportedModelException;
import org.dpsieve.model.EnergyFitting;
import org.dpsieve.model.ExtraInputs;
import org.dpsieve.model.Layer;
import org.dpsieve.model.Network;
import org.dpsieve.model.Precision;
import org.dpsieve.model.format.proto.NodeDef;
import org.dpsieve.text.Counted;

/** Reads the ener fitting of a frozen graph ({@code deepmd/tf/fit/ener.py}). */
final class EnergyFittingGraph {
  static final String BIAS = "fitting_attr/t_bias_atom_e";

  private final FrozenGraph graph;
  private final LayerReader layers;

  EnergyFittingGraph(FrozenGraph graph) {
    this.graph = graph;
    this.layers = new LayerReader(graph);
  }

  /** Ends of names of the nets' constants: of one type's net, or {@code ""} of one for all. */
  static String ofType(int type) {
    return "_type_" + type;
  }

  static String outputMatrix(String net) {
    return "final_layer%s/matrix".formatted(net);
  }

  static String outputBias(String net) {
    return "final_layer%s/bias".formatted(net);
  }

  /**
   * @param typeEmbedding vectors that follow the descriptor, [types][size]; {@code null} for none
   */
  EnergyFitting read(int types, int descriptorSize, double[][] typeEmbedding) {
    boolean shared = typeEmbedding != null && graph.has(outputMatrix(""));
    if (!shared && !graph.has(outputMatrix(ofType(0)))) {
      throw new UnsupportedModelException(
          "%s: no net per element ('%s') found: a fitting with named layers (layer_name) cannot be read yet"
              .formatted(graph.file(), outputMatrix(ofType(0))));
    }
    if (shared && typeEmbedding.length != types) {
      throw new InputException(
          "%s: a type embedding of %s, its descriptor has %d; damaged file?"
              .formatted(graph.file(), Counted.of(typeEmbedding.length, "type"), types));
    }
    Network[] networks = new Network[types];
    boolean[] vacuumSubtracted = new boolean[types];
    double[] level = new double[types];
    Vacuum vacuum = shared ? vacuum("") : null;
    Network net = shared ? network("", vacuum) : null;
    for (int type = 0; type < types; type++) {
      if (!shared) {
        vacuum = vacuum(ofType(type));
      }
      networks[type] =
          shared
              ? holding(net, descriptorSize, typeEmbedding[type])
              : network(ofType(type), vacuum);
      vacuumSubtracted[type] = vacuum != null;
      level[type] = vacuum == null ? 0 : vacuum.level();
    }
    understandConstants();
    Precision precision =
        graph.constant(outputMatrix(shared ? "" : ofType(0))).type() == Tensor.FLOAT
            ? Precision.FLOAT32
            : Precision.FLOAT64;
    return new EnergyFitting(networks, vacuumSubtracted, zeroLevel(types), extraInputs(), precision)
        .raised(level);
  }

  ExtraInputs extraInputs() {
    int fparam = graph.integer("fitting_attr/dfparam").orElse(0);
    int aparam = graph.integer("fitting_attr/daparam").orElse(0);
    if (aparam > 0 && !graph.has("fitting_attr/t_aparam_avg")) {
      throw new UnsupportedModelException(
          "%s: atomic parameters that the energy does not depend on by numb_aparam, but as a mask (use_aparam_as_mask), cannot be read"
              .formatted(graph.file()));
    }
    return new ExtraInputs(
        parameters("t_fparam_avg", fparam),
        parameters("t_fparam_istd", fparam),
        null,
        parameters("t_aparam_avg", aparam),
        parameters("t_aparam_istd", aparam),
        new double[0]);
  }

  private double[] parameters(String name, int count) {
    return count > 0 ? graph.constant("fitting_attr/" + name, count).values() : new double[0];
  }

  /** A net of any number of outputs, whatever is made of them. */
  Network network(String net) {
    List<Layer> found = hidden(net);
    found.add(layers.linear(outputMatrix(net), outputBias(net)));
    return layers.network(found);
  }

  private List<Layer> hidden(String net) {
    List<Layer> found = new ArrayList<>();
    for (int i = 0; graph.has("layer_%d%s/matrix".formatted(i, net)); i++) {
      String scope = "layer_%d%s".formatted(i, net);
      found.add(layers.hidden(scope + "/matrix", scope + "/bias", scope + "/idt"));
    }
    return found;
  }

  private Network network(String net, Vacuum vacuum) {
    List<Layer> found = hidden(net);
    NodeDef end = vacuum == null ? null : vacuum.end();
    found.add(layers.output(outputMatrix(net), outputBias(net), end));
    return layers.network(found);
  }

  /** The net as it is for one type, whose vector follows the descriptor. */
  Network holding(Network net, int descriptorSize, double[] vector) {
    Layer first = net.layers().get(0);
    if (first.inputs() < descriptorSize + vector.length) {
      throw new InputException(
          "%s: a fitting net of %s for a descriptor of %d and a type embedding of %s; damaged file?"
              .formatted(
                  graph.file(),
                  Counted.of(first.inputs(), "input"),
                  descriptorSize,
                  Counted.of(vector.length, "number")));
    }
    return net.holding(descriptorSize, vector);
  }

  /**
   * How the energy in vacuum, net(0), is taken away.
   *
   * @param end the operation that gives the difference
   * @param level eV, what else it adds
   */
  private record Vacuum(NodeDef end, double level) {}

  /**
   * {@code atom_ener}: the output layer is there twice, and the energy goes through net(D) -
   * net(0), before DeePMD-kit 2.2 through net(D) + (atom_ener - net(0)).
   *
   * @return {@code null} where the energy in vacuum stays
   */
  private Vacuum vacuum(String net) {
    List<NodeDef> outputs = layers.biasAdded(outputMatrix(net));
    if (outputs.size() == 1) {
      return null;
    }
    Set<String> operands = Set.copyOf(outputs.stream().map(NodeDef::getName).toList());
    for (NodeDef node : graph.energyNodes()) {
      if (operands.size() != 2 || !isArithmetic(node)) {
        continue;
      }
      NodeDef first = graph.origin(graph.input(node, 0));
      NodeDef second = graph.origin(graph.input(node, 1));
      if (!operands.contains(first.getName())) {
        continue;
      }
      if (node.getOp().equals("Sub") && operands.contains(second.getName())) {
        graph.understand(node);
        return new Vacuum(node, 0);
      }
      if (!node.getOp().equals("Sub")
          && second.getOp().equals("Sub")
          && graph.origin(graph.input(second, 0)).getOp().equals("Const")
          && operands.contains(graph.origin(graph.input(second, 1)).getName())) {
        graph.understand(node);
        graph.understand(second);
        return new Vacuum(node, graph.number(graph.input(second, 0)));
      }
    }
    throw new UnsupportedModelException(
        "%s: '%s' is used %s, expected once, or twice with atom_ener"
            .formatted(graph.file(), outputMatrix(net), Counted.of(outputs.size(), "time")));
  }

  private static boolean isArithmetic(NodeDef node) {
    return Set.of("Sub", "Add", "AddV2").contains(node.getOp()) && node.getInputCount() == 2;
  }

  /** Atomic energy times 1 for atoms that are there, plus constants by type; then their sum. */
  void understandConstants() {
    for (NodeDef node : graph.energyNodes()) {
      boolean known =
          switch (node.getOp()) {
            case "Add", "AddV2" -> endsWithAny(table(node), "t_bias_atom_e", "t_out_bias");
            case "Sub" -> endsWithAny(second(node), "/t_fparam_avg", "/t_aparam_avg");
            case "Mul" ->
                endsWithAny(table(node), "t_out_std")
                    || endsWithAny(second(node), "/t_fparam_istd", "/t_aparam_istd")
                    || graph.origin(graph.input(node, 1)).getOp().equals("GreaterEqual");
            case "Sum" -> node.getName().equals("o_energy");
            default -> false;
          };
      if (known) {
        graph.understand(node);
      }
    }
  }

  private String second(NodeDef node) {
    return graph.origin(graph.input(node, 1)).getName();
  }

  private static boolean endsWithAny(String name, String... ends) {
    return Arrays.stream(ends).anyMatch(name::endsWith);
  }

  /** Name of the constant that a node's second operand looks up by type; empty when it does not. */
  private String table(NodeDef node) {
    NodeDef lookup = graph.origin(graph.input(node, 1));
    if (!lookup.getOp().equals("GatherV2")) {
      return "";
    }
    NodeDef table = graph.origin(graph.input(lookup, 0));
    return table.getOp().equals("StridedSlice")
        ? graph.origin(graph.input(table, 0)).getName()
        : table.getName();
  }

  private double[] zeroLevel(int types) {
    // Graphs of DeePMD-kit 1.x have no such constants: their last bias holds everything.
    double[] level =
        graph.has(BIAS) ? graph.constant(BIAS, types).values().clone() : new double[types];
    statistics("t_out_bias", types, values -> Arrays.setAll(level, i -> level[i] + values[i]));
    statistics(
        "t_out_std",
        types,
        values -> {
          if (Arrays.stream(values).anyMatch(v -> v != 1)) {
            throw new UnsupportedModelException(
                "%s: scaled atomic energies (t_out_std %s) cannot be read yet; expected 1"
                    .formatted(graph.file(), Arrays.toString(values)));
          }
        });
    return level;
  }

  private void statistics(String name, int types, Consumer<double[]> use) {
    for (String prefix : List.of("model_attr/model_attr/", "model_attr/")) {
      if (graph.has(prefix + name)) {
        use.accept(graph.constant(prefix + name, 1, types, 1).values());
      }
    }
  }
}
