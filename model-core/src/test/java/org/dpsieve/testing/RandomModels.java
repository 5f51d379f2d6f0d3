package org.dpsieve.testing;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.dpsieve.frame.Frame;
import org.dpsieve.frame.Labels;
import org.dpsieve.model.Activation;
import org.dpsieve.model.DeepPotential;
import org.dpsieve.model.EnergyFitting;
import org.dpsieve.model.Layer;
import org.dpsieve.model.Layer.Shortcut;
import org.dpsieve.model.Network;
import org.dpsieve.model.Precision;
import org.dpsieve.model.SeE2A;
import org.dpsieve.model.SmoothSwitch;

/** Models with random weights and frames with random atoms, for tests that need no trained ones. */
public final class RandomModels {
  private RandomModels() {}

  /** What of a model a test may vary. */
  public record Shape(
      int types,
      double rcut,
      int[] sel,
      int[] neuron,
      int axis,
      int[] fitting,
      Activation activation,
      boolean idt,
      boolean oneSide,
      boolean excludeFirstPair) {}

  /** A small model of Ag and Au as DeePMD-kit would make it. */
  public static DeepPotential agAu(long seed) {
    return of(
        new Shape(
            2,
            5,
            new int[] {40, 45},
            new int[] {4, 8, 16},
            4,
            new int[] {20, 20},
            Activation.TANH,
            true,
            false,
            false),
        seed);
  }

  public static DeepPotential of(Shape shape, long seed) {
    Random random = new Random(seed);
    int types = shape.types();
    double[][] davg = new double[types][];
    double[][] dstd = new double[types][];
    for (int c = 0; c < types; c++) {
      davg[c] = new double[] {0.07 + 0.01 * c, 0, 0, 0};
      dstd[c] = new double[] {0.1 + 0.01 * c, 0.08, 0.08, 0.08};
    }
    Network[][] embedding = new Network[types][types];
    for (int n = 0; n < types; n++) {
      Network shared = net(random, 1, shape.neuron(), shape.activation(), shape.idt());
      for (int c = 0; c < types; c++) {
        embedding[c][n] =
            shape.oneSide()
                ? shared
                : net(random, 1, shape.neuron(), shape.activation(), shape.idt());
      }
    }
    if (shape.excludeFirstPair()) {
      embedding[0][0] = null;
    }
    int width = shape.neuron()[shape.neuron().length - 1];
    SeE2A descriptor =
        new SeE2A(
            new SmoothSwitch(0.5, shape.rcut(), shape.rcut() - 0.5),
            shape.sel(),
            Arrays.stream(shape.sel()).sum(),
            shape.axis(),
            shape.oneSide(),
            davg,
            dstd,
            width,
            embedding,
            Precision.FLOAT64);
    Network[] fitting = new Network[types];
    double[] level = new double[types];
    for (int c = 0; c < types; c++) {
      Network hidden =
          net(random, width * shape.axis(), shape.fitting(), shape.activation(), shape.idt());
      List<Layer> layers = new ArrayList<>(hidden.layers());
      int last = shape.fitting()[shape.fitting().length - 1];
      layers.add(
          new Layer(
              last,
              1,
              numbers(random, last, 1 / Math.sqrt(last)),
              numbers(random, 1, 1),
              null,
              Activation.LINEAR,
              Shortcut.NONE));
      fitting[c] = new Network(layers);
      level[c] = -1.5 - c;
    }
    return new DeepPotential(
        "random model " + seed,
        List.of("Ag", "Au", "Cu").subList(0, types),
        descriptor,
        new EnergyFitting(fitting, new boolean[types], level, Precision.FLOAT64));
  }

  private static Network net(
      Random random, int inputs, int[] widths, Activation activation, boolean idt) {
    List<Layer> layers = new ArrayList<>();
    int in = inputs;
    for (int out : widths) {
      boolean first = layers.isEmpty();
      Shortcut shortcut = first ? Shortcut.NONE : out == in ? Shortcut.SAME : Shortcut.NONE;
      shortcut = !first && out == 2 * in ? Shortcut.DOUBLED : shortcut;
      double[] step = idt && shortcut != Shortcut.NONE ? numbers(random, out, 0.3) : null;
      double[] weight = numbers(random, in * out, 1 / Math.sqrt(in + (double) out));
      layers.add(new Layer(in, out, weight, numbers(random, out, 0.5), step, activation, shortcut));
      in = out;
    }
    return new Network(layers);
  }

  private static double[] numbers(Random random, int count, double scale) {
    double[] values = new double[count];
    for (int i = 0; i < count; i++) {
      values[i] = scale * random.nextGaussian();
    }
    return values;
  }

  /** Atoms of Ag and Au at random, none nearer to another than 2 Å, in a triclinic cell. */
  public static Frame agAuFrame(long seed, int atoms) {
    Random random = new Random(seed);
    double edge = Math.cbrt(25.0 * atoms);
    double[] cell = {
      edge, 0.1 * edge, 0, -0.05 * edge, 1.1 * edge, 0.02 * edge, 0, 0.1 * edge, 0.95 * edge
    };
    double[] coord = new double[3 * atoms];
    for (int i = 0; i < atoms; i++) {
      do {
        for (int k = 0; k < 3; k++) {
          coord[3 * i + k] = random.nextDouble(-edge, 2 * edge);
        }
      } while (!apart(coord, i, cell));
    }
    int[] z = random.ints(atoms, 0, 2).map(t -> t == 0 ? 47 : 79).toArray();
    return new Frame("random", (int) seed, z, coord, cell, Labels.NONE);
  }

  private static boolean apart(double[] coord, int i, double[] cell) {
    for (int j = 0; j < i; j++) {
      for (int a = -3; a <= 3; a++) {
        for (int b = -3; b <= 3; b++) {
          for (int c = -3; c <= 3; c++) {
            double square = 0;
            for (int k = 0; k < 3; k++) {
              double d =
                  coord[3 * i + k]
                      - coord[3 * j + k]
                      + a * cell[k]
                      + b * cell[3 + k]
                      + c * cell[6 + k];
              square += d * d;
            }
            if (square < 4) {
              return false;
            }
          }
        }
      }
    }
    return true;
  }
}
