package org.dpsieve.kernel.reference;

import java.util.ArrayList;
import java.util.List;
import org.dpsieve.model.Layer;
import org.dpsieve.model.Network;

/** One vector through a net and its gradient back, in plain loops. */
final class NetworkPass {
  private final Network network;
  private final List<double[]> sums = new ArrayList<>();
  private double[] output;

  /**
   * @param input [network.inputSize]
   */
  NetworkPass(Network network, double[] input) {
    this.network = network;
    double[] x = input;
    for (Layer layer : network.layers()) {
      x = forward(layer, x);
    }
    output = x;
  }

  /** [network.outputSize]. */
  double[] output() {
    return output;
  }

  /** d(output)/d(input[index]), [network.outputSize]. */
  double[] slope(int index) {
    double[] slope = new double[network.inputSize()];
    slope[index] = 1;
    for (int l = 0; l < sums.size(); l++) {
      Layer layer = network.layers().get(l);
      double[] next = new double[layer.outputs()];
      for (int j = 0; j < next.length; j++) {
        for (int i = 0; i < layer.inputs(); i++) {
          next[j] += slope[i] * layer.weight()[i * next.length + j];
        }
        next[j] *= step(layer, j) * layer.activation().derivative(sums.get(l)[j]);
        if (layer.shortcut() != Layer.Shortcut.NONE) {
          next[j] += slope[j % layer.inputs()];
        }
      }
      slope = next;
    }
    return slope;
  }

  /**
   * @param outputGradient dE/d(output), [network.outputSize]
   * @return dE/d(input), [network.inputSize]
   */
  double[] inputGradient(double[] outputGradient) {
    double[] gradient = outputGradient;
    for (int i = network.layers().size() - 1; i >= 0; i--) {
      gradient = backward(network.layers().get(i), sums.get(i), gradient);
    }
    return gradient;
  }

  private double[] forward(Layer layer, double[] x) {
    double[] z = layer.bias().clone();
    for (int i = 0; i < layer.inputs(); i++) {
      for (int j = 0; j < layer.outputs(); j++) {
        z[j] += x[i] * layer.weight()[i * layer.outputs() + j];
      }
    }
    sums.add(z);
    double[] y = new double[layer.outputs()];
    for (int j = 0; j < y.length; j++) {
      y[j] = step(layer, j) * layer.activation().value(z[j]);
      if (layer.shortcut() != Layer.Shortcut.NONE) {
        y[j] += x[j % layer.inputs()];
      }
    }
    return y;
  }

  private static double[] backward(Layer layer, double[] z, double[] dy) {
    double[] dx = new double[layer.inputs()];
    double[] dz = new double[layer.outputs()];
    for (int j = 0; j < dz.length; j++) {
      dz[j] = dy[j] * step(layer, j) * layer.activation().derivative(z[j]);
      if (layer.shortcut() != Layer.Shortcut.NONE) {
        dx[j % layer.inputs()] += dy[j];
      }
    }
    for (int i = 0; i < dx.length; i++) {
      for (int j = 0; j < dz.length; j++) {
        dx[i] += dz[j] * layer.weight()[i * layer.outputs() + j];
      }
    }
    return dx;
  }

  private static double step(Layer layer, int output) {
    return layer.idt() == null ? 1 : layer.idt()[output];
  }
}
