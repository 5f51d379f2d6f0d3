package org.dpsieve.model.format.graph;

import com.google.protobuf.InvalidProtocolBufferException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.dpsieve.error.InputException;
import org.dpsieve.error.NoPotentialException;
import org.dpsieve.error.UnsupportedModelException;
import org.dpsieve.model.format.proto.AttrValue;
import org.dpsieve.model.format.proto.GraphDef;
import org.dpsieve.model.format.proto.NodeDef;
import org.dpsieve.text.Counted;

/**
 * The nodes of a frozen TensorFlow graph, and how they hang together. Consumers are looked up only
 * among the nodes that the total energy is computed from: the gradients are left out. Remembers
 * which constants were read and which operations were understood.
 */
final class FrozenGraph {
  private static final String ENERGY = "o_energy";
  private static final Set<String> PASSING = Set.of("Identity", "Reshape", "Cast", "ExpandDims");

  private final String file;
  private final String output;
  private final Map<String, NodeDef> nodes = new LinkedHashMap<>();
  private final Map<String, NodeDef> energyNodes = new LinkedHashMap<>();
  private final Map<String, List<NodeDef>> consumers = new HashMap<>();
  private final Set<String> understood = new HashSet<>();

  private FrozenGraph(String file, GraphDef graph, String output) {
    this.file = file;
    this.output = output;
    for (NodeDef node : graph.getNodeList()) {
      nodes.put(node.getName(), node);
    }
  }

  /**
   * @param file for messages
   * @throws InputException when the bytes are no TensorFlow graph
   */
  static FrozenGraph of(String file, GraphDef graph) {
    FrozenGraph frozen = new FrozenGraph(file, graph, ENERGY);
    if (!frozen.nodes.containsKey(ENERGY)) {
      if (frozen.nodes.containsKey("energy_test")) {
        throw new InputException(
            "%s: a graph of DeePMD-kit 0.12, which later ones cannot read either; convert it: dp convert-from 0.12 -i %s -o new.pb"
                .formatted(file, file));
      }
      throw new NoPotentialException(
          "%s: a model of the type '%s', no node '%s' in its graph"
              .formatted(file, frozen.text("model_attr/model_type").orElse("unknown"), ENERGY));
    }
    frozen.followInputs();
    frozen.requireNoCycle();
    return frozen;
  }

  /**
   * The same of another output than the energy.
   *
   * @param output node that there is
   */
  static FrozenGraph of(String file, GraphDef graph, String output) {
    FrozenGraph frozen = new FrozenGraph(file, graph, output);
    frozen.followInputs();
    frozen.requireNoCycle();
    return frozen;
  }

  static GraphDef parse(String file, byte[] bytes) {
    String problem;
    try {
      GraphDef graph = GraphDef.parseFrom(bytes);
      if (graph.getNodeList().stream().anyMatch(node -> !node.getOp().isEmpty())) {
        return graph;
      }
      problem = bytes.length == 0 ? "the file is empty" : "no nodes found in it";
    } catch (InvalidProtocolBufferException e) {
      problem = "truncated or of another format: " + e.getMessage();
    }
    throw new InputException(
        "%s: is no TensorFlow graph (%s); expected a model written by 'dp freeze', e.g. frozen_model.pb"
            .formatted(file, problem));
  }

  /**
   * The graph of one of several models that energies are summed of: what has this ending to its
   * scope, without it.
   */
  FrozenGraph part(String ending) {
    Pattern own = Pattern.compile(Pattern.quote(ending) + "(?=[/:]|$)");
    GraphDef.Builder graph = GraphDef.newBuilder();
    List<NodeDef> renamed = new ArrayList<>();
    for (NodeDef node : nodes.values()) {
      NodeDef.Builder copy = node.toBuilder().setName(own.matcher(node.getName()).replaceAll(""));
      for (int i = 0; i < node.getInputCount(); i++) {
        copy.setInput(i, own.matcher(node.getInput(i)).replaceAll(""));
      }
      if (copy.getName().equals(node.getName())) {
        graph.addNode(copy);
      } else {
        renamed.add(copy.build());
      }
    }
    return of(file, graph.addAllNode(renamed).build()); // later ones take a name from earlier ones
  }

  private void followInputs() {
    Deque<String> open = new ArrayDeque<>(List.of(output));
    while (!open.isEmpty()) {
      String name = open.pop();
      if (energyNodes.containsKey(name)) {
        continue;
      }
      NodeDef node = node(name);
      energyNodes.put(name, node);
      for (String input : node.getInputList()) {
        open.push(nodeName(input));
        if (!input.startsWith("^")) {
          consumers.computeIfAbsent(nodeName(input), key -> new ArrayList<>()).add(node);
        }
      }
    }
  }

  /** Readers walk along the edges, and would not come to an end. */
  private void requireNoCycle() {
    Map<String, Integer> open = new HashMap<>();
    Deque<String> ready = new ArrayDeque<>();
    for (NodeDef node : energyNodes.values()) {
      int inputs = (int) node.getInputList().stream().filter(i -> !i.startsWith("^")).count();
      open.put(node.getName(), inputs);
      if (inputs == 0) {
        ready.push(node.getName());
      }
    }
    int done = 0;
    for (; !ready.isEmpty(); done++) {
      for (NodeDef next : consumers.getOrDefault(ready.pop(), List.of())) {
        if (open.merge(next.getName(), -1, Integer::sum) == 0) {
          ready.push(next.getName());
        }
      }
    }
    if (done < energyNodes.size()) {
      throw new InputException("%s: its graph runs in circles; damaged file?".formatted(file));
    }
  }

  private static String nodeName(String input) {
    String name = input.startsWith("^") ? input.substring(1) : input;
    int colon = name.indexOf(':');
    return colon < 0 ? name : name.substring(0, colon);
  }

