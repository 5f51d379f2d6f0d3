package org.dpsieve.model;

import java.io.Serializable;

/**
 * y = shortcut(x) + idt * activation(x W + b).
 *
 * @param inputs length of x
 * @param outputs length of y
 * @param weight W, row-major [inputs, outputs]
 * @param bias b, [outputs]; never {@code null} (zeros where the file has none)
 * @param idt time step of a residual layer ({@code resnet_dt}), [outputs]; {@code null} for 1
 * @param activation applied element by element
 * @param shortcut what of x is added
 */
public record Layer(
    int inputs,
    int outputs,
    double[] weight,
    double[] bias,
    double[] idt,
    Activation activation,
    Shortcut shortcut)
    implements Serializable {

  /** The residual connection, as {@code deepmd/dpmodel/utils/network.py: NativeLayer.call}. */
  public enum Shortcut {
    NONE,
    /** outputs == inputs: x. */
    SAME,
    /** outputs == 2 inputs: (x, x). */
    DOUBLED
  }

  /** x W + b. */
  public static Layer linear(int inputs, int outputs, double[] weight, double[] bias) {
    return new Layer(inputs, outputs, weight, bias, null, Activation.LINEAR, Shortcut.NONE);
  }

  /**
   * The layer's value, in plain loops.
   *
   * @param x [inputs]
   * @return y, [outputs]
   */
  public double[] apply(double[] x) {
    double[] y = new double[outputs];
    for (int j = 0; j < outputs; j++) {
      double z = bias[j];
      for (int i = 0; i < inputs; i++) {
        z += x[i] * weight[i * outputs + j];
      }
      y[j] = (idt == null ? 1 : idt[j]) * activation.value(z);
      if (shortcut != Shortcut.NONE) {
        y[j] += x[j % inputs];
      }
    }
    return y;
  }

  /**
   * The layer of the other inputs, where some always have the same value: what they contribute is
   * in its bias.
   *
   * @param from first input that is held
   * @param values theirs
   * @throws IllegalStateException when inputs are also passed by ({@code shortcut})
   */
  public Layer holding(int from, double[] values) {
    if (shortcut != Shortcut.NONE) {
      throw new IllegalStateException("inputs are added to the outputs");
    }
    double[] held = bias.clone();
    for (int i = 0; i < values.length; i++) {
      for (int j = 0; j < outputs; j++) {
        held[j] += values[i] * weight[(from + i) * outputs + j];
      }
    }
    int left = inputs - values.length;
    double[] rest = new double[left * outputs];
    System.arraycopy(weight, 0, rest, 0, from * outputs);
    System.arraycopy(
        weight, (from + values.length) * outputs, rest, from * outputs, (left - from) * outputs);
    return new Layer(left, outputs, rest, held, idt, activation, shortcut);
  }
}
