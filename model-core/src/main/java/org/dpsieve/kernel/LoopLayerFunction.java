package org.dpsieve.kernel;

import org.dpsieve.model.Activation;
import org.dpsieve.model.Layer;

/** {@link LayerFunction} in plain Java loops. */
final class LoopLayerFunction implements LayerFunction, LayerDerivative {
  @Override
  public void apply(Layer layer, int rows, double[] x, double[] y, double[] slope) {
    for (int i = 0; i < rows; i++) {
      activate(layer, y, slope, i * layer.outputs());
    }
    addShortcut(layer, rows, x, y);
  }

  @Override
  public void chain(Layer layer, int rows, Matrix dx, Matrix dy, Matrix slope) {
    boolean plain = layer.shortcut() == Layer.Shortcut.NONE;
    int part = plain ? layer.outputs() : layer.inputs();
    for (int row = 0; row < rows; row++) {
      int x = dx.from() + row * dx.pitch();
      for (int begin = 0; begin < layer.outputs(); begin += part) { // twice where it doubles
        int y = dy.from() + row * dy.pitch() + begin;
        int s = slope.from() + row * slope.pitch() + begin;
        if (plain) {
          scale(dy.values(), y, slope.values(), s, part);
        } else {
          scaleAndAdd(dx.values(), x, dy.values(), y, slope.values(), s, part);
        }
      }
    }
  }

  private static void scale(double[] dy, int y, double[] slope, int s, int count) {
    for (int h = 0; h < count; h++) {
      dy[y + h] *= slope[s + h];
    }
  }

  private static void scaleAndAdd(
      double[] dx, int x, double[] dy, int y, double[] slope, int s, int count) {
    for (int h = 0; h < count; h++) {
      dy[y + h] = dy[y + h] * slope[s + h] + dx[x + h];
    }
  }

  @Override
  public void combine(
      int pairs,
      int columns,
      Matrix f,
      Matrix g,
      double[] along,
      double[] across,
      Matrix slope,
      Matrix target) {
    for (int pair = 0; pair < pairs; pair++) {
      for (int x = 0; x < 3; x++) {
        combine(
            f.values()[f.from() + pair * f.pitch() + x],
            along,
            pair * columns,
            g.values()[g.from() + pair * g.pitch() + x],
            across,
            (x * pairs + pair) * columns,
            slope.values(),
            slope.from(),
            target.values(),
            target.from() + (3 * pair + x) * target.pitch(),
            columns);
      }
    }
  }

  private static void combine(
      double f,
      double[] x,
      int fromX,
      double g,
      double[] y,
      int fromY,
      double[] slope,
      int s,
      double[] target,
      int to,
      int count) {
    for (int h = 0; h < count; h++) {
      target[to + h] = slope[s + h] * (f * x[fromX + h] + g * y[fromY + h]);
    }
  }

  /** Bias, activation, its slope and idt of one row. */
  static void activate(Layer layer, double[] y, double[] slope, int row) {
    int n = layer.outputs();
    for (int j = 0; j < n; j++) {
      y[row + j] += layer.bias()[j];
    }
    if (layer.activation().equals(Activation.TANH)) {
      tanh(y, slope, row, n);
    } else {
      for (int j = row; j < row + n; j++) {
        slope[j] = layer.activation().derivative(y[j]);
        y[j] = layer.activation().value(y[j]);
      }
    }
    if (layer.idt() != null) {
      scale(layer.idt(), y, slope, row);
    }
  }

  static void scale(double[] idt, double[] y, double[] slope, int row) {
    for (int j = 0; j < idt.length; j++) {
      y[row + j] *= idt[j];
      slope[row + j] *= idt[j];
    }
  }

  static void addShortcut(Layer layer, int rows, double[] x, double[] y) {
    int n = layer.outputs();
    switch (layer.shortcut()) {
      case NONE -> {}
      case SAME -> {
        for (int i = 0; i < rows * n; i++) {
          y[i] += x[i];
        }
      }
      case DOUBLED -> {
        int half = n / 2;
        for (int i = 0; i < rows; i++) {
          for (int j = 0; j < half; j++) {
            y[i * n + j] += x[i * half + j];
            y[i * n + half + j] += x[i * half + j];
          }
        }
      }
    }
  }

  /**
   * tanh x = e / (e + 2), e = exp(2x) - 1 from the Taylor series at 2x/128 and seven doublings e <-
   * e (e + 2): no branch, no bit pattern, so that the compiler can put it into vector registers.
   * Relative error below 1e-15; NaN stays NaN.
   *
   * @param x replaced by tanh x, in {@code x[from..from + n]}
   * @param slope 1 - tanh², to the same places
   */
  static void tanh(double[] x, double[] slope, int from, int n) {
    for (int i = from; i < from + n; i++) {
      double r = Math.min(Math.max(x[i], -20), 20) * (2.0 / 128);
      double p = 1.0 / 6227020800.0;
      p = p * r + 1.0 / 479001600;
      p = p * r + 1.0 / 39916800;
      p = p * r + 1.0 / 3628800;
      p = p * r + 1.0 / 362880;
      p = p * r + 1.0 / 40320;
      p = p * r + 1.0 / 5040;
      p = p * r + 1.0 / 720;
      p = p * r + 1.0 / 120;
      p = p * r + 1.0 / 24;
      p = p * r + 1.0 / 6;
      p = p * r + 0.5;
      double e = p * r * r + r;
      e = e * (e + 2);
      e = e * (e + 2);
      e = e * (e + 2);
      e = e * (e + 2);
      e = e * (e + 2);
      e = e * (e + 2);
      e = e * (e + 2);
      double t = e / (e + 2);
      x[i] = t;
      slope[i] = 1 - t * t;
    }
  }
}
