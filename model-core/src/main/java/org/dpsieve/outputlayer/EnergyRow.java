package org.dpsieve.outputlayer;

/**
 * The row of the energy per atom, {@link FrameFeatures#energy} over the number of atoms, made of
 * what is read of one model while it is evaluated.
 */
public final class EnergyRow {
  private final OutputParameters parameters;

  private EnergyRow(OutputParameters parameters) {
    this.parameters = parameters;
  }

  public static EnergyRow of(OutputParameters parameters) {
    return new EnergyRow(parameters);
  }

  /** Whether all types of a frame are solved for. */
  public boolean knows(double[][] hidden) {
    for (int type = 0; type < hidden.length; type++) {
      if (hidden[type] != null && !parameters.includes(type)) {
        return false;
      }
    }
    return true;
  }

  /**
   * @param hidden as {@link org.dpsieve.infer.Reading#hidden} has it
   * @param atoms of the frame
   * @return [size]
   */
  public double[] of(double[][] hidden, int atoms) {
    double[] row = new double[parameters.size()];
    for (int type = 0; type < hidden.length; type++) {
      if (hidden[type] != null) {
        int width = parameters.width(type);
        for (int h = 0; h < width; h++) {
          row[parameters.offset(type) + h] += hidden[type][h] / atoms;
        }
        row[parameters.bias(type)] += hidden[type][width] / atoms;
      }
    }
    return row;
  }
}
