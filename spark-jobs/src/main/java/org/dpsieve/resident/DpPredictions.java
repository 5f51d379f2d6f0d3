package org.dpsieve.resident;

import java.util.Arrays;
import java.util.List;
import org.dpsieve.infer.Prediction;
import org.dpsieve.resident.ResidentModels.Known;

/** All that models say of frames. */
public final class DpPredictions {
  /** What is asked for them. */
  public static final Question QUESTION =
      Question.outputs(List.of("energy", "force", "virial", "atom_energy"));

  private DpPredictions() {}

  /**
   * Of one frame.
   *
   * @param known an answer to {@link #QUESTION}
   * @return of each model; NaN where there is no answer
   */
  public static Prediction[] of(Known known, int models, int atoms) {
    Prediction[] all = new Prediction[models];
    for (int m = 0; m < models; m++) {
      all[m] =
          known.parts() == null
              ? Prediction.notANumber(atoms)
              : new Prediction(
                  known.parts()[0][m],
                  part(known, 1, m, 3 * atoms),
                  part(known, 2, m, 9),
                  part(known, 3, m, atoms));
    }
    return all;
  }

  private static double[] part(Known known, int part, int model, int length) {
    return Arrays.copyOfRange(known.parts()[part], model * length, (model + 1) * length);
  }
}
