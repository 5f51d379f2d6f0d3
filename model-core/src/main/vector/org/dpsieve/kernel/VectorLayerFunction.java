package org.dpsieve.kernel;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import org.dpsieve.model.Activation;
import org.dpsieve.model.Layer;

/** {@link LayerFunction} by the Vector API: tanh in one pass, other activations by loops. */
final class VectorLayerFunction implements LayerFunction {
  private static final VectorSpecies<Double> SPECIES = DoubleVector.SPECIES_PREFERRED;

  /** Added and taken away again, it rounds to a whole number, which is its lowest bits. */
  private static final double ROUNDER = 0x1.8p52;

  /** ln 2 in two parts: the first times a whole number below 2^11 is exact. */
  private static final double LN2_HIGH = 0x1.62e42fee00000p-1;

  private static final double LN2_LOW = 0x1.a39ef35793c76p-33;

  @Override
  public void apply(Layer layer, int rows, double[] x, double[] y, double[] slope) {
    int n = layer.outputs();
    int whole = layer.activation().equals(Activation.TANH) ? SPECIES.loopBound(n) : 0;
    for (int i = 0; i < rows; i++) {
      int row = i * n;
      if (layer.idt() == null) {
        plain(layer.bias(), y, slope, row, whole);
      } else {
        scaled(layer.bias(), layer.idt(), y, slope, row, whole);
      }
      LoopLayerFunction.activate(layer, y, slope, row, whole);
    }
    LoopLayerFunction.addShortcut(layer, rows, x, y);
  }

  private static void plain(double[] bias, double[] y, double[] slope, int row, int n) {
    for (int j = 0; j < n; j += SPECIES.length()) {
      DoubleVector z =
          DoubleVector.fromArray(SPECIES, y, row + j).add(DoubleVector.fromArray(SPECIES, bias, j));
      DoubleVector t = tanh(z);
      t.intoArray(y, row + j);
      t.mul(t).neg().add(1).intoArray(slope, row + j);
    }
  }

  private static void scaled(
      double[] bias, double[] idt, double[] y, double[] slope, int row, int n) {
    for (int j = 0; j < n; j += SPECIES.length()) {
      DoubleVector z =
          DoubleVector.fromArray(SPECIES, y, row + j).add(DoubleVector.fromArray(SPECIES, bias, j));
      DoubleVector t = tanh(z);
      DoubleVector scale = DoubleVector.fromArray(SPECIES, idt, j);
      t.mul(scale).intoArray(y, row + j);
      t.mul(t).neg().add(1).mul(scale).intoArray(slope, row + j);
    }
  }

  /**
   * tanh x = e / (e + 2), e = exp(2x) - 1 = 2^k (exp(r) - 1) + (2^k - 1), 2x = k ln 2 + r, with the
   * Taylor series of exp(r) - 1 to r^13. Relative error below 4e-16; NaN stays NaN.
   */
  static DoubleVector tanh(DoubleVector x) {
    DoubleVector twice = x.min(19.5).max(-19.5).mul(2);
    DoubleVector shifted = twice.fma(constant(1 / Math.log(2)), constant(ROUNDER));
    DoubleVector k = shifted.sub(ROUNDER);
    DoubleVector r = k.fma(constant(-LN2_HIGH), twice);
    r = k.fma(constant(-LN2_LOW), r);
    DoubleVector p =
        constant(1.0 / 6227020800.0)
            .fma(r, constant(1.0 / 479001600))
            .fma(r, constant(1.0 / 39916800))
            .fma(r, constant(1.0 / 3628800))
            .fma(r, constant(1.0 / 362880))
            .fma(r, constant(1.0 / 40320))
            .fma(r, constant(1.0 / 5040))
            .fma(r, constant(1.0 / 720))
            .fma(r, constant(1.0 / 120))
            .fma(r, constant(1.0 / 24))
            .fma(r, constant(1.0 / 6))
            .fma(r, constant(0.5));
    p = p.mul(r).fma(r, r);
    LongVector exponent = shifted.reinterpretAsLongs().add(1023);
    DoubleVector power = exponent.lanewise(VectorOperators.LSHL, 52).reinterpretAsDoubles();
    DoubleVector e = power.fma(p, power.sub(1));
    return e.div(e.add(2));
  }

  private static DoubleVector constant(double value) {
    return DoubleVector.broadcast(SPECIES, value);
  }
}
