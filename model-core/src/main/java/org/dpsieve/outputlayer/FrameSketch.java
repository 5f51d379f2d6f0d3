package org.dpsieve.outputlayer;

import java.io.Serializable;
import java.util.SplittableRandom;

/**
 * What a label of a frame would say about the output layer, in few numbers: the row of its energy
 * per atom, and {@link #ROWS} random combinations of its force rows (Johnson-Lindenstrauss: signs,
 * scaled so that the expected sum of their squares is the mean over the force components). A
 * posterior variance of the forces computed from them errs by about sqrt(2 / ROWS) at most, less
 * the more the components agree.
 *
 * @param id of the frame
 * @param formula of the frame
 * @param energy [size], per atom
 * @param force Å⁻¹, row-major [ROWS, size]
 * @param virial row-major [VIRIALS, size], per atom: the symmetric part, so weighted that the sum
 *     of squares is that over all nine components
 */
public record FrameSketch(
    String id, String formula, double[] energy, double[] force, double[] virial)
    implements Serializable {
  public static final int ROWS = 8;
  public static final int VIRIALS = 6;

  /** The signs follow from the frame's id, so a frame's sketch is the same everywhere. */
  public static FrameSketch of(String id, String formula, FrameFeatures features) {
    int size = features.energy().length;
    int components = 3 * features.atoms();
    double[] energy = new double[size];
    for (int k = 0; k < size; k++) {
      energy[k] = features.energy()[k] / features.atoms();
    }
    double[][] signs = signs(id, components);
    double scale = 1 / Math.sqrt((double) ROWS * components);
    double[] force = new double[ROWS * size];
    for (int component = 0; component < components; component++) {
      for (int row = 0; row < ROWS; row++) {
        double sign = scale * signs[row][component];
        for (int k = 0; k < size; k++) {
          force[row * size + k] += sign * features.force()[component * size + k];
        }
      }
    }
    return new FrameSketch(id, formula, energy, force, virial(features));
  }

  /** Of the force components in each row: 1 or -1, [ROWS][components]. */
  static double[][] signs(String id, int components) {
    SplittableRandom random = new SplittableRandom(id.hashCode());
    double[][] signs = new double[ROWS][components];
    for (int component = 0; component < components; component++) {
      for (double[] row : signs) {
        row[component] = random.nextBoolean() ? 1 : -1;
      }
    }
    return signs;
  }

  private static double[] virial(FrameFeatures features) {
    int size = features.energy().length;
    double[] virial = new double[VIRIALS * size];
    int row = 0;
    for (int i = 0; i < 3; i++) {
      for (int j = i; j < 3; j++) {
        double weight = (i == j ? 0.5 : Math.sqrt(0.5)) / features.atoms();
        for (int k = 0; k < size; k++) {
          virial[row * size + k] =
              weight
                  * (features.virial()[(3 * i + j) * size + k]
                      + features.virial()[(3 * j + i) * size + k]);
        }
        row++;
      }
    }
    return virial;
  }

  int size() {
    return energy.length;
  }
}
