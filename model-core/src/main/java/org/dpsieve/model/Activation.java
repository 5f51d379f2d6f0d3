package org.dpsieve.model;

import java.io.Serializable;
import java.util.Locale;

/**
 * One of DeePMD-kit's activation functions ({@code activation_function}; {@code
 * deepmd/tf/common.py: ACTIVATION_FN_DICT}), with its first derivative.
 *
 * @param function which
 * @param parameter {@code silut}: where it turns from silu to tanh; {@code gelu}: its cubic
 *     coefficient; 0 for every other function
 */
public record Activation(Function function, double parameter) implements Serializable {
  /**
   * The functions by DeePMD-kit's names; {@code gelu_tf} is {@code gelu}, {@code none} is linear.
   */
  public enum Function {
    LINEAR,
    TANH,
    RELU,
    RELU6,
    SOFTPLUS,
    SIGMOID,
    GELU,
    SILU,
    SILUT
  }

  public static final Activation LINEAR = new Activation(Function.LINEAR, 0);
  public static final Activation TANH = new Activation(Function.TANH, 0);
  public static final Activation RELU = new Activation(Function.RELU, 0);
  public static final Activation RELU6 = new Activation(Function.RELU6, 0);
  public static final Activation SOFTPLUS = new Activation(Function.SOFTPLUS, 0);
  public static final Activation SIGMOID = new Activation(Function.SIGMOID, 0);

  /** The tanh form of Hendrycks and Gimpel, arXiv:1606.08415, section 2. */
  public static final Activation GELU = gelu(0.044715);

  public static final Activation SILU = new Activation(Function.SILU, 0);

  private static final double GELU_SCALE = Math.sqrt(2 / Math.PI);

  /** TensorFlow's own gelu ({@code gelu_tf}) holds the coefficient in single precision. */
  public static Activation gelu(double cubic) {
    return new Activation(Function.GELU, cubic);
  }

  /** silu below {@code threshold}, above it a tanh that continues value and slope. */
  public static Activation silut(double threshold) {
    return new Activation(Function.SILUT, threshold);
  }

  public double value(double x) {
    return switch (function) {
      case LINEAR -> x;
      case TANH -> Math.tanh(x);
      case RELU -> Math.max(x, 0);
      case RELU6 -> Math.min(Math.max(x, 0), 6);
      case SOFTPLUS -> Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
      case SIGMOID -> sigmoid(x);
      case GELU -> 0.5 * x * (1 + Math.tanh(geluArgument(x)));
      case SILU -> x * sigmoid(x);
      case SILUT ->
          x < parameter
              ? x * sigmoid(x)
              : Math.tanh(siluSlope(parameter) * (x - parameter)) + parameter * sigmoid(parameter);
    };
  }

  public double derivative(double x) {
    return switch (function) {
      case LINEAR -> 1;
      case TANH -> oneMinusSquare(Math.tanh(x));
      case RELU -> x > 0 ? 1 : Double.isNaN(x) ? x : 0;
      case RELU6 -> x > 0 && x < 6 ? 1 : Double.isNaN(x) ? x : 0;
      case SOFTPLUS -> sigmoid(x);
      case SIGMOID -> {
        double y = sigmoid(x);
        yield y * (1 - y);
      }
      case GELU -> {
        double t = Math.tanh(geluArgument(x));
        double slope = GELU_SCALE * (1 + 3 * parameter * x * x);
        yield 0.5 * (1 + t) + 0.5 * x * oneMinusSquare(t) * slope;
      }
      case SILU -> siluSlope(x);
      case SILUT -> {
        if (x < parameter) {
          yield siluSlope(x);
        }
        double slope = siluSlope(parameter);
        yield slope * oneMinusSquare(Math.tanh(slope * (x - parameter)));
      }
    };
  }

  private static double oneMinusSquare(double t) {
    return 1 - t * t;
  }

  private double geluArgument(double x) {
    return GELU_SCALE * (x + parameter * x * x * x);
  }

  private static double sigmoid(double x) {
    return 1 / (1 + Math.exp(-x));
  }

  private static double siluSlope(double x) {
    double y = sigmoid(x);
    return y + x * y * (1 - y);
  }

  /** As DeePMD-kit's input spells it: {@code tanh}, {@code silut:3.0}. */
  @Override
  public String toString() {
    String name = function.name().toLowerCase(Locale.ROOT);
    return function == Function.SILUT ? name + ":" + parameter : name;
  }
}
