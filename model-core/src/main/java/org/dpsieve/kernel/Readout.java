package org.dpsieve.kernel;

import java.util.List;

/**
 * What is read from one model beside energies and forces while a batch is evaluated: the last
 * hidden layer, summed over the atoms of each type of a frame, and the forces and virials that the
 * model would have with other output layers, each of which costs one more way back.
 */
public final class Readout {
  private final int types;
  private final List<Layer> layers;
  private final double[][] atomEnergy;
  private final double[][] force;
  private final double[][] virial;
  private final double[][] hidden;

  /**
   * Another output layer, as {@link ModelKernel} makes it.
   *
   * @param weights [types][width of the last hidden layer]
   * @param constants added to the energy of an atom of each type, eV, [types]
   * @param levels of types whose vacuum is subtracted atom by atom: what is added then, eV, [types]
   * @param whole whether energies beside those of the nets come with it; not with a change
   */
  public record Layer(double[][] weights, double[] constants, double[] levels, boolean whole) {}

  /**
   * @param layers other output layers
   * @param atoms of the batch
   * @param frames of the batch
   * @param types of the model
   */
  public Readout(List<Layer> layers, int atoms, int frames, int types) {
    this.layers = List.copyOf(layers);
    this.atomEnergy = new double[layers.size()][];
    for (int layer = 0; layer < atomEnergy.length; layer++) {
      atomEnergy[layer] = new double[atoms];
    }
    this.force = new double[layers.size()][3 * atoms];
    this.virial = new double[layers.size()][9 * frames];
    this.hidden = new double[frames * types][];
    this.types = types;
  }

  /** How many other output layers. */
  public int layers() {
    return layers.size();
  }

  Layer layer(int layer) {
    return layers.get(layer);
  }

  /** Energies of atoms by another output layer, eV, [atoms]. */
  public double[] atomEnergy(int layer) {
    return atomEnergy[layer];
  }

  /** Forces by another output layer, eV/Å, row-major [atoms, 3]. */
  public double[] force(int layer) {
    return force[layer];
  }

  /** Virials by another output layer, eV, row-major [frames, 3, 3]. */
  public double[] virial(int layer) {
    return virial[layer];
  }

  /**
   * The derivatives of a frame's energy by the weights of a type's output layer, then by its bias,
   * [width + 1]: sums over its atoms of the last hidden layer, what is subtracted for the vacuum
   * taken off, and of 1; {@code null} where there are no such atoms.
   */
  public double[] hidden(int frame, int type) {
    return hidden[frame * types + type];
  }

  /**
   * @param values of the last hidden layer, row-major [count, width]
   * @param vacuum subtracted from each, [width] or row-major [count, width]; {@code null} for
   *     nothing
   * @param weights of the atoms' energies, by atom of the batch; {@code null} for 1
   */
  void add(
      Environment environment,
      int type,
      int[] centres,
      int count,
      double[] values,
      int width,
      double[] vacuum,
      double[] weights) {
    for (int i = 0; i < count; i++) {
      int place = environment.frameOf(centres[i]) * types + type;
      if (hidden[place] == null) {
        hidden[place] = new double[width + 1];
      }
      double[] sum = hidden[place];
      double weight = weights == null ? 1 : weights[centres[i]];
      int from = vacuum == null || vacuum.length == width ? 0 : i * width;
      for (int j = 0; j < width; j++) {
        double value = values[i * width + j] - (vacuum == null ? 0 : vacuum[from + j]);
        sum[j] += weight * value;
      }
      sum[width] += vacuum == null ? weight : 0;
    }
  }
}
