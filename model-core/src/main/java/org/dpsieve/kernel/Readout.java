package org.dpsieve.kernel;

/**
 * What is read from one model beside energies and forces while a batch is evaluated: the last
 * hidden layer, summed over the atoms of each type of a frame, and, where wanted, the forces that
 * the model would have with another output layer, which costs one more way back.
 */
public final class Readout {
  private final int types;
  private final double[][] draw;
  private final double[] force;
  private final double[] virial;
  private final double[][] hidden;
  private final int[] atoms;

  /**
   * @param draw weights of that other output layer, [types][width of the last hidden layer]; {@code
   *     null} for none
   * @param atoms of the batch
   * @param frames of the batch
   * @param types of the model
   */
  public Readout(double[][] draw, int atoms, int frames, int types) {
    this.draw = draw;
    this.force = new double[draw == null ? 0 : 3 * atoms];
    this.virial = new double[draw == null ? 0 : 9 * frames];
    this.hidden = new double[frames * types][];
    this.atoms = new int[frames * types];
    this.types = types;
  }

  boolean draws() {
    return draw != null;
  }

  double[] draw(int type) {
    return draw[type];
  }

  /** Forces by the drawn output layer, eV/Å, row-major [atoms, 3]; empty without a draw. */
  public double[] force() {
    return force;
  }

  double[] virial() {
    return virial;
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
