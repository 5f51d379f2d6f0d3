package org.dpsieve.kernel;

import java.util.IdentityHashMap;
import java.util.Map;
import org.dpsieve.model.DeepPotential;
import org.dpsieve.model.SeE2A;

/** {@link BlockKernel} in single precision, by vectors of AVX-512. */
final class FloatModelKernel extends BlockKernel {
  private static final int ROWS = 192;

  private final Embeddings embeddings;
  private final float[][][] tables;
  private final FloatFitting[] fitting;

  /**
   * @param model lowered; {@link #takes} it
   */
  FloatModelKernel(DeepPotential model, boolean tabulated) {
    super(model, ROWS);
    SeE2A descriptor = (SeE2A) model.descriptor();
    embeddings = new Embeddings(descriptor, tabulated, EmbeddingTable.Accuracy.FLOAT32);
    int types = model.typeCount();
    tables = new float[types][types][];
    Map<EmbeddingTable, float[]> rounded = new IdentityHashMap<>();
    fitting = new FloatFitting[types];
    for (int c = 0; c < types; c++) {
      for (int n = 0; n < types; n++) {
        if (embeddings.net(c, n) != null) {
          tables[c][n] =
              rounded.computeIfAbsent(
                  embeddings.table(c, n), table -> rounded(table.coefficients()));
        }
      }
      FittingKernel.requireUnderstood(model.fitting().networks()[c], model.name());
      fitting[c] = new FloatFitting(model, c);
    }
    log(embeddings.summary(), tabulated);
  }

  /** Whether a lowered model has a kernel in single precision. */
  static boolean takes(DeepPotential model) {
    return model.descriptor() instanceof SeE2A
        && model.fitting().extraInputs().size() == 0
        && model.additions().isEmpty();
  }

  private static float[] rounded(double[] values) {
    float[] result = new float[values.length];
    for (int i = 0; i < result.length; i++) {
      result[i] = (float) values[i];
    }
    return result;
  }

  /** What one thread works with. */
  private static final class Scratch {
    final FloatDescriptor kernel;
    final FloatFitting.Scratch layers = new FloatFitting.Scratch();
    final float[] sums;

    /** Descriptors, and in their place the derivatives by them, as in {@link Workspace}. */
    final float[] descriptors;

    final double[] energies = new double[ROWS];

    Scratch(FloatModelKernel model) {
      kernel = new FloatDescriptor(model.embeddings, model.tables);
      sums = new float[ROWS * kernel.sumsSize()];
      descriptors = new float[ROWS * kernel.descriptorSize()];
    }
  }

  @Override
  void evaluateBlock(
      Environment[] environments,
      double[] extras,
      int type,
      int[] centres,
      int count,
      Workspace workspace,
      double[] atomEnergy,
      double[] force,
      double[] virial) {
    Environment environment = environments[0];
    Scratch scratch = workspace.scratch(this, Scratch.class, () -> new Scratch(this));
    FloatDescriptor kernel = scratch.kernel;
    int size = kernel.descriptorSize();
    int sumsSize = kernel.sumsSize();
    for (int i = 0; i < count; i++) {
      kernel.forward(
          environment, centres[i], scratch.sums, i * sumsSize, scratch.descriptors, i * size);
    }
    fitting[type].evaluate(ROWS, count, scratch.descriptors, scratch.energies, scratch.layers);
    for (int i = 0; i < count; i++) {
      atomEnergy[centres[i]] = scratch.energies[i];
      kernel.backward(
          environment,
          centres[i],
          scratch.sums,
          i * sumsSize,
          scratch.descriptors,
          i * size,
          force,
          virial,
          9 * environment.frameOf(centres[i]));
    }
  }
}
