package org.dpsieve.outputlayer;

import java.io.Serializable;
import java.util.Arrays;

/**
 * The output layers that may be fitted to one model's old labels, the most wanted first: those that
 * keep forces together, then such in which virials count more. {@link TransferFit} says which. Each
 * is solved when it is asked for.
 */
public final class OldLayers implements Serializable {
  private static final long serialVersionUID = 1;

  /**
   * Virials count so many times as in the loss. Beside forces that count eight times they are
   * fitted the worse, which many new labels alone would not do: of pbe to chgnet-pbe, 200 labels on
   * the Ag-Au models, 34 meV per atom where a fit to the new labels leaves 27; with 4, 32, and with
   * 16, 25, energies and forces then 3.1 in the place of 2.5 meV per atom and 0.081 in the place of
   * 0.076 eV/Å, still less than the 3.2 and 0.087 of the new labels alone.
   */
  private static final double[] VIRIALS = {1, 4, 16};

  private final NormalEquations[] folds;
  private final LossPrefactors prefactors;
  private final int[] biases;
  private final double[] virials;
  private final OldLayer[] layers; // null until asked for

  /**
   * @param folds sums over frames with old labels in parts, their residuals at the model's own
   *     parameters
   * @param prefactors of the loss
   * @param biases places of the biases
   */
  public OldLayers(NormalEquations[] folds, LossPrefactors prefactors, int[] biases) {
    this(
        folds,
        prefactors,
        biases,
        prefactors.virial() > 0 && Arrays.stream(folds).anyMatch(fold -> fold.virial.rows() > 0)
            ? VIRIALS
            : new double[] {1});
  }

  OldLayers(NormalEquations[] folds, LossPrefactors prefactors, int[] biases, double[] virials) {
    this.folds = folds;
    this.prefactors = prefactors;
    this.biases = biases;
    this.virials = virials;
    this.layers = new OldLayer[virials.length];
  }

  int count() {
    return layers.length;
  }

  /** By its place. */
  synchronized OldLayer get(int place) {
    if (layers[place] == null) {
      layers[place] = OldLayer.of(folds, prefactors, biases, virials[place]);
    }
    return layers[place];
  }
}
