package org.dpsieve.model;

import java.io.Serializable;
import java.util.List;

/**
 * A net without biases whose hidden layers are h = g sigmoid(g) v, (g, v) = x W ({@code
 * deepmd/dpmodel/descriptor/dpa4_nn/mlp.py: SwiGLUMLP}).
 *
 * @param hidden the hidden layers' W
 * @param output y = scale h W
 * @param scale of the output
 */
public record SwiGlu(List<Weights> hidden, Weights output, double scale) implements Serializable {
  /**
   * x W.
   *
   * @param values row-major [inputs, outputs]
   */
  public record Weights(int inputs, int outputs, double[] values) implements Serializable {
    public double[] times(double[] x) {
      double[] y = new double[outputs];
      for (int i = 0; i < inputs; i++) {
        for (int j = 0; j < outputs; j++) {
          y[j] += x[i] * values[i * outputs + j];
        }
      }
      return y;
    }
  }

  public SwiGlu {
    hidden = List.copyOf(hidden);
  }

  /** Numbers of the last hidden layer. */
  public int hiddenSize() {
    return output.inputs();
  }

  /** From the input to the last hidden layer. */
  public double[] hidden(double[] x) {
    double[] h = x;
    for (Weights layer : hidden) {
      double[] both = layer.times(h);
      h = new double[both.length / 2];
      for (int i = 0; i < h.length; i++) {
        h[i] = Activation.SILU.value(both[i]) * both[h.length + i];
      }
    }
    return h;
  }

  /** How the last hidden layer changes where the input does, as {@code dx}. */
  public double[] hiddenSlope(double[] x, double[] dx) {
    double[] h = x;
    double[] dh = dx;
    for (Weights layer : hidden) {
      double[] both = layer.times(h);
      double[] dBoth = layer.times(dh);
      int half = both.length / 2;
      h = new double[half];
      dh = new double[half];
      for (int i = 0; i < half; i++) {
        double silu = Activation.SILU.value(both[i]);
        h[i] = silu * both[half + i];
        dh[i] =
            Activation.SILU.derivative(both[i]) * dBoth[i] * both[half + i]
                + silu * dBoth[half + i];
      }
    }
    return dh;
  }

  /** From the last hidden layer to the output. */
  public double[] output(double[] h) {
    double[] y = output.times(h);
    for (int j = 0; j < y.length; j++) {
      y[j] *= scale;
    }
    return y;
  }

  public double[] apply(double[] x) {
    return output(hidden(x));
  }
}
