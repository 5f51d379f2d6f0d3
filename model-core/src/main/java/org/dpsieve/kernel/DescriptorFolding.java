package org.dpsieve.kernel;

import java.util.Arrays;
import org.dpsieve.model.DeepPotential;
import org.dpsieve.model.Descriptor;
import org.dpsieve.model.Layer;
import org.dpsieve.model.SeAtten;
import org.dpsieve.model.SeE2A;

/**
 * The order of the descriptor's numbers in the kernels. A symmetric descriptor D[m, a] = sum over k
 * of A[k, m] A[k, a] has its entries with m &gt;= a only, a from 0 to {@code axisNeuron - 1}
 * outside, m from a to {@code width - 1} inside; other descriptors are as they are, and whatever
 * else the fitting net takes follows.
 */
final class DescriptorFolding {
  private DescriptorFolding() {}

  /** Numbers of one descriptor as the kernels have it. */
  static int size(Descriptor part) {
    int axis = axis(part);
    return axis == 0 ? part.size() : axis * width(part) - axis * (axis - 1) / 2;
  }

  private static int axis(Descriptor part) {
    if (part instanceof SeE2A seE2A) {
      return seE2A.axisNeuron();
    }
    return part instanceof SeAtten seAtten ? seAtten.axisNeuron() : 0;
  }

  private static int width(Descriptor part) {
    return part.size() / axis(part);
  }

  /**
   * The first matrix of a fitting net for inputs in the kernels' order: the rows of D[m, a] and
   * D[a, m], equal numbers, are added up.
   *
   * @param model lowered
   * @return row-major [inputs, outputs of the layer]
   */
  static double[] firstMatrix(DeepPotential model, int type) {
    Layer first = model.fitting().networks()[type].layers().get(0);
    int n = first.outputs();
    double[] folded = new double[first.weight().length];
    int from = 0;
    int to = 0;
    for (Descriptor part : Lowering.parts(model.descriptor())) {
      if (axis(part) == 0) {
        System.arraycopy(first.weight(), from * n, folded, to * n, part.size() * n);
      } else {
        fold(first.weight(), from, n, width(part), axis(part), folded, to);
      }
      from += part.size();
      to += size(part);
    }
    int rest = first.inputs() - from;
    System.arraycopy(first.weight(), from * n, folded, to * n, rest * n);
    return Arrays.copyOf(folded, (to + rest) * n);
  }

  private static void fold(
      double[] weight, int from, int n, int width, int axis, double[] folded, int to) {
    int out = to * n;
    for (int a = 0; a < axis; a++) {
      for (int m = a; m < width; m++, out += n) {
        boolean twice = m != a && m < axis;
        int one = (from + m * axis + a) * n;
        int other = (from + a * axis + m) * n;
        for (int j = 0; j < n; j++) {
          folded[out + j] = weight[one + j] + (twice ? weight[other + j] : 0);
        }
      }
    }
  }
}
