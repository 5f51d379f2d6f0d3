package org.dpsieve.kernel;

import java.util.ArrayList;
import java.util.List;
import org.dpsieve.error.UnsupportedModelException;
import org.dpsieve.model.Activation;
import org.dpsieve.model.DeepPotential;
import org.dpsieve.model.EnergyFitting;
import org.dpsieve.model.Layer;
import org.dpsieve.model.Network;

/**
 * The fitting net of one centre type, forward and back, for {@link Gemm#rows} centres at a time.
 * Its inputs are in the order of {@link DescriptorFolding}.
 */
final class FittingKernel {
  private final int rows;
  private final int inputs;
  private final LayerFunction layerFunction;
  private final List<Layer> hidden;
  private final List<Gemm.Factor> forward = new ArrayList<>();
  private final List<Gemm.Factor> backward = new ArrayList<>();

  /** The last layer's matrix, [its inputs]. */
  private final double[] output;

  /** Added to every atom's energy, eV. */
  private final double constant;

  /**
   * @param model lowered; its name is for messages
   */
  FittingKernel(DeepPotential model, int type, DoubleArithmetic arithmetic) {
    Network network = model.fitting().networks()[type];
    requireUnderstood(network, model.name());
    Gemm gemm = arithmetic.gemm();
    layerFunction = arithmetic.layerFunction();
    rows = gemm.rows();
    hidden = network.layers().subList(0, network.layers().size() - 1);
    Layer first = network.layers().get(0);
    Layer last = network.layers().get(hidden.size());
    double[] folded = DescriptorFolding.firstMatrix(model, type);
    inputs = folded.length / first.outputs();
    for (Layer layer : hidden) {
      double[] weight = layer == first ? folded : layer.weight();
      int in = weight.length / layer.outputs();
      forward.add(gemm.factor(weight, in, layer.outputs()));
      backward.add(gemm.factor(transposed(weight, in, layer.outputs()), layer.outputs(), in));
    }
    output = hidden.isEmpty() ? folded : last.weight();
    constant = constant(model.fitting(), type);
  }

  static void requireUnderstood(Network network, String where) {
    Layer first = network.layers().get(0);
    Layer last = network.layers().get(network.layers().size() - 1);
    boolean plainOutput =
        last.outputs() == 1
            && last.idt() == null
            && last.shortcut() == Layer.Shortcut.NONE
            && last.activation().equals(Activation.LINEAR);
    if (!plainOutput) {
      throw new UnsupportedModelException(
          "%s: fitting net whose last layer is not linear with one output cannot be evaluated"
              .formatted(where));
    }
    if (first.shortcut() != Layer.Shortcut.NONE) {
      throw new UnsupportedModelException(
          "%s: fitting net whose first layer is residual cannot be evaluated".formatted(where));
    }
  }

