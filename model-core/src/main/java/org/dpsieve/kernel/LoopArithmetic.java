package org.dpsieve.kernel;

/** {@link Arithmetic} in plain Java loops. */
record LoopArithmetic(Gemm gemm) implements Arithmetic {
  @Override
  public String name() {
    return "Java loops";
  }

  @Override
  public DescriptorKernel descriptor(Embeddings embeddings) {
    return new LoopDescriptor(embeddings);
  }

  @Override
  public LayerFunction layerFunction() {
    return new LoopLayerFunction();
  }
}
