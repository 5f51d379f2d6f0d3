package org.dpsieve.testing;

import org.dpsieve.kernel.Arithmetic;
import org.dpsieve.kernel.nd4j.Nd4jGemm;
import org.dpsieve.model.Precision;
import org.junit.jupiter.api.Assumptions;

/** Kernels in single precision: double precision takes their place where vectors are shorter. */
public final class SinglePrecision {
  private SinglePrecision() {}

  /** Skips the calling test where it would compare double precision with itself. */
  public static void require() {
    Arithmetic arithmetic = Arithmetic.best(Precision.FLOAT32, new Nd4jGemm());
    Assumptions.assumeTrue(
        arithmetic.precision() == Precision.FLOAT32,
        () ->
            "skipped: float32 would be computed in float64 here, by %s (single precision needs AVX-512)"
                .formatted(arithmetic.name()));
  }
}