  String file() {
    return file;
  }

  NodeDef node(String name) {
    NodeDef node = nodes.get(name);
    if (node == null) {
      throw new InputException(
          "%s: node '%s' is missing from its graph; damaged file?".formatted(file, name));
    }
    return node;
  }

  /** Input {@code index} of a node. */
  NodeDef input(NodeDef node, int index) {
    if (index >= node.getInputCount()) {
      throw new InputException(
          "%s: node '%s' (%s) has %s, expected more; damaged file?"
              .formatted(
                  file, node.getName(), node.getOp(), Counted.of(node.getInputCount(), "input")));
    }
    return node(nodeName(node.getInput(index)));
  }

  /** Whoever uses a node's output on the way to the energy. */
  List<NodeDef> consumers(NodeDef node) {
    return consumers.getOrDefault(node.getName(), List.of());
  }

  /** All nodes that the energy depends on. */
  Collection<NodeDef> energyNodes() {
    return energyNodes.values();
  }

  /** Follows the first input back through nodes that only copy, reshape or change precision. */
  NodeDef origin(NodeDef node) {
    NodeDef at = node;
    while (PASSING.contains(at.getOp())) {
      at = input(at, 0);
    }
    return at;
  }

  /** A node and all that its numbers are made of, shapes left out. */
  List<NodeDef> before(NodeDef node) {
    Map<String, NodeDef> found = new LinkedHashMap<>();
    Deque<NodeDef> open = new ArrayDeque<>(List.of(node));
    while (!open.isEmpty()) {
      NodeDef next = open.pop();
      if (found.put(next.getName(), next) == null && !next.getOp().equals("Shape")) {
        next.getInputList().stream()
            .filter(input -> !input.startsWith("^"))
            .forEach(input -> open.push(node(nodeName(input))));
      }
    }
    return List.copyOf(found.values());
  }

  /** Whether a node is a constant of floating-point numbers. */
  boolean isFloating(NodeDef node) {
    return node.getOp().equals("Const") && Tensor.isFloating(attribute(node, "dtype").getType());
  }

  /** Whether there is such a node at all. */
  boolean hasNode(String name) {
    return nodes.containsKey(name);
  }

  /** Whether the energy depends on a constant of this name. */
  boolean has(String constant) {
    NodeDef node = energyNodes.get(constant);
    return node != null && node.getOp().equals("Const");
  }

  /** A constant that the energy depends on. */
  Tensor constant(String name) {
    if (!has(name)) {
      throw new UnsupportedModelException(
          "%s: the energy depends on no constant '%s': an architecture that cannot be read yet"
              .formatted(file, name));
    }
    return constant(energyNodes.get(name));
  }

  /** The constant behind a node, through copies and casts. */
  Tensor constant(NodeDef node) {
    NodeDef origin = origin(node);
    if (!origin.getOp().equals("Const")) {
      throw new UnsupportedModelException(
          "%s: '%s' is computed by %s, expected a constant"
              .formatted(file, node.getName(), origin.getOp()));
    }
    understood.add(origin.getName());
    return Tensor.decode(
        attribute(origin, "value").getTensor(), "%s: '%s'".formatted(file, origin.getName()));
  }

  /** The one number behind a node. */
  double number(NodeDef node) {
    double[] values = constant(node).values();
    if (values.length != 1) {
      throw new InputException(
          "%s: '%s' holds %s, expected one; damaged file?"
              .formatted(file, node.getName(), Counted.of(values.length, "number")));
    }
    return values[0];
  }

  Tensor constant(String name, int... shape) {
    Tensor tensor = constant(name);
    if (!Arrays.equals(tensor.shape(), shape)) {
      throw new InputException(
          "%s: '%s' has shape %s, expected %s"
              .formatted(file, name, Arrays.toString(tensor.shape()), Arrays.toString(shape)));
    }
    return tensor;
  }

  /** Whether a node is a product with a matrix of zeros: an excluded pair in DeePMD-kit 1.x. */
  boolean isTimesZero(NodeDef node) {
    if (!node.getOp().equals("MatMul")) {
      return false;
    }
    NodeDef matrix = origin(input(node, 1));
    return matrix.getOp().equals("Const")
        && Arrays.stream(
                Tensor.decode(
                        attribute(matrix, "value").getTensor(),
                        "%s: '%s'".formatted(file, matrix.getName()))
                    .values())
            .allMatch(value -> value == 0);
  }

  /** A reader knows what this node computes. */
  void understand(NodeDef node) {
    understood.add(node.getName());
  }

  /** Read as a constant, or claimed by {@link #understand}. */
  boolean isUnderstood(NodeDef node) {
    return understood.contains(node.getName());
  }

  AttrValue attribute(NodeDef node, String name) {
    AttrValue value = node.getAttrMap().get(name);
    if (value == null) {
      throw new InputException(
          "%s: node '%s' has no attribute '%s'; damaged file?"
              .formatted(file, node.getName(), name));
    }
    return value;
  }

  /** A text constant anywhere in the graph. */
  Optional<String> text(String name) {
    NodeDef node = nodes.get(name);
    if (node == null || !node.getOp().equals("Const")) {
      return Optional.empty();
    }
    return attribute(node, "value").getTensor().getStringValList().stream()
        .findFirst()
        .map(bytes -> bytes.toStringUtf8());
  }

  /** A whole number anywhere in the graph. */
  Optional<Integer> integer(String name) {
    NodeDef node = nodes.get(name);
    if (node == null || !node.getOp().equals("Const")) {
      return Optional.empty();
    }
    Tensor tensor =
        Tensor.decode(attribute(node, "value").getTensor(), "%s: '%s'".formatted(file, name));
    return Optional.of((int) tensor.values()[0]);
  }
}
