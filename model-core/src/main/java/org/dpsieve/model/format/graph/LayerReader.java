package org.dpsieve.model.format.graph;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.dpsieve.error.InputException;
import org.dpsieve.error.UnsupportedModelException;
import org.dpsieve.model.Layer;
import org.dpsieve.model.Layer.Shortcut;
import org.dpsieve.model.Network;
import org.dpsieve.model.format.proto.AttrValue;
import org.dpsieve.model.format.proto.NodeDef;
import org.dpsieve.text.Counted;

/**
 * Reads layers of a net from the operations around their constants ({@code
 * deepmd/tf/utils/network.py: embedding_net, one_layer}), so that activation and residual
 * connection are what the graph computes, whatever the training script inside it says.
 */
final class LayerReader {
  private static final AttrValue FALSE = AttrValue.getDefaultInstance();

  /** Operations that activation functions are made of. */
  private static final Set<String> ELEMENTWISE =
      Set.of(
          ("Add AddV2 Elu Gelu GeluCustom Greater GreaterEqual Less LessEqual Maximum Minimum Mul Neg Pow RealDiv Relu"
                  + " Relu6 Select SelectV2 Selu Sigmoid Softplus Softsign Square Sub Tanh")
              .split(" "));

  private static final int MOST_OPERATIONS = 12;

  private final FrozenGraph graph;

  LayerReader(FrozenGraph graph) {
    this.graph = graph;
  }

  /** A hidden layer; {@code bias} and {@code idt} may name constants that are not there. */
  Layer hidden(String matrix, String bias, String idt) {
    Tensor weight = matrix(matrix);
    int outputs = weight.shape()[1];
    Layer found = null;
    for (NodeDef multiplication : multiplications(matrix)) {
      graph.understand(multiplication);
      NodeDef sum = multiplication;
      if (graph.has(bias)) {
        sum = biasAdded(multiplication);
        requireBias(sum, bias);
      }
      double[] shift = graph.has(bias) ? bias(bias, outputs) : new double[outputs];
      Layer layer = hidden(multiplication, sum, weight, shift, idt);
      if (found != null && !(same(found, layer))) {
        throw unsupported(multiplication, "one matrix in two different layers");
      }
      found = layer;
    }
    return found;
  }

  /**
   * The last layer of a fitting net: linear, one output.
   *
   * @param end the operation that takes its vacuum energy away; {@code null} for none
   */
  Layer output(String matrix, String bias, NodeDef end) {
    for (NodeDef multiplication : multiplications(matrix)) {
      for (NodeDef next : graph.consumers(biasAdded(multiplication))) {
        if (!Set.of("Reshape", "Sub", "Cast").contains(next.getOp()) && !next.equals(end)) {
          throw unsupported(next, "not a linear output layer");
        }
      }
    }
    return linear(matrix, bias);
  }

  /** x W + b, whatever is done with it. */
  Layer linear(String matrix, String bias) {
    Tensor weight = matrix(matrix);
    for (NodeDef multiplication : multiplications(matrix)) {
      requireBias(biasAdded(multiplication), bias);
    }
    int outputs = weight.shape()[1];
    return Layer.linear(weight.shape()[0], outputs, weight.values(), bias(bias, outputs));
  }

  /**
   * The embedding net of the constants {@code matrix_1}, {@code bias_1}, {@code idt_1} and so on.
   *
   * @param end what follows the layer's number
   */
  Network embeddingNet(String scope, String end) {
    List<Layer> found = new ArrayList<>();
    for (int i = 1; graph.has("%s/matrix_%d%s".formatted(scope, i, end)); i++) {
      String layer = "_" + i + end;
      found.add(hidden(scope + "/matrix" + layer, scope + "/bias" + layer, scope + "/idt" + layer));
    }
    return network(found);
  }

