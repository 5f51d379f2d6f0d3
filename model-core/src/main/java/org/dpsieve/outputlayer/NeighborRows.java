package org.dpsieve.outputlayer;

import java.util.Arrays;
import org.dpsieve.kernel.DenseKernel;
import org.dpsieve.kernel.Gemm;
import org.dpsieve.kernel.Matrix;
import org.dpsieve.model.Embedding;
import org.dpsieve.model.SeE2A;

/**
 * What of the neighbors of a block's atoms the descriptor and its derivatives are made of. With the
 * embedding G, its derivative G' and the environment R the atom's matrix is A = Rᵀ G / N, and dA by
 * component b of a neighbor's displacement is e_b V + f_b G in row b, with V = (along G + R along₀
 * G') / N and f = across / N (see {@link EnvironmentRows}). Not for two threads at once.
 */
final class NeighborRows {
  /** Of the environment. */
  static final int COLUMNS = 4;

  private final SeE2A descriptor;
  private final int centreType;
  private final EmbeddingSlopes[] embedding; // null where the pair is excluded
  private final double[] emptySlots; // [nTypes, 4, width]: what one empty slot adds to A N
  private final Gemm gemm;
  private final int width;
  private CentreBlock block;
  private EnvironmentRows environment;
  private double[] embedded = new double[0];
  private double[] slopes = new double[0];
  private double[] along = new double[0];
  private double[] across = new double[0];
  private double[] matrix = new double[0];
  private double[] inputs = new double[0];

  NeighborRows(SeE2A descriptor, int centreType, DenseKernel kernel) {
    this.descriptor = descriptor;
    this.centreType = centreType;
    this.gemm = kernel.gemm();
    this.width = descriptor.embeddingWidth();
    Embedding[] nets = descriptor.embedding()[centreType];
    this.embedding = new EmbeddingSlopes[nets.length];
    this.emptySlots = new double[nets.length * COLUMNS * width];
    for (int type = 0; type < nets.length; type++) {
      if (nets[type] != null) {
        embedding[type] = new EmbeddingSlopes(nets[type], kernel);
        fillEmptySlot(type, kernel);
      }
    }
  }

  private void fillEmptySlot(int type, DenseKernel kernel) {
    double[] mean = descriptor.davg()[centreType];
    double[] deviation = descriptor.dstd()[centreType];
    double[] output =
        new EmbeddingSlopes(descriptor.ofEmpty(centreType, type), kernel)
            .of(new double[] {-mean[0] / deviation[0]}, 1);
    for (int c = 0; c < COLUMNS; c++) {
      for (int m = 0; m < width; m++) {
        emptySlots[(type * COLUMNS + c) * width + m] = output[m] * -mean[c] / deviation[c];
      }
    }
  }

  /** Takes a block's atoms, until the next is taken. */
  void load(CentreBlock next) {
    block = next;
    environment = EnvironmentRows.of(descriptor, centreType, block);
    embed();
    contract();
    derive();
  }

  private void embed() {
    int pairs = block.pairs();
    embedded = Buffers.atLeast(embedded, pairs * width);
    slopes = Buffers.atLeast(slopes, pairs * width);
    inputs = Buffers.atLeast(inputs, pairs);
    for (int type = 0; type < embedding.length; type++) {
      int count = 0;
      for (int pair = 0; pair < pairs; pair++) {
        if (block.type()[pair] == type) {
          inputs[count++] = environment.row()[pair];
        }
      }
      if (count == 0) {
        continue;
      }
      double[] output = embedding[type] == null ? null : embedding[type].of(inputs, count);
      int k = 0;
      for (int pair = 0; pair < pairs; pair++) {
        if (block.type()[pair] == type) {
          if (output == null) {
            Arrays.fill(embedded, pair * width, (pair + 1) * width, 0);
            Arrays.fill(slopes, pair * width, (pair + 1) * width, 0);
          } else {
            System.arraycopy(output, k * width, embedded, pair * width, width);
            System.arraycopy(output, (count + k) * width, slopes, pair * width, width);
            k++;
          }
        }
      }
    }
  }

  private void contract() {
    int all = COLUMNS * width;
    matrix = Buffers.atLeast(matrix, block.count() * all);
    for (int atom = 0; atom < block.count(); atom++) {
      int from = block.start()[atom];
      int count = block.start()[atom + 1] - from;
      int[] empty = descriptor.sel().clone();
      for (int pair = from; pair < from + count; pair++) {
        empty[block.type()[pair]]--;
      }
      gemm.multiply(
          COLUMNS,
          width,
          count,
          new Matrix(environment.row(), from, block.pairs()),
          new Matrix(embedded, from * width, width),
          new Matrix(matrix, atom * all, width));
      for (int k = 0; k < all; k++) {
        double sum = matrix[atom * all + k];
        for (int type = 0; type < empty.length; type++) {
          sum += empty[type] * emptySlots[type * all + k];
        }
        matrix[atom * all + k] = sum / descriptor.normalization();
      }
    }
  }

  private void derive() {
    int pairs = block.pairs();
    double scale = 1 / descriptor.normalization();
    along = Buffers.atLeast(along, pairs * COLUMNS * width);
    across = Buffers.atLeast(across, 3 * pairs);
    for (int pair = 0; pair < pairs; pair++) {
      double radial = environment.along()[COLUMNS * pair];
      for (int c = 0; c < COLUMNS; c++) {
        sum(
            scale * environment.along()[COLUMNS * pair + c],
            embedded,
            scale * radial * environment.row()[c * pairs + pair],
            slopes,
            pair * width,
            along,
            (COLUMNS * pair + c) * width,
            width);
      }
    }
    for (int k = 0; k < 3 * pairs; k++) {
      across[k] = scale * environment.across()[k];
    }
  }

  private static void sum(
      double f, double[] x, double g, double[] y, int from, double[] target, int to, int count) {
    for (int m = 0; m < count; m++) {
      target[to + m] = f * x[from + m] + g * y[from + m];
    }
  }

  CentreBlock block() {
    return block;
  }

  EnvironmentRows environment() {
    return environment;
  }

  int mostNeighbors() {
    int most = 0;
    for (int atom = 0; atom < block.count(); atom++) {
      most = Math.max(most, block.start()[atom + 1] - block.start()[atom]);
    }
    return most;
  }

  /** G, row-major [pairs, width] or longer. */
  double[] embedded() {
    return embedded;
  }

  /** V, row-major [pairs, 4, width] or longer, Å⁻¹. */
  double[] along() {
    return along;
  }

  /** f, row-major [pairs, 3] or longer, Å⁻¹. */
  double[] across() {
    return across;
  }

  /** A, row-major [atoms, 4, width] or longer. */
  double[] matrix() {
    return matrix;
  }
}
