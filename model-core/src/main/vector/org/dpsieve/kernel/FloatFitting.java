package org.dpsieve.kernel;

import java.util.ArrayList;
import java.util.List;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import org.dpsieve.model.Activation;
import org.dpsieve.model.DeepPotential;
import org.dpsieve.model.Layer;
import org.dpsieve.model.Network;

/** {@link FittingKernel} in single precision; energies are added up in double. */
final class FloatFitting {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_512;

  /** Added and taken away again, it rounds to a whole number, which is its lowest bits. */
  private static final float ROUNDER = 0x1.8p23f;

  private static final float LN2_HIGH = 0x1.62e4p-1f;
  private static final float LN2_LOW = (float) (Math.log(2) - LN2_HIGH);

  private final int inputs;
  private final List<Layer> hidden;
  private final List<FloatGemm> forward = new ArrayList<>();
  private final List<FloatGemm> backward = new ArrayList<>();
  private final float[][] bias;
  private final float[][] idt;
  private final double[] output;
  private final double constant;

  /**
   * @param model has been accepted by a {@link FittingKernel}
   */
  FloatFitting(DeepPotential model, int type) {
    Network network = model.fitting().networks()[type];
    hidden = network.layers().subList(0, network.layers().size() - 1);
    Layer first = network.layers().get(0);
    double[] folded = DescriptorFolding.firstMatrix(model, type);
    inputs = folded.length / first.outputs();
    bias = new float[hidden.size()][];
    idt = new float[hidden.size()][];
    for (int l = 0; l < hidden.size(); l++) {
      Layer layer = hidden.get(l);
      int n = layer.outputs();
      double[] weight = l == 0 ? folded : layer.weight();
      int in = weight.length / n;
      forward.add(new FloatGemm(weight, in, n));
      backward.add(new FloatGemm(FittingKernel.transposed(weight, in, n), n, in));
      bias[l] = new float[n];
      idt[l] = new float[n];
      for (int j = 0; j < n; j++) {
        bias[l][j] = (float) layer.bias()[j];
        idt[l][j] = layer.idt() == null ? 1 : (float) layer.idt()[j];
      }
    }
    output = hidden.isEmpty() ? folded : network.layers().get(hidden.size()).weight();
    constant = FittingKernel.constant(model.fitting(), type);
  }

  /** Scratch memory of one thread. */
  static final class Scratch {
    private final List<float[]> slope = new ArrayList<>();
    private final float[][] other = new float[2][0];

    private float[] slope(int l, int size) {
      while (slope.size() <= l) {
        slope.add(new float[0]);
      }
      if (slope.get(l).length < size) {
        slope.set(l, new float[size]);
      }
      return slope.get(l);
    }

    private float[] swap(int turn, int size) {
      if (other[turn % 2].length < size) {
        other[turn % 2] = new float[size];
      }
      return other[turn % 2];
    }
  }

  /**
   * @param x folded descriptors, row-major [rows, inputs]; overwritten by dE/dx, eV
   * @param energy eV, overwritten, [count]
   */
  void evaluate(int rows, int count, float[] x, double[] energy, Scratch scratch) {
    float[] input = x;
    for (int l = 0; l < hidden.size(); l++) {
      Layer layer = hidden.get(l);
      float[] y = scratch.swap(l, rows * layer.outputs());
      float[] slope = scratch.slope(l, rows * layer.outputs());
      forward.get(l).multiply(input, y, count);
      for (int i = 0; i < count; i++) {
        activate(layer, bias[l], idt[l], y, slope, i * layer.outputs());
      }
      addShortcut(layer, count, input, y);
      input = y;
    }
    int n = output.length;
    for (int i = 0; i < count; i++) {
      double sum = constant;
      for (int j = 0; j < n; j++) {
        sum += output[j] * input[i * n + j];
      }
      energy[i] = sum;
    }
    back(rows, count, x, scratch);
  }

