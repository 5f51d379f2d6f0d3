package org.dpsieve.kernel;

import org.dpsieve.model.DeepPotential;

/** {@link Arithmetic} in double precision, by parts. */
interface DoubleArithmetic extends Arithmetic {
  Gemm gemm();

  /** For one thread. */
  DescriptorKernel descriptor(Embeddings embeddings);

  /** For one thread. */
  RadialSums radialSums(Dpa4cNets nets);

  LayerFunction layerFunction();

  Exponential exponential();

  LayerDerivative layerDerivative();

  @Override
  default ModelKernel kernel(DeepPotential model, boolean tabulated) {
    return model.additions().isEmpty()
        ? new DoubleModelKernel(model, tabulated, this)
        : new SumKernel(model, tabulated, this);
  }
}
