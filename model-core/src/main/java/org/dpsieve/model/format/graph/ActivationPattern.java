package org.dpsieve.model.format.graph;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import org.dpsieve.error.UnsupportedModelException;
import org.dpsieve.model.Activation;
import org.dpsieve.model.format.proto.NodeDef;

/**
 * Recognises an activation function by the operations that TensorFlow makes of it ({@code
 * deepmd/tf/common.py}).
 */
final class ActivationPattern {
  private ActivationPattern() {}

  /**
   * @param operations the nodes between {@code argument} and the layer's end, in any order
   */
  static Activation of(FrozenGraph graph, NodeDef argument, Collection<NodeDef> operations) {
    String pattern =
        String.join(
            " ",
            operations.stream()
                .map(
                    node ->
                        node.getOp().equals("Add") ? "AddV2" : node.getOp()) // of DeePMD-kit 1.x
                .sorted()
                .toList());
    return switch (pattern) {
      case "" -> Activation.LINEAR;
      case "Tanh" -> Activation.TANH;
      case "Relu" -> Activation.RELU;
      case "Relu6" -> Activation.RELU6;
      case "Softplus" -> Activation.SOFTPLUS;
      case "Sigmoid" -> Activation.SIGMOID;
      case "GeluCustom", "Gelu" -> Activation.GELU;
      case "Mul Sigmoid" -> Activation.SILU;
      case "AddV2 AddV2 Mul Mul Mul Mul Pow Tanh" -> gelu(graph, operations);
      case "AddV2 Less Mul Mul Select Sigmoid Sub Tanh",
          "AddV2 Less Mul Mul SelectV2 Sigmoid Sub Tanh" ->
          silut(graph, operations);
      default ->
          throw new UnsupportedModelException(
              "%s: activation function of '%s' (%s) cannot be read; known: tanh, relu, relu6, softplus, sigmoid, gelu, gelu_tf, silu, silut, linear"
                  .formatted(graph.file(), argument.getName(), pattern));
    };
  }

  private static Activation gelu(FrozenGraph graph, Collection<NodeDef> operations) {
    double cubic = Activation.GELU.parameter();
    double[] found = requireConstants(graph, operations, cubic, Math.sqrt(2 / Math.PI), 0.5, 1, 3);
    return Activation.gelu(
        Arrays.stream(found).filter(c -> isClose(c, cubic)).findFirst().orElse(cubic));
  }

  private static Activation silut(FrozenGraph graph, Collection<NodeDef> operations) {
    NodeDef less = operations.stream().filter(n -> n.getOp().equals("Less")).findFirst().get();
    Activation silut = Activation.silut(graph.constant(graph.input(less, 1)).values()[0]);
    double threshold = silut.parameter();
    requireConstants(
        graph, operations, threshold, silut.derivative(threshold), silut.value(threshold));
    return silut;
  }

  /** Every constant operand, each one of those expected, in single precision at least. */
  private static double[] requireConstants(
      FrozenGraph graph, Collection<NodeDef> operations, double... expected) {
    List<Double> found = new ArrayList<>();
    for (NodeDef operation : operations) {
      for (int i = 0; i < operation.getInputCount(); i++) {
        NodeDef operand = graph.origin(graph.input(operation, i));
        if (!operand.getOp().equals("Const")) {
          continue;
        }
        double value = graph.constant(operand).values()[0];
        found.add(value);
        if (Arrays.stream(expected).noneMatch(e -> isClose(value, e))) {
          throw new UnsupportedModelException(
              "%s: constant %s of '%s' is of no activation function known; expected one of %s"
                  .formatted(
                      graph.file(),
                      value,
                      operation.getName(),
                      List.of(Arrays.stream(expected).boxed().toArray())));
        }
      }
    }
    return found.stream().mapToDouble(Double::doubleValue).toArray();
  }

  private static boolean isClose(double value, double expected) {
    return Math.abs(value - expected) <= 1e-6 * Math.abs(expected);
  }
}