  /** A net of layers that fit together. */
  Network network(List<Layer> layers) {
    for (int i = 1; i < layers.size(); i++) {
      if (layers.get(i).inputs() != layers.get(i - 1).outputs()) {
        throw new InputException(
            "%s: layer %d of a net has %s, the layer before has %s; damaged file?"
                .formatted(
                    graph.file(),
                    i,
                    Counted.of(layers.get(i).inputs(), "input"),
                    Counted.of(layers.get(i - 1).outputs(), "output")));
      }
    }
    return new Network(layers);
  }

  /** What a matrix is multiplied with, before copies and changes of shape. */
  NodeDef argument(String matrix) {
    return graph.origin(graph.input(multiplications(matrix).get(0), 0));
  }

  /** The nodes x W + b made with a matrix; two where vacuum energies are subtracted. */
  List<NodeDef> biasAdded(String matrix) {
    return multiplications(matrix).stream().map(this::biasAdded).toList();
  }

  private Tensor matrix(String name) {
    Tensor weight = graph.constant(name);
    if (weight.shape().length != 2 || weight.shape()[0] < 1 || weight.shape()[1] < 1) {
      throw new UnsupportedModelException(
          "%s: '%s' has shape %s, expected a matrix"
              .formatted(graph.file(), name, Arrays.toString(weight.shape())));
    }
    return weight;
  }

  private Layer hidden(
      NodeDef multiplication, NodeDef biased, Tensor weight, double[] bias, String idt) {
    int inputs = weight.shape()[0];
    int outputs = weight.shape()[1];
    Set<NodeDef> between = new LinkedHashSet<>();
    NodeDef activated = activated(biased, idt, between);
    between.forEach(graph::understand);
    NodeDef hidden = graph.has(idt) ? scaled(activated, idt) : activated;
    double[] steps = graph.has(idt) ? graph.constant(idt).values() : null;
    if (steps != null && steps.length != outputs) {
      throw unsupported(hidden, "'" + idt + "' holds " + steps.length + " numbers");
    }
    return new Layer(
        inputs,
        outputs,
        weight.values(),
        bias,
        steps,
        ActivationPattern.of(graph, biased, between),
        shortcut(hidden, multiplication, inputs, outputs));
  }

  private NodeDef scaled(NodeDef activated, String idt) {
    NodeDef scaled =
        throughCopies(activated).stream()
            .filter(node -> node.getOp().equals("Mul") && isConstant(node, idt))
            .findFirst()
            .orElseThrow(() -> unsupported(activated, "'" + idt + "' is used elsewhere"));
    graph.understand(scaled);
    return scaled;
  }

  private Shortcut shortcut(NodeDef hidden, NodeDef multiplication, int inputs, int outputs) {
    String x = graph.origin(graph.input(multiplication, 0)).getName();
    for (NodeDef sum : throughCopies(hidden)) {
      if (!isAddition(sum)) {
        continue;
      }
      NodeDef other =
          graph.origin(graph.input(sum, 0)).getName().equals(hidden.getName())
              ? graph.input(sum, 1)
              : graph.input(sum, 0);
      if (graph.origin(other).getName().equals(x) && inputs == outputs) {
        graph.understand(sum);
        return Shortcut.SAME;
      }
      if (other.getOp().equals("ConcatV2")
          && other.getInputCount() == 3
          && graph.origin(graph.input(other, 0)).getName().equals(x)
          && graph.origin(graph.input(other, 1)).getName().equals(x)
          && outputs == 2 * inputs) {
        graph.understand(sum);
        return Shortcut.DOUBLED;
      }
    }
    return Shortcut.NONE;
  }

  /**
   * The last node of the activation function, all of whose nodes are added to {@code between}: what
   * depends on x W + b and constants alone, element by element, and is not the step {@code idt}.
   */
  private NodeDef activated(NodeDef biased, String idt, Set<NodeDef> between) {
    Set<String> inside = new HashSet<>(Set.of(biased.getName()));
    Deque<NodeDef> open = new ArrayDeque<>(graph.consumers(biased));
    while (!open.isEmpty()) {
      NodeDef node = open.pop();
      if (ELEMENTWISE.contains(node.getOp())
          && !inside.contains(node.getName())
          && !isConstant(node, idt)
          && isOf(inside, node)) {
        if (inside.size() > MOST_OPERATIONS) {
          throw unsupported(node, "not an activation function of DeePMD-kit");
        }
        inside.add(node.getName());
        between.add(node);
        open.addAll(graph.consumers(node));
      }
    }
    List<NodeDef> ends =
        inside.stream()
            .map(graph::node)
            .filter(node -> !inside.containsAll(names(graph.consumers(node))))
            .toList();
    if (ends.size() != 1) {
      throw unsupported(biased, "not a layer of DeePMD-kit's nets");
    }
    return ends.get(0);
  }