  private void back(int rows, int count, float[] gradient, Scratch scratch) {
    int last = output.length;
    float[] dy = hidden.isEmpty() ? gradient : scratch.swap(0, rows * last);
    for (int i = 0; i < count * last; i++) {
      dy[i] = (float) output[i % last];
    }
    for (int l = hidden.size() - 1; l >= 0; l--) {
      Layer layer = hidden.get(l);
      float[] dz = scratch.slope.get(l);
      for (int i = 0; i < count * layer.outputs(); i++) {
        dz[i] *= dy[i];
      }
      float[] dx = l == 0 ? gradient : scratch.swap(hidden.size() - l, rows * layer.inputs());
      backward.get(l).multiply(dz, dx, count);
      addShortcutGradient(layer, count, dy, dx);
      dy = dx;
    }
  }

  private static void addShortcut(Layer layer, int count, float[] x, float[] y) {
    int n = layer.outputs();
    int in = layer.inputs();
    if (layer.shortcut() != Layer.Shortcut.NONE) {
      for (int i = 0; i < count; i++) {
        for (int j = 0; j < n; j += in) {
          for (int k = 0; k < in; k++) {
            y[i * n + j + k] += x[i * in + k];
          }
        }
      }
    }
  }

  private static void addShortcutGradient(Layer layer, int count, float[] dy, float[] dx) {
    int n = layer.outputs();
    int in = layer.inputs();
    if (layer.shortcut() != Layer.Shortcut.NONE) {
      for (int i = 0; i < count; i++) {
        for (int j = 0; j < n; j += in) {
          for (int k = 0; k < in; k++) {
            dx[i * in + k] += dy[i * n + j + k];
          }
        }
      }
    }
  }

  private static void activate(
      Layer layer, float[] bias, float[] idt, float[] y, float[] slope, int row) {
    int n = layer.outputs();
    int j = 0;
    if (layer.activation().equals(Activation.TANH)) {
      for (; j < SPECIES.loopBound(n); j += SPECIES.length()) {
        FloatVector b = FloatVector.fromArray(SPECIES, bias, j);
        FloatVector t = tanh(FloatVector.fromArray(SPECIES, y, row + j).add(b));
        FloatVector scale = FloatVector.fromArray(SPECIES, idt, j);
        t.mul(scale).intoArray(y, row + j);
        t.mul(t).neg().add(1).mul(scale).intoArray(slope, row + j);
      }
    }
    for (; j < n; j++) {
      double z = y[row + j] + bias[j];
      y[row + j] = (float) (idt[j] * layer.activation().value(z));
      slope[row + j] = (float) (idt[j] * layer.activation().derivative(z));
    }
  }

  /** As {@link VectorLayerFunction#tanh}, with the Taylor series to r^7: error below 2e-7. */
  private static FloatVector tanh(FloatVector x) {
    FloatVector twice = x.min(9.5f).max(-9.5f).mul(2);
    FloatVector shifted = twice.fma(constant((float) (1 / Math.log(2))), constant(ROUNDER));
    FloatVector k = shifted.sub(ROUNDER);
    FloatVector r = k.fma(constant(-LN2_HIGH), twice);
    r = k.fma(constant(-LN2_LOW), r);
    FloatVector p =
        constant(1f / 5040)
            .fma(r, constant(1f / 720))
            .fma(r, constant(1f / 120))
            .fma(r, constant(1f / 24))
            .fma(r, constant(1f / 6))
            .fma(r, constant(0.5f));
    p = p.mul(r).fma(r, r);
    FloatVector power =
        shifted
            .reinterpretAsInts()
            .add(127)
            .lanewise(VectorOperators.LSHL, 23)
            .reinterpretAsFloats();
    FloatVector e = power.fma(p, power.sub(1));
    return e.div(e.add(2));
  }

  private static FloatVector constant(float value) {
    return FloatVector.broadcast(SPECIES, value);
  }
}
