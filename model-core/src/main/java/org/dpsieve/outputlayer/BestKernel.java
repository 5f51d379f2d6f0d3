package org.dpsieve.outputlayer;

import org.dpsieve.kernel.DenseKernel;
import org.dpsieve.kernel.nd4j.Nd4jGemm;

/** What this machine multiplies matrices by best, made once. */
final class BestKernel {
  static final DenseKernel DENSE = DenseKernel.best(new Nd4jGemm());

  private BestKernel() {}
}
