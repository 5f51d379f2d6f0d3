package org.dpsieve.kernel;

import org.dpsieve.model.DeepPotential;

/**
 * One model, ready to evaluate batches of frames of one precision. A frame's numbers do not depend
 * on the rest of the batch, to the last bit.
 *
 * <p>Immutable; safe for use by many threads, each with its own {@link Workspace}.
 */
public abstract class ModelKernel {
  /**
   * Evaluates all frames of a batch. All arrays are overwritten.
   *
   * @param environments of the same atoms, one for each of the model's views
   * @param extras what the fitting net takes beside the descriptor, row-major [atoms, {@code
   *     extraInputs.variable}]; may be longer
   * @param atomEnergy eV, [atoms of the batch]
   * @param force eV/Å, row-major [atoms, 3]
   * @param virial eV, row-major [frames, 3, 3]
   */
  public abstract void evaluate(
      Environment[] environments,
      double[] extras,
      Workspace workspace,
      double[] atomEnergy,
      double[] force,
      double[] virial);

  /**
   * Whether it fills the {@link Readout} of a workspace: in double precision, of nets with hidden
   * layers.
   */
  public boolean reads() {
    return false;
  }

  /** Whether it fills an {@link AtomReadout}, likewise. */
  public boolean readsAtoms() {
    return false;
  }

  /**
   * The output layer of a model that differs from this one in it alone, for a {@link Readout}.
   *
   * @return {@code null} where such a model has to be evaluated by itself
   */
  public Readout.Layer outputOf(DeepPotential sibling) {
    return null;
  }

  /**
   * A change of the output layer, for a {@link Readout}: what it makes by itself.
   *
   * @param layer [types][weights of the last hidden layer, then the bias]
   */
  public Readout.Layer change(double[][] layer) {
    throw new IllegalStateException("nothing is read from this kernel");
  }
}
