package org.dpsieve.kernel;

/** {@link DoubleArithmetic} in plain Java loops. */
record LoopArithmetic(Gemm gemm) implements DoubleArithmetic {
  @Override
  public String name() {
    return "Java loops, GEMM by " + gemm.name();
  }

  @Override
  public DescriptorKernel descriptor(Embeddings embeddings) {
    return new LoopDescriptor(embeddings);
  }

  @Override
  public RadialSums radialSums(Dpa4cNets nets) {
    return new LoopRadialSums(nets.columns());
  }

  @Override
  public LayerFunction layerFunction() {
    return new LoopLayerFunction();
  }

  @Override
  public Exponential exponential() {
    return Exponential.LOOPS;
  }

  @Override
  public LayerDerivative layerDerivative() {
    return new LoopLayerFunction();
  }
}
