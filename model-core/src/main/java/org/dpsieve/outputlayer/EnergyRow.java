package org.dpsieve.outputlayer;

import java.util.ArrayList;
import java.util.List;
import org.dpsieve.kernel.Lowering;
import org.dpsieve.model.DeepPotential;

/**
 * The row of the energy per atom, {@link FrameFeatures#energy} over the number of atoms, made of
 * sums of the last hidden layer, for one model.
 */
public final class EnergyRow {
  private final int size;
  private final List<Part> parts;

  /**
   * One type's part of the row.
   *
   * @param offset of its first weight; -1 where the type is not solved for
   * @param vacuum what the last hidden layer is at descriptor zero, where {@code atom_ener}
   *     subtracts it; else {@code null}
   */
  private record Part(int offset, int width, double[] vacuum) {}

  private EnergyRow(int size, List<Part> parts) {
    this.size = size;
    this.parts = parts;
  }

  public static EnergyRow of(DeepPotential model, OutputParameters parameters) {
    List<Part> parts = new ArrayList<>();
    for (int type = 0; type < model.typeCount(); type++) {
      double[] vacuum = null;
      if (parameters.includes(type) && model.fitting().vacuumSubtracted()[type]) {
        vacuum = new CentreFeatures(Lowering.of(model), type, BestKernel.DENSE).vacuum();
      }
      parts.add(
          parameters.includes(type)
              ? new Part(parameters.offset(type), parameters.width(type), vacuum)
              : new Part(-1, 0, null));
    }
    return new EnergyRow(parameters.size(), List.copyOf(parts));
  }

  /** Whether all types of a frame are solved for. */
  public boolean knows(double[][] hidden) {
    for (int type = 0; type < hidden.length; type++) {
      if (hidden[type] != null && parts.get(type).offset() < 0) {
        return false;
      }
    }
    return true;
  }

  /**
   * @param hidden sums over the atoms of each type, [types][width]; {@code null} for types the
   *     frame has none of
   * @param counts atoms of each type, [types]
   * @return [size]
   */
  public double[] of(double[][] hidden, int[] counts) {
    double[] row = new double[size];
    int atoms = 0;
    for (int count : counts) {
      atoms += count;
    }
    for (int type = 0; type < hidden.length; type++) {
      if (hidden[type] == null) {
        continue;
      }
      Part part = parts.get(type);
      for (int h = 0; h < part.width(); h++) {
        double zero = part.vacuum() == null ? 0 : counts[type] * part.vacuum()[h];
        row[part.offset() + h] += (hidden[type][h] - zero) / atoms;
      }
      row[part.offset() + part.width()] +=
          part.vacuum() == null ? counts[type] / (double) atoms : 0;
    }
    return row;
  }
}
