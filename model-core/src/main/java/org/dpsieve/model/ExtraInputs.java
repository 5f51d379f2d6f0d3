package org.dpsieve.model;

import java.io.Serializable;
import org.dpsieve.error.InputException;
import org.dpsieve.frame.Frame;
import org.dpsieve.text.Counted;

/**
 * What a fitting net takes beside the descriptor, in this order: frame parameters, atomic
 * parameters, each (value - mean) scale, and a constant vector ({@code
 * deepmd/dpmodel/fitting/general_fitting.py: _call_common}).
 *
 * @param fparamMean {@code numb_fparam} means
 * @param fparamScale their inverse standard deviations
 * @param fparamDefault taken for frames that have none ({@code default_fparam}); may be {@code
 *     null}
 * @param aparamMean {@code numb_aparam} means
 * @param aparamScale their inverse standard deviations
 * @param caseEmbedding {@code dim_case_embd} numbers
 */
public record ExtraInputs(
    double[] fparamMean,
    double[] fparamScale,
    double[] fparamDefault,
    double[] aparamMean,
    double[] aparamScale,
    double[] caseEmbedding)
    implements Serializable {
  private static final double[] EMPTY = {};

  public static final ExtraInputs NONE = new ExtraInputs(EMPTY, EMPTY, null, EMPTY, EMPTY, EMPTY);

  /** Inputs that a frame brings: frame and atomic parameters. */
  public int variable() {
    return fparamMean.length + aparamMean.length;
  }

  /** All inputs beside the descriptor. */
  public int size() {
    return variable() + caseEmbedding.length;
  }

  /**
   * A frame's parameters, normalised.
   *
   * @param model its name, for messages
   * @return row-major [nAtoms, variable]
   * @throws InputException when the frame lacks them, or has another number of them
   */
  public double[] of(Frame frame, String model) {
    int atoms = frame.atomCount();
    double[] fparam = frame.fparam() == null ? fparamDefault : frame.fparam();
    int nf = fparamMean.length;
    int na = aparamMean.length;
    if (nf > 0) {
      require(frame, model, "fparam", "numb_fparam", fparam, nf);
    }
    if (na > 0) {
      require(frame, model, "aparam", "numb_aparam", frame.aparam(), na * atoms);
    }
    double[] rows = new double[atoms * variable()];
    for (int i = 0; i < atoms; i++) {
      int at = i * (nf + na);
      for (int k = 0; k < nf; k++) {
        rows[at + k] = (fparam[k] - fparamMean[k]) * fparamScale[k];
      }
      for (int k = 0; k < na; k++) {
        rows[at + nf + k] = (frame.aparam()[i * na + k] - aparamMean[k]) * aparamScale[k];
      }
    }
    return rows;
  }

  private static void require(
      Frame frame, String model, String what, String key, double[] found, int expected) {
    if (found == null || found.length != expected) {
      throw new InputException(
          "Frame %s: %s in %s, but %s needs %d (%s); put %s.npy into the system's set folders"
              .formatted(
                  frame.name(),
                  found == null ? "no numbers" : Counted.of(found.length, "number"),
                  what,
                  model,
                  expected,
                  key,
                  what));
    }
  }
}
