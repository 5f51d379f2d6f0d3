package org.dpsieve.outputlayer;

import org.dpsieve.kernel.DenseKernel;
import org.dpsieve.model.Layer;
import org.dpsieve.model.SeE2A;

/**
 * {@link DescriptorRows} of {@code se_e2_a}, and of what lowers to it. With A = Rᵀ G / N (G:
 * embedding, R: environment) the descriptor is D = A&lt;ᵀ A, A&lt; the first {@code axisNeuron}
 * columns; so the first layer's derivative by A is B = W A&lt; + (W A)ᵀ, two products per atom
 * whatever the number of neighbors, and a neighbor's part of it four rows times B: what its
 * distance changes, and G for each direction ({@link NeighborRows}).
 */
final class SeE2ARows implements DescriptorRows {
  private static final int COLUMNS = NeighborRows.COLUMNS;

  private final NeighborRows rows;
  private final int width;
  private final int axes;
  private final FirstLayer first;
  private double[] descriptors = new double[0];

  /**
   * @param layer the fitting net's first, which passes nothing by ({@link
   *     org.dpsieve.kernel.Lowering})
   */
  SeE2ARows(SeE2A descriptor, int centreType, Layer layer, DenseKernel kernel) {
    rows = new NeighborRows(descriptor, centreType, kernel);
    width = descriptor.embeddingWidth();
    axes = descriptor.axisNeuron();
    first = new FirstLayer(kernel, layer.weight(), width, axes, layer.outputs());
  }

  @Override
  public int size() {
    return width * axes;
  }

  /** D = A A&lt;ᵀ. */
  @Override
  public double[] load(CentreBlock block) {
    rows.load(block);
    double[] matrix = rows.matrix();
    descriptors = Buffers.atLeast(descriptors, block.count() * size());
    for (int atom = 0; atom < block.count(); atom++) {
      int a = atom * COLUMNS * width;
      for (int m = 0; m < width; m++) {
        int to = (atom * width + m) * axes;
        double a0 = matrix[a + m];
        double a1 = matrix[a + width + m];
        double a2 = matrix[a + 2 * width + m];
        double a3 = matrix[a + 3 * width + m];
        for (int axis = 0; axis < axes; axis++) {
          descriptors[to + axis] =
              a0 * matrix[a + axis]
                  + a1 * matrix[a + width + axis]
                  + a2 * matrix[a + 2 * width + axis]
                  + a3 * matrix[a + 3 * width + axis];
        }
      }
    }
    return descriptors;
  }

  @Override
  public void tangent(double[] slope, double[] tangent) {
    first.tangent(rows, slope, tangent);
  }
}
