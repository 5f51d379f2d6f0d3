package org.dpsieve.outputlayer;

import java.util.Arrays;
import java.util.List;
import org.dpsieve.kernel.DenseKernel;
import org.dpsieve.kernel.Gemm;
import org.dpsieve.kernel.Matrix;
import org.dpsieve.model.DeepPotential;
import org.dpsieve.model.Layer;
import org.dpsieve.model.SeE2A;

/**
 * The last hidden layer of the atoms of one type, and its derivatives with respect to the
 * displacement of every neighbor.
 *
 * <p>The derivatives go forward, three rows per neighbor, which are fewer than the hidden units
 * that a backward sweep would have to start from. With A = Rᵀ G / N (G: embedding, R: environment)
 * the descriptor is D = A&lt;ᵀ A, A&lt; the first {@code axisNeuron} columns; so the first layer's
 * derivative by A is B = W A&lt; + (W A)ᵀ, two products per atom whatever the number of neighbors,
 * and a neighbor's part of it four rows times B: what its distance changes, and G for each
 * direction ({@link NeighborRows}). For 53 neighbors, 240 hidden units, 100 embedding outputs and
 * 12 axes: 5 MFLOP for B, 18 for the neighbors' part, 37 for the two later layers, against 190 for
 * a backward sweep per hidden unit.
 *
 * <p>Not for two threads at once.
 */
final class CentreFeatures {
  private static final int COLUMNS = NeighborRows.COLUMNS;

  private final NeighborRows rows;
  private final List<LayerRows> hidden;
  private final int width;
  private final int axes;
  private final FirstLayer first;
  private final FirstLayer shortcut; // of the first layer; null where it has none
  private final double[][] values;
  private final double[][] slopes;
  private final double[][] later;
  private final Gemm gemm;
  private double[] descriptors = new double[0];
  private double[] firstTangent = new double[0];
  private double[] tangent = new double[0];
  private double[] jacobian = new double[0];

  CentreFeatures(DeepPotential model, int centreType, DenseKernel kernel) {
    SeE2A descriptor = (SeE2A) model.descriptor();
    this.rows = new NeighborRows(descriptor, centreType, kernel);
    this.width = descriptor.embeddingWidth();
    this.axes = descriptor.axisNeuron();
    List<Layer> layers = model.fitting().networks()[centreType].layers();
    this.hidden =
        layers.subList(0, layers.size() - 1).stream()
            .map(layer -> new LayerRows(layer, kernel))
            .toList();
    this.values = new double[hidden.size()][0];
    this.slopes = new double[hidden.size()][0];
    this.later = new double[hidden.size()][0];
    this.gemm = kernel.gemm();
    Layer layer = layers.get(0);
    this.first = new FirstLayer(kernel, layer.weight(), width, axes, layer.outputs());
    this.shortcut =
        layer.shortcut() == Layer.Shortcut.NONE
            ? null
            : new FirstLayer(kernel, zeroOne(layer), width, axes, layer.outputs());
  }

  /** A shortcut as a matrix. */
  private static double[] zeroOne(Layer layer) {
    double[] matrix = new double[layer.inputs() * layer.outputs()];
    for (int k = 0; k < layer.inputs(); k++) {
      for (int h = k; h < layer.outputs(); h += layer.inputs()) {
        matrix[k * layer.outputs() + h] = 1;
      }
    }
    return matrix;
  }

  /** The last hidden layer at descriptor zero: what {@code atom_ener} subtracts. */
  double[] vacuum() {
    return forward(new double[width * axes], 1).clone();
  }

  /**
   * Takes the atoms of a block, until the next is taken.
   *
   * @return the last hidden layer, row-major [atoms, outputs] or longer
   */
  double[] load(CentreBlock block) {
    rows.load(block);
    double[] value = forward(descriptors(rows.matrix(), block.count()), block.count());
    firstTangent = Buffers.atLeast(firstTangent, 3 * block.pairs() * hidden.get(0).layer.outputs());
    first.tangent(rows, slopes[0], firstTangent);
    if (shortcut != null) {
      passOn(block);
    }
    return value;
  }

  private void passOn(CentreBlock block) {
    int outputs = hidden.get(0).layer.outputs();
    int length = 3 * block.pairs() * outputs;
    double[] ones = new double[block.count() * outputs];
    Arrays.fill(ones, 1);
    double[] passed = new double[length];
    shortcut.tangent(rows, ones, passed);
    for (int k = 0; k < length; k++) {
      firstTangent[k] += passed[k];
    }
  }

  /**
   * @param atom of the block
   * @return its last hidden layer's derivatives, row-major [neighbors, 3, outputs], Å⁻¹, by the
   *     displacement's components; overwritten by the next call
   */
  Matrix tangent(int atom) {
    CentreBlock block = rows.block();
    int count = 3 * (block.start()[atom + 1] - block.start()[atom]);
    int outputs = hidden.get(0).layer.outputs();
    Matrix first = new Matrix(firstTangent, 3 * block.start()[atom] * outputs, outputs);
    if (hidden.size() == 1) {
      return first;
    }
    if (count <= outputs) {
      return later(1, count, first, atom);
    }
    // fewer rows where the later layers' derivatives by the first one's outputs are made first
    LayerRows second = hidden.get(1);
    int width = second.layer.outputs();
    jacobian = Buffers.atLeast(jacobian, outputs * width);
    second.differentiate(jacobian, new Matrix(slopes[1], atom * width, 0));
    Matrix all = later(2, outputs, new Matrix(jacobian, width), atom);
    int last = hidden.get(hidden.size() - 1).layer.outputs();
    tangent = Buffers.atLeast(tangent, count * last);
    Matrix result = new Matrix(tangent, last);
    gemm.multiply(count, last, outputs, first, all, result);
    return result;
  }

  /** From derivatives of a layer's input on to those of the last one's output. */
  private Matrix later(int from, int count, Matrix derivatives, int atom) {
    Matrix dx = derivatives;
    for (int l = from; l < hidden.size(); l++) {
      int outputs = hidden.get(l).layer.outputs();
      later[l] = Buffers.atLeast(later[l], count * outputs);
      Matrix dy = new Matrix(later[l], outputs);
      hidden.get(l).differentiate(count, dx, dy, new Matrix(slopes[l], atom * outputs, 0));
      dx = dy;
    }
    return dx;
  }

  /** D = A A&lt;ᵀ, row-major [count, width, axes]. */
  private double[] descriptors(double[] matrix, int count) {
    descriptors = Buffers.atLeast(descriptors, count * width * axes);
    for (int atom = 0; atom < count; atom++) {
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

  /** The last hidden layer; leaves each layer's slopes. */
  private double[] forward(double[] input, int count) {
    double[] x = input;
    for (int l = 0; l < hidden.size(); l++) {
      LayerRows layer = hidden.get(l);
      int size = count * layer.layer.outputs();
      values[l] = Buffers.atLeast(values[l], size);
      slopes[l] = Buffers.atLeast(slopes[l], size);
      layer.linear(count, x, values[l]);
      layer.activate(count, x, values[l], slopes[l]);
      x = values[l];
    }
    return x;
  }
}
