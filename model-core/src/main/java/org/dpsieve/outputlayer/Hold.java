package org.dpsieve.outputlayer;

import java.util.Arrays;
import java.util.List;

/**
 * Holds what no label is fitted to, energies, forces or virials, where the starting model has it:
 * forces say nothing of where energies begin, and energies and forces of frames in one cell next to
 * nothing of their virials. Left to themselves, such numbers go where noise takes them: with 15
 * labels of one composition and {@code pref_v} 0, virials went from 41 to 2,000 meV per atom; held,
 * they stay within 80. {@link #PART} of a fitted label's weight is enough for that and changes
 * nothing that is fitted: with 50 labels of many compositions, which do say something of virials,
 * forces and virials are the same to a percent with and without it.
 */
final class Hold {
  /** Of a fitted label's prefactor. */
  private static final double PART = 1e-4;

  private final NormalEquations equations;
  private final LossPrefactors prefactors;

  Hold(NormalEquations equations, LossPrefactors prefactors) {
    this.equations = equations;
    this.prefactors = prefactors;
  }

  /** Kinds of labels that nothing is fitted to: their prefactor is 0, or no frame has one. */
  List<LabelKind> unfitted() {
    return Arrays.stream(LabelKind.values()).filter(kind -> !fitted(kind)).toList();
  }

  private boolean fitted(LabelKind kind) {
    return kind.prefactor(prefactors) > 0 && equations.labelled(kind).rows() > 0;
  }

  /**
   * Adds the pull to sums over frames of the loss as a quadratic form of the parameters' change.
   *
   * @param partly whether a kind that is fitted is held, too, in frames that have no label of it
   * @param biases places of the biases among the parameters
   * @param factor of all that is added
   * @param matrix row-major [size, size]
   * @param right [size]
   */
  void add(boolean partly, int[] biases, double factor, double[] matrix, double[] right) {
    double weight = factor * PART * reference();
    for (LabelKind kind : LabelKind.values()) {
      Moments unlabelled = equations.unlabelled(kind);
      if (!fitted(kind)) {
        equations.labelled(kind).addMatrix(weight, matrix);
      }
      if (unlabelled == null || fitted(kind) && !partly) {
        continue;
      }
      unlabelled.addMatrix(weight, matrix);
      if (kind == LabelKind.ENERGY && fitted(kind)) {
        double[] shift = new double[right.length];
        Arrays.stream(biases).forEach(bias -> shift[bias] = level(biases));
        double[] pull = unlabelled.times(shift);
        for (int k = 0; k < right.length; k++) {
          right[k] += weight * pull[k];
        }
      }
    }
  }

  /**
   * The prefactor to measure by: of forces, as a ridge is; of what else is fitted, the smallest.
   */
  private double reference() {
    return fitted(LabelKind.FORCE)
        ? prefactors.force()
        : Arrays.stream(LabelKind.values())
            .filter(this::fitted)
            .mapToDouble(kind -> kind.prefactor(prefactors))
            .min()
            .orElse(0);
  }

  /** What the labelled energies ask to be added for each atom, eV. */
  private double level(int[] biases) {
    Moments energy = equations.labelled(LabelKind.ENERGY);
    double[] one = new double[energy.size()];
    Arrays.stream(biases).forEach(bias -> one[bias] = 1);
    double[] right = new double[energy.size()];
    energy.addRight(1, right);
    double atoms = Vectors.dot(one, energy.times(one));
    return atoms > 0 ? Vectors.dot(one, right) / atoms : 0;
  }
}
