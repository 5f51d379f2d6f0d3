package org.dpsieve.kernel;

import java.util.Arrays;

/**
 * The part of a model between the environment and the fitting net, one centre at a time, in double
 * precision. With R the normalised rows of the environment matrix and G the embedding of every
 * neighbor, A = R^T G / normalization, [4, width], and the descriptor is A^T A's first {@code
 * axisNeuron} columns. As they are symmetric, only the entries (m, a) with m &gt;= a are made: a
 * from 0 to {@code axisNeuron - 1} outside, m from a to {@code width - 1} inside.
 *
 * <p>Not for two threads at once.
 */
interface DescriptorKernel {
  /** Numbers of A. */
  int sumsSize();

  /** Columns of A: the width of its directions, A's rows but the first; 0 where it has none. */
  default int directions() {
    return 0;
  }

  /** Numbers of one folded descriptor. */
  int descriptorSize();

  /**
   * @param sums A of this centre to {@code sums[sumsOffset..]}
   * @param d folded descriptor to {@code d[offset..]}
   */
  void forward(
      Environment environment, int centre, double[] sums, int sumsOffset, double[] d, int offset);

  /**
   * Adds this centre's share of forces and virial.
   *
   * @param sums as {@link #forward} left it; overwritten
   * @param gradient dE/d(folded descriptor), eV, at {@code gradient[offset..]}
   * @param force eV/Å, row-major [atoms, 3]
   * @param virial eV, [3, 3] at {@code virial[virialOffset..]}
   */
  void backward(
      Environment environment,
      int centre,
      double[] sums,
      int sumsOffset,
      double[] gradient,
      int offset,
      double[] force,
      double[] virial,
      int virialOffset);

  /**
   * The same for several gradients, to the bits that each has by itself.
   *
   * @param sums as {@link #forward} left it; stays so
   * @param gradients [gradients], each as {@link #backward} takes one
   * @param force likewise, one for each gradient
   * @param virial likewise
   */
  default void backward(
      Environment environment,
      int centre,
      double[] sums,
      int sumsOffset,
      double[][] gradients,
      int offset,
      double[][] force,
      double[][] virial,
      int virialOffset) {
    double[] kept = Arrays.copyOfRange(sums, sumsOffset, sumsOffset + sumsSize());
    for (int g = 0; g < gradients.length; g++) {
      backward(
          environment,
          centre,
          sums,
          sumsOffset,
          gradients[g],
          offset,
          force[g],
          virial[g],
          virialOffset);
      System.arraycopy(kept, 0, sums, sumsOffset, kept.length);
    }
  }
}
