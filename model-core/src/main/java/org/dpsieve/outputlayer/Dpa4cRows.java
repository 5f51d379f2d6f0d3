package org.dpsieve.outputlayer;

import org.dpsieve.kernel.DenseKernel;
import org.dpsieve.kernel.Dpa4cTangents;
import org.dpsieve.kernel.Matrix;
import org.dpsieve.model.Dpa4c;

/**
 * {@link DescriptorRows} of DPA4C: its descriptor is short, so the derivatives of the descriptor
 * itself go through the first layer as through any other.
 */
final class Dpa4cRows implements DescriptorRows {
  private final int centreType;
  private final Dpa4cTangents kernel;
  private final LayerRows first;
  private CentreBlock block;
  private double[] descriptors = new double[0];
  private double[] tangents = new double[0];

  /**
   * @param first the fitting net's first layer
   */
  Dpa4cRows(Dpa4c descriptor, int centreType, LayerRows first, DenseKernel kernel) {
    this.centreType = centreType;
    this.kernel = new Dpa4cTangents(descriptor, kernel.gemm());
    this.first = first;
  }

  @Override
  public int size() {
    return kernel.size();
  }

  @Override
  public double[] load(CentreBlock next) {
    block = next;
    descriptors = Buffers.atLeast(descriptors, block.count() * size());
    tangents = Buffers.atLeast(tangents, 3 * block.pairs() * size());
    for (int atom = 0; atom < block.count(); atom++) {
      kernel.load(
          centreType,
          block.type(),
          block.displacement(),
          block.start()[atom],
          block.start()[atom + 1],
          descriptors,
          atom * size(),
          tangents);
    }
    return descriptors;
  }

  @Override
  public void tangent(double[] slope, double[] tangent) {
    int outputs = first.layer.outputs();
    for (int atom = 0; atom < block.count(); atom++) {
      int from = 3 * block.start()[atom];
      int count = 3 * block.start()[atom + 1] - from;
      if (count > 0) {
        first.differentiate(
            count,
            new Matrix(tangents, from * size(), size()),
            new Matrix(tangent, from * outputs, outputs),
            new Matrix(slope, atom * outputs, 0));
      }
    }
  }
}