  static double[] transposed(double[] matrix, int rows, int columns) {
    double[] result = new double[matrix.length];
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < columns; j++) {
        result[j * rows + i] = matrix[i * columns + j];
      }
    }
    return result;
  }

  /** Whether what is subtracted, net(0, x), differs from frame to frame, with x. */
  static boolean variableVacuum(EnergyFitting fitting, int type) {
    return fitting.vacuumSubtracted()[type] && fitting.extraInputs().variable() > 0;
  }

  /**
   * What is added to the energy of every atom of a type, eV; with a {@link #variableVacuum} the
   * last bias alone, which cancels.
   */
  static double constant(EnergyFitting fitting, int type) {
    Network network = fitting.networks()[type];
    Layer last = network.layers().get(network.layers().size() - 1);
    if (variableVacuum(fitting, type)) {
      return last.bias()[0];
    }
    double bias = fitting.vacuumSubtracted()[type] ? -vacuum(network) : last.bias()[0];
    return bias + fitting.zeroLevel()[type];
  }

  /** net(0) without the last bias: what is subtracted from net(D) without it. */
  private static double vacuum(Network network) {
    double[] x = new double[network.inputSize()];
    for (Layer layer : network.layers().subList(0, network.layers().size() - 1)) {
      double[] y = new double[layer.outputs()];
      for (int k = 0; k < layer.inputs(); k++) {
        for (int j = 0; j < y.length; j++) {
          y[j] += x[k] * layer.weight()[k * y.length + j];
        }
      }
      new LoopLayerFunction().apply(layer, 1, x, y, new double[y.length]);
      x = y;
    }
    return dot(x, 0, network.layers().get(network.layers().size() - 1).weight());
  }

  static double dot(double[] x, int from, double[] y) {
    double sum = 0;
    for (int j = 0; j < y.length; j++) {
      sum += x[from + j] * y[j];
    }
    return sum;
  }

  /**
   * From {@code workspace.descriptors}, row-major [rows, inputs], to {@code workspace.energies}
   * (eV, [rows]) and dE/dD (eV) in place of the descriptors.
   *
   * @param count rows that matter; the others may be anything, before and after
   */
  void evaluate(int count, Workspace workspace) {
    double[] x = forward(count, workspace);
    for (int i = 0; i < count; i++) {
      workspace.energies(rows)[i] = constant + dot(x, i * output.length, output);
    }
    back(output, count, workspace.descriptors(rows * inputs), workspace);
  }

  /**
   * From {@code workspace.descriptors}, row-major [rows, inputs], to the last hidden layer.
   *
   * @return row-major [rows, {@link #lastWidth}]
   */
  double[] forward(int count, Workspace workspace) {
    double[] x = workspace.descriptors(rows * inputs);
    for (int l = 0; l < hidden.size(); l++) {
      int size = rows * hidden.get(l).outputs();
      double[] y = l == hidden.size() - 1 ? workspace.lastHidden(size) : workspace.swap(l, size);
      forward.get(l).multiply(x, y, count);
      layerFunction.apply(hidden.get(l), count, x, y, workspace.slope(l, size));
      x = y;
    }
    return x;
  }

  /** Without a hidden layer there is nothing to read: the output layer takes the descriptor. */
  boolean hasHidden() {
    return !hidden.isEmpty();
  }

  /** The last hidden layer of the rows evaluated last, row-major [rows, {@link #lastWidth}]. */
  double[] lastHidden(Workspace workspace) {
    return workspace.lastHidden(rows * output.length);
  }

  /** Weights of the output layer of a net that has a hidden one, [lastWidth]. */
  static double[] output(EnergyFitting fitting, int type) {
    List<Layer> layers = fitting.networks()[type].layers();
    return layers.get(layers.size() - 1).weight();
  }

  /** As if the output layer had other weights, eV, of a row evaluated last. */
  double energy(int row, double[] weights, double added, Workspace workspace) {
    return added + dot(lastHidden(workspace), row * weights.length, weights);
  }

  /** Numbers of the last hidden layer. */
  int lastWidth() {
    return output.length;
  }

  /**
   * dE/dD as if the output layer had other weights, for the rows evaluated last.
   *
   * @param weights [lastWidth]
   * @param gradient eV, row-major [rows, inputs], overwritten
   */
  void back(double[] weights, int count, double[] gradient, Workspace workspace) {
    double[] dy = hidden.isEmpty() ? gradient : workspace.swap(0, rows * weights.length);
    for (int i = 0; i < count; i++) {
      System.arraycopy(weights, 0, dy, i * weights.length, weights.length);
    }
    for (int l = hidden.size() - 1; l >= 0; l--) {
      Layer layer = hidden.get(l);
      int size = rows * layer.outputs();
      double[] slope = workspace.slope(l, size);
      double[] dz = workspace.products(size);
      for (int i = 0; i < count * layer.outputs(); i++) {
        dz[i] = slope[i] * dy[i];
      }
      double[] dx = l == 0 ? gradient : workspace.swap(hidden.size() - l, rows * layer.inputs());
      backward.get(l).multiply(dz, dx, count);
      addShortcut(layer, count, dy, dx);
      dy = dx;
    }
  }

  private void addShortcut(Layer layer, int count, double[] dy, double[] dx) {
    int n = layer.inputs();
    switch (layer.shortcut()) {
      case NONE -> {}
      case SAME -> {
        for (int i = 0; i < count * n; i++) {
          dx[i] += dy[i];
        }
      }
      case DOUBLED -> {
        for (int i = 0; i < count; i++) {
          for (int j = 0; j < n; j++) {
            dx[i * n + j] += dy[2 * i * n + j] + dy[2 * i * n + n + j];
          }
        }
      }
    }
  }
}
