package org.dpsieve.kernel;

import java.util.Arrays;
import org.dpsieve.model.DeepPotential;
import org.dpsieve.model.SeE2A;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One model, ready to evaluate batches of frames in double precision. Centres of one type go
 * through the fitting net together, {@link Gemm#rows} at a time whatever frame they belong to; each
 * centre's numbers, and the order in which they are added up within its frame, do not depend on the
 * rest of the batch, so neither do the results, to the last bit.
 *
 * <p>Immutable; safe for use by many threads, each with its own {@link Workspace}.
 */
public final class ModelKernel {
  private static final Logger LOG = LoggerFactory.getLogger(ModelKernel.class);

  private final Arithmetic arithmetic;
  private final Embeddings embeddings;
  private final FittingKernel[] fitting;
  private final int rows;

  /**
   * @param tabulated embedding nets by tables, rather than by the nets themselves
   */
  public ModelKernel(DeepPotential model, boolean tabulated, Arithmetic arithmetic) {
    SeE2A descriptor = (SeE2A) model.descriptor();
    embeddings = new Embeddings(descriptor, tabulated);
    this.arithmetic = arithmetic;
    rows = arithmetic.gemm().rows();
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
    if (tabulated) {
      LOG.info("{}: {}", model.name(), embeddings.summary());
    }
  }

  DescriptorKernel newDescriptorKernel() {
    return arithmetic.descriptor(embeddings);
  }

  /**
   * Evaluates all frames of a batch. All arrays are overwritten.
   *
   * @param atomEnergy eV, [atoms of the batch]
   * @param force eV/Å, row-major [atoms, 3]
   * @param virial eV, row-major [frames, 3, 3]
   */
  public void evaluate(
      Environment environment,
      Workspace workspace,
      double[] atomEnergy,
      double[] force,
      double[] virial) {
    Arrays.fill(force, 0);
    Arrays.fill(virial, 0);
    int[] centres = new int[rows];
    for (int type = 0; type < fitting.length; type++) {
      int filled = 0;
      for (int atom = 0; atom < environment.atomCount(); atom++) {
        if (environment.type(atom) == type) {
          centres[filled++] = atom;
        }
        if (filled == rows || (filled > 0 && atom == environment.atomCount() - 1)) {
          evaluateBlock(environment, type, centres, filled, workspace, atomEnergy, force, virial);
          filled = 0;
        }
      }
    }
  }

  private void evaluateBlock(
      Environment environment,
      int type,
      int[] centres,
      int count,
      Workspace workspace,
      double[] atomEnergy,
      double[] force,
      double[] virial) {
    DescriptorKernel kernel = workspace.descriptorKernel(this);
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
