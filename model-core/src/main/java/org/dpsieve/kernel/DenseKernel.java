package org.dpsieve.kernel;

import org.dpsieve.model.Precision;

/**
 * What nets are made of in double precision, for other uses of them than evaluating a model: the
 * implementations of the same choice.
 */
public record DenseKernel(Gemm gemm, LayerFunction layerFunction, LayerDerivative layerDerivative) {
  private static DenseKernel of(DoubleArithmetic arithmetic) {
    return new DenseKernel(
        arithmetic.gemm(), arithmetic.layerFunction(), arithmetic.layerDerivative());
  }

  /** As {@link Arithmetic#best}. */
  public static DenseKernel best(Gemm blas) {
    return of((DoubleArithmetic) Arithmetic.best(Precision.FLOAT64, blas));
  }

  /** As {@link Arithmetic#loops}. */
  public static DenseKernel loops(Gemm blas) {
    return of(new LoopArithmetic(blas));
  }
}
