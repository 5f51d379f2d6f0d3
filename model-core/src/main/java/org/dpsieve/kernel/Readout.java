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
  private final int[] atoms;

  /**
   * Another output layer.
   *
   * @param weights [types][width of the last hidden layer]
   * @param constants added to the energy of an atom of each type, eV, [types]; {@code null} where
   *     energies are not asked for
   */
  public record Layer(double[][] weights, double[] constants) {}

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
      atomEnergy[layer] = new double[layers.get(layer).constants() == null ? 0 : atoms];
    }
    this.force = new double[layers.size()][3 * atoms];
    this.virial = new double[layers.size()][9 * frames];
    this.hidden = new double[frames * types][];
    this.atoms = new int[frames * types];
    this.types = types;
  }

  /** How many other output layers. */
  public int layers() {
    return layers.size();
  }

  Layer layer(int layer) {
    return layers.get(layer);
  }

  /** Energies of atoms by another output layer, eV, [atoms]; empty where it has no constants. */
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
   * Sums of the last hidden layer over a frame's atoms of a type, [width]; {@code null} where there
   * is none.
   */
  public double[] hidden(int frame, int type) {
    return hidden[frame * types + type];
  }

  /** A frame's atoms of a type. */
  public int atoms(int frame, int type) {
    return atoms[frame * types + type];
  }

  void add(
      Environment environment, int type, int[] centres, int count, double[] values, int width) {
    for (int i = 0; i < count; i++) {
      int place = environment.frameOf(centres[i]) * types + type;
      if (hidden[place] == null) {
        hidden[place] = new double[width];
      }
      atoms[place]++;
      double[] sum = hidden[place];
      for (int j = 0; j < width; j++) {
        sum[j] += values[i * width + j];
      }
    }
  }
}
