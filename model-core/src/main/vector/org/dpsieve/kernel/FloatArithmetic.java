package org.dpsieve.kernel;

import jdk.incubator.vector.FloatVector;
import org.dpsieve.model.DeepPotential;
import org.dpsieve.model.Precision;

/** {@link Arithmetic} in single precision. */
record FloatArithmetic(Arithmetic otherwise) implements Arithmetic {
  /**
   * Called by name from {@link Arithmetic#best}. Models that have no kernel in single precision are
   * evaluated in double.
   */
  static Arithmetic of() {
    int lanes = FloatVector.SPECIES_PREFERRED.length();
    if (lanes != 16) {
      throw new UnsupportedOperationException("vectors of %d floats, expected 16".formatted(lanes));
    }
    return new FloatArithmetic(VectorArithmetic.of());
  }

  @Override
  public String name() {
    return "vectors of 16 floats";
  }

  @Override
  public Precision precision() {
    return Precision.FLOAT32;
  }

  @Override
  public ModelKernel kernel(DeepPotential model, boolean tabulated) {
    DeepPotential lowered = Lowering.of(model);
    return FloatModelKernel.takes(lowered)
        ? new FloatModelKernel(lowered, tabulated)
        : otherwise.kernel(model, tabulated);
  }
}
