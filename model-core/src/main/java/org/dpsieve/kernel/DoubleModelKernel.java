package org.dpsieve.kernel;

import org.dpsieve.model.DeepPotential;
import org.dpsieve.model.SeE2A;

/** {@link ModelKernel} in double precision. */
final class DoubleModelKernel extends ModelKernel {
  private final DoubleArithmetic arithmetic;
  private final Embeddings embeddings;
  private final FittingKernel[] fitting;
  private final int rows;

  DoubleModelKernel(DeepPotential model, boolean tabulated, DoubleArithmetic arithmetic) {
    super(model, arithmetic.gemm().rows());
    this.arithmetic = arithmetic;
    rows = arithmetic.gemm().rows();
    SeE2A descriptor = (SeE2A) model.descriptor();
    embeddings = new Embeddings(descriptor, tabulated, EmbeddingTable.Accuracy.FLOAT64);
    fitting = new FittingKernel[model.typeCount()];
    for (int type = 0; type < fitting.length; type++) {
      fitting[type] =
          new FittingKernel(
              model.fitting(),
              type,
              descriptor.embeddingWidth(),
              descriptor.axisNeuron(),
              arithmetic,
              model.name());
    }
    logTables(embeddings, tabulated);
  }

  @Override
  void evaluateBlock(
      Environment environment,
      int type,
      int[] centres,
      int count,
      Workspace workspace,
      double[] atomEnergy,
      double[] force,
      double[] virial) {
    DescriptorKernel kernel =
        workspace.scratch(this, DescriptorKernel.class, () -> arithmetic.descriptor(embeddings));
    int size = kernel.descriptorSize();
    int sumsSize = kernel.sumsSize();
    double[] sums = workspace.sums(rows * sumsSize);
    double[] descriptors = workspace.descriptors(rows * size);
    for (int i = 0; i < count; i++) {
      kernel.forward(environment, centres[i], sums, i * sumsSize, descriptors, i * size);
    }
    fitting[type].evaluate(count, workspace);
    double[] gradients = workspace.gradients(rows * size);
    double[] energies = workspace.energies(rows);
    for (int i = 0; i < count; i++) {
      atomEnergy[centres[i]] = energies[i];
      kernel.backward(
          environment,
          centres[i],
          sums,
          i * sumsSize,
          gradients,
          i * size,
          force,
          virial,
          9 * environment.frameOf(centres[i]));
    }
  }
}
