package org.dpsieve.model.format;

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
    String pattern = String.join(" ", operations.stream().map(NodeDef::getOp).sorted().toList());
    return switch (pattern) {
      case "" -> Activation.LINEAR;
      case "Tanh" -> Activation.TANH;
      case "Relu" -> Activation.RELU;
      case "Relu6" -> Activation.RELU6;
      case "Softplus" -> Activation.SOFTPLUS;
      case "Sigmoid" -> Activation.SIGMOID;
      case "GeluCustom", "Gelu" -> Activation.GELU;
      case "Mul Sigmoid" -> Activation.SILU;
      case "AddV2 AddV2 Mul Mul Mul Mul Pow Tanh" -> {
        requireConstants(graph, operations, 0.044715, Math.sqrt(2 / Math.PI), 0.5, 1, 3);
        yield Activation.GELU;
      }
      case "AddV2 Less Mul Mul Select Sigmoid Sub Tanh",
          "AddV2 Less Mul Mul SelectV2 Sigmoid Sub Tanh" ->
          silut(graph, operations);
      default ->
          throw new UnsupportedModelException(
              "%s: activation function of '%s' (%s) cannot be read; known: tanh, relu, relu6, softplus, sigmoid, gelu, gelu_tf, silu, silut, linear"
                  .formatted(graph.file(), argument.getName(), pattern));
    };
  }

  private static Activation silut(FrozenGraph graph, Collection<NodeDef> operations) {
    NodeDef less = operations.stream().filter(n -> n.getOp().equals("Less")).findFirst().get();
    Activation silut = Activation.silut(graph.constant(graph.input(less, 1)).values()[0]);
    double threshold = silut.threshold();
    requireConstants(
        graph, operations, threshold, silut.derivative(threshold), silut.value(threshold));
    return silut;
  }

  /** Every constant operand is one of those expected, in single precision at least. */
  private static void requireConstants(
      FrozenGraph graph, Collection<NodeDef> operations, double... expected) {
    for (NodeDef operation : operations) {
      for (int i = 0; i < operation.getInputCount(); i++) {
        NodeDef operand = graph.input(operation, i);
        if (!operand.getOp().equals("Const")) {
          continue;
        }
        double value = graph.constant(operand).values()[0];
        if (Arrays.stream(expected).noneMatch(e -> Math.abs(value - e) <= 1e-6 * Math.abs(e))) {
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
  }
}
