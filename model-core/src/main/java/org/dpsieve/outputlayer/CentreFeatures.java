package org.dpsieve.outputlayer;

import java.util.List;
import org.dpsieve.kernel.DenseKernel;
import org.dpsieve.kernel.Gemm;
import org.dpsieve.kernel.Matrix;
import org.dpsieve.model.DeepPotential;
import org.dpsieve.model.Dpa4c;
import org.dpsieve.model.Layer;
import org.dpsieve.model.SeE2A;

/**
 * The last hidden layer of the atoms of one type, and its derivatives with respect to the
 * displacement of every neighbor.
 *
 * <p>The derivatives go forward, three rows per neighbor, which are fewer than the hidden units
 * that a backward sweep would have to start from. For 53 neighbors, 240 hidden units, and an {@code
 * se_e2_a} of 100 embedding outputs and 12 axes: 5 MFLOP for what the atom's matrix does to the
 * first layer, 18 for the neighbors' part, 37 for the two later layers, against 190 for a backward
 * sweep per hidden unit.
 *
 * <p>Not for two threads at once.
 */
final class CentreFeatures {
  private final DescriptorRows rows;
  private final List<LayerRows> hidden;
  private final double[][] values;
  private final double[][] slopes;
  private final double[][] later;
  private final Gemm gemm;
  private CentreBlock block;
  private double[] firstTangent = new double[0];
  private double[] tangent = new double[0];
  private double[] jacobian = new double[0];

  CentreFeatures(DeepPotential model, int centreType, DenseKernel kernel) {
    List<Layer> layers = model.fitting().networks()[centreType].layers();
    this.hidden =
        layers.subList(0, layers.size() - 1).stream()
            .map(layer -> new LayerRows(layer, kernel))
            .toList();
    this.values = new double[hidden.size()][0];
    this.slopes = new double[hidden.size()][0];
    this.later = new double[hidden.size()][0];
    this.gemm = kernel.gemm();
    this.rows =
        model.descriptor() instanceof Dpa4c dpa4c
            ? new Dpa4cRows(dpa4c, centreType, hidden.get(0), kernel)
            : new SeE2ARows((SeE2A) model.descriptor(), centreType, layers.get(0), kernel);
  }

  /** The last hidden layer at descriptor zero: what {@code atom_ener} subtracts. */
  double[] vacuum() {
    return forward(new double[rows.size()], 1).clone();
  }

  /**
   * Takes the atoms of a block, until the next is taken.
   *
   * @return the last hidden layer, row-major [atoms, outputs] or longer
   */
  double[] load(CentreBlock block) {
    this.block = block;
    double[] value = forward(rows.load(block), block.count());
    firstTangent = Buffers.atLeast(firstTangent, 3 * block.pairs() * hidden.get(0).layer.outputs());
    rows.tangent(slopes[0], firstTangent);
    return value;
  }

  /**
   * @param atom of the block
   * @return its last hidden layer's derivatives, row-major [neighbors, 3, outputs], Å⁻¹, by the
   *     displacement's components; overwritten by the next call
   */
  Matrix tangent(int atom) {
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