  private static List<String> names(List<NodeDef> nodes) {
    return nodes.stream().map(NodeDef::getName).toList();
  }

  /** Whether every operand is one of these nodes, or a constant. */
  private boolean isOf(Set<String> inside, NodeDef node) {
    for (int i = 0; i < node.getInputCount(); i++) {
      NodeDef operand = graph.input(node, i);
      if (!inside.contains(operand.getName()) && !graph.origin(operand).getOp().equals("Const")) {
        return false;
      }
    }
    return true;
  }

  private List<NodeDef> multiplications(String matrix) {
    List<NodeDef> found = new ArrayList<>();
    for (NodeDef node : throughCopies(graph.node(matrix))) {
      boolean plain =
          node.getOp().equals("MatMul")
              && isConstant(node, matrix)
              && !node.getAttrOrDefault("transpose_a", FALSE).getB()
              && !node.getAttrOrDefault("transpose_b", FALSE).getB();
      if (!plain) {
        throw unsupported(node, "'" + matrix + "' is used by it");
      }
      found.add(node);
    }
    if (found.isEmpty()) {
      throw unsupported(graph.node(matrix), "not used in a matrix product");
    }
    return found;
  }

  /** Whoever uses a node's numbers, maybe in another shape. */
  private List<NodeDef> throughCopies(NodeDef node) {
    List<NodeDef> found = new ArrayList<>();
    for (NodeDef next : graph.consumers(node)) {
      if (next.getOp().equals("Identity") || next.getOp().equals("Reshape")) {
        found.addAll(throughCopies(next));
      } else {
        found.add(next);
      }
    }
    return found;
  }

  private NodeDef biasAdded(NodeDef multiplication) {
    List<NodeDef> next = graph.consumers(multiplication);
    // DeePMD-kit 1.x adds a row vector instead.
    if (next.size() != 1 || !(next.get(0).getOp().equals("BiasAdd") || isAddition(next.get(0)))) {
      throw unsupported(multiplication, "a layer without bias");
    }
    graph.understand(multiplication);
    graph.understand(next.get(0));
    return next.get(0);
  }

  private void requireBias(NodeDef biased, String bias) {
    if (!isConstant(biased, bias)) {
      throw unsupported(biased, "expected it to add '" + bias + "'");
    }
  }

  private double[] bias(String name, int outputs) {
    Tensor bias = graph.constant(name);
    if (bias.values().length != outputs) {
      throw new InputException(
          "%s: '%s' has shape %s, expected %s; damaged file?"
              .formatted(
                  graph.file(),
                  name,
                  Arrays.toString(bias.shape()),
                  Counted.of(outputs, "number")));
    }
    return bias.values();
  }

  /** Whether the second operand of a node is this constant. */
  private boolean isConstant(NodeDef node, String constant) {
    return node.getInputCount() > 1
        && graph.origin(graph.input(node, 1)).getName().equals(constant);
  }

  private static boolean isAddition(NodeDef node) {
    return node.getOp().equals("AddV2") || node.getOp().equals("Add");
  }

  private static boolean same(Layer a, Layer b) {
    return a.activation().equals(b.activation())
        && a.shortcut() == b.shortcut()
        && Arrays.equals(a.idt(), b.idt());
  }

  private UnsupportedModelException unsupported(NodeDef node, String why) {
    return new UnsupportedModelException(
        "%s: node '%s' (%s): %s; this net cannot be read yet"
            .formatted(graph.file(), node.getName(), node.getOp(), why));
  }
}
