package org.dpsieve.kernel;

import jdk.incubator.vector.DoubleVector;

/** {@link DoubleArithmetic} by the Vector API. */
record VectorArithmetic(Gemm gemm) implements DoubleArithmetic {
  /** Called by name from {@link Arithmetic#best}. */
  static Arithmetic of() {
    int lanes = DoubleVector.SPECIES_PREFERRED.length();
    if (lanes < 4 || lanes > EmbeddingTable.LINE) {
      throw new UnsupportedOperationException(
          "vectors of %d doubles, expected 4 to %d".formatted(lanes, EmbeddingTable.LINE));
    }
    return new VectorArithmetic(new VectorGemm());
  }

  @Override
  public String name() {
    return "vectors of %d doubles, GEMM by %s"
        .formatted(DoubleVector.SPECIES_PREFERRED.length(), gemm.name());
  }

  @Override
  public DescriptorKernel descriptor(Embeddings embeddings) {
    return new VectorDescriptor(embeddings);
  }

  @Override
  public RadialSums radialSums(Dpa4cNets nets) {
    return new VectorRadialSums(nets.columns(), nets.shared());
  }

  @Override
  public LayerFunction layerFunction() {
    return new VectorLayerFunction();
  }

  @Override
  public Exponential exponential() {
    return new VectorExp();
  }

  @Override
  public LayerDerivative layerDerivative() {
    return new VectorLayerFunction();
  }
}
