package org.dpsieve.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.dpsieve.kernel.nd4j.Nd4jGemm;
import org.dpsieve.model.Activation;
import org.dpsieve.model.Layer;
import org.dpsieve.model.Precision;
import org.junit.jupiter.api.Test;

class LayerFunctionTest {
  @Test
  void tanhIsRightOverItsWholeRangeAndInEveryColumn() {
    int columns = 37; // no multiple of a vector
    int rows = 500;
    Layer layer =
        new Layer(
            1,
            columns,
            new double[columns],
            new double[columns],
            null,
            Activation.TANH,
            Layer.Shortcut.NONE);
    double[] x = new Random(3).doubles(rows * columns, -25, 25).toArray();
    for (int i = 0; i < x.length; i += 3) {
      x[i] *= Math.pow(10, -(i % 19));
    }
    x[5] = Double.NaN;
    x[6] = Double.POSITIVE_INFINITY;
    x[7] = Double.NEGATIVE_INFINITY;
    for (Arithmetic arithmetic :
        new Arithmetic[] {
          Arithmetic.loops(new Nd4jGemm()), Arithmetic.best(Precision.FLOAT64, new Nd4jGemm())
        }) {
      double[] y = x.clone();
      double[] slope = new double[x.length];
      ((DoubleArithmetic) arithmetic)
          .layerFunction()
          .apply(layer, rows, new double[rows], y, slope);
      for (int i = 0; i < x.length; i++) {
        double exact = Math.tanh(x[i]);
        if (Double.isNaN(exact)) {
          assertThat(y[i]).isNaN();
          assertThat(slope[i]).isNaN();
        } else {
          assertThat(y[i]).isCloseTo(exact, within(2e-15 * Math.abs(exact)));
          assertThat(slope[i]).isCloseTo(1 - exact * exact, within(2e-15));
        }
      }
    }
  }

  @Test
  void siluIsRightOverItsWholeRangeWithTimeSteps() {
    int columns = 37;
    int rows = 200;
    double[] bias = new Random(1).doubles(columns, -1, 1).toArray();
    double[] idt = new Random(2).doubles(columns, 0.5, 1).toArray();
    Layer layer =
        new Layer(1, columns, new double[columns], bias, idt, Activation.SILU, Layer.Shortcut.NONE);
    double[] x = new Random(3).doubles(rows * columns, -40, 40).toArray();
    x[3] = -1e4;
    x[4] = 1e4;
    x[5] = Double.NaN;
    for (Arithmetic arithmetic :
        new Arithmetic[] {
          Arithmetic.loops(new Nd4jGemm()), Arithmetic.best(Precision.FLOAT64, new Nd4jGemm())
        }) {
      double[] y = x.clone();
      double[] slope = new double[x.length];
      ((DoubleArithmetic) arithmetic)
          .layerFunction()
          .apply(layer, rows, new double[rows], y, slope);
      for (int i = 0; i < x.length; i++) {
        double z = x[i] + bias[i % columns];
        double exact = idt[i % columns] * Activation.SILU.value(z);
        if (Double.isNaN(exact)) {
          assertThat(y[i]).isNaN();
          assertThat(slope[i]).isNaN();
        } else {
          assertThat(y[i]).isCloseTo(exact, within(1e-15 * Math.max(1, Math.abs(exact))));
          double change = idt[i % columns] * Activation.SILU.derivative(z);
          assertThat(slope[i]).isCloseTo(change, within(2e-15 * Math.max(1, Math.abs(z))));
        }
      }
    }
  }
}
