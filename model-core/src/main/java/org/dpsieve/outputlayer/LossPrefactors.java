package org.dpsieve.outputlayer;

import java.io.Serializable;
import org.dpsieve.error.InputException;

/**
 * How much energy, force and virial count in the loss, as {@code pref_e}, {@code pref_f}, {@code
 * pref_v} of DeePMD-kit's {@code ener} loss ({@code deepmd/tf/loss/ener.py: EnerStdLoss.build}):
 * mean over frames of pref_e/n dE² + pref_f mean(dF²) + pref_v/n mean(dV²), n the number of atoms.
 * DeePMD-kit goes from the {@code start_} to the {@code limit_} prefactors as the learning rate
 * falls; a solution is the end of training, so it takes the limits.
 */
public record LossPrefactors(double energy, double force, double virial) implements Serializable {
  /** The limits of the published Ag-Au example of transfer learning. */
  public static final LossPrefactors DEFAULT = new LossPrefactors(100, 1, 1);

  public LossPrefactors {
    require("energy", energy);
    require("force", force);
    require("virial", virial);
    if (energy == 0 && force == 0 && virial == 0) {
      throw new InputException("all loss prefactors are 0: nothing to fit; expected one above 0");
    }
  }

  private static void require(String of, double value) {
    if (!(value >= 0) || Double.isInfinite(value)) {
      throw new InputException(
          "loss prefactor of the %s is %s, expected a number not below 0".formatted(of, value));
    }
  }
}
