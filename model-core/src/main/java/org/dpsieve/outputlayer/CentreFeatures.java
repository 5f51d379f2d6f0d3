package org.dpsieve.outputlayer;

import java.util.Arrays;
import java.util.List;
import org.dpsieve.model.DeepPotential;
import org.dpsieve.model.Embedding;
import org.dpsieve.model.Layer;
import org.dpsieve.model.SeE2A;

/**
 * The last hidden layer of the atoms of one type, and its derivatives with respect to the
 * displacement of every neighbor.
 *
 * <p>The derivatives go forward, three rows per neighbor, which are fewer than the hidden units
 * that a backward sweep would have to start from. With A = Gᵀ R / N (G: embedding, R: environment)
 * the descriptor is D = A A&lt;ᵀ, A&lt; the first {@code axisNeuron} rows; so the first layer's
 * derivative by A is B = W A&lt; + (W A)ᵀ, two products per atom whatever the number of neighbors,
 * and a neighbor's part of it G B and G' B. For 53 neighbors, 240 hidden units, 100 embedding
 * outputs and 12 axes: 5 MFLOP for B, 20 for the neighbors' part, 37 for the two later layers,
 * against 190 for a backward sweep per hidden unit.
 */
final class CentreFeatures implements AutoCloseable {
  private static final int COLUMNS = 4;

  private final SeE2A descriptor;
  private final int centreType;
  private final EmbeddingSlopes[] embedding; // null where the pair is excluded
  private final double[] emptySlots; // [nTypes, width, 4]: what one empty slot adds to A N
  private final List<LayerRows> hidden;
  private final int width;
  private final int axes;
  private final int firstColumns; // outputs of the first layer, twice where it has a shortcut
  private final NativeMatrix firstByRow; // [width, axes * firstColumns]
  private final NativeMatrix firstByAxis; // [axes, width * firstColumns]
  private final NativeMatrix a = new NativeMatrix();
  private final NativeMatrix b = new NativeMatrix();
  private final NativeMatrix g = new NativeMatrix();
  private final NativeMatrix q = new NativeMatrix();

  /** Values and derivatives of one block. */
  record Result(double[] value, double[] tangent) {}

  CentreFeatures(DeepPotential model, int centreType) {
    this.descriptor = (SeE2A) model.descriptor();
    this.centreType = centreType;
    this.width = descriptor.embeddingWidth();
    this.axes = descriptor.axisNeuron();
    Embedding[] nets = descriptor.embedding()[centreType];
    this.embedding = new EmbeddingSlopes[nets.length];
    this.emptySlots = new double[nets.length * width * COLUMNS];
    for (int type = 0; type < nets.length; type++) {
      if (nets[type] != null) {
        embedding[type] = new EmbeddingSlopes(nets[type]);
        fillEmptySlot(type);
      }
    }
    List<Layer> layers = model.fitting().networks()[centreType].layers();
    this.hidden = layers.subList(0, layers.size() - 1).stream().map(LayerRows::new).toList();
    double[] first = withShortcut(layers.get(0));
    this.firstColumns = first.length / (width * axes);
    this.firstByRow = NativeMatrix.of(first);
    double[] byAxis = new double[first.length];
    for (int m = 0; m < width; m++) {
      for (int axis = 0; axis < axes; axis++) {
        System.arraycopy(
            first,
            (m * axes + axis) * firstColumns,
            byAxis,
            (axis * width + m) * firstColumns,
            firstColumns);
      }
    }
    this.firstByAxis = NativeMatrix.of(byAxis);
  }

  private void fillEmptySlot(int type) {
    double[] mean = descriptor.davg()[centreType];
    double[] deviation = descriptor.dstd()[centreType];
    double[] output;
    try (EmbeddingSlopes empty = new EmbeddingSlopes(descriptor.ofEmpty(centreType, type))) {
      output = empty.of(new double[] {-mean[0] / deviation[0]});
    }
    for (int m = 0; m < width; m++) {
      for (int c = 0; c < COLUMNS; c++) {
        emptySlots[(type * width + m) * COLUMNS + c] = output[m] * -mean[c] / deviation[c];
      }
    }
  }

  /**
   * The first layer's matrix, with the shortcut's 0-1 matrix as further columns where it has one.
   */
  private static double[] withShortcut(Layer layer) {
    if (layer.shortcut() == Layer.Shortcut.NONE) {
      return layer.weight();
    }
    int outputs = layer.outputs();
    double[] both = new double[layer.inputs() * 2 * outputs];
    for (int k = 0; k < layer.inputs(); k++) {
      System.arraycopy(layer.weight(), k * outputs, both, 2 * k * outputs, outputs);
      for (int h = k; h < outputs; h += layer.inputs()) {
        both[(2 * k + 1) * outputs + h] = 1;
      }
    }
    return both;
  }

  /** The last hidden layer at descriptor zero: what {@code atom_ener} subtracts. */
  double[] vacuum() {
    return forward(new double[width * axes], 1, new double[hidden.size()][]);
  }

  /**
   * @return value: [count, outputs]; tangent: row-major [pairs, 3, outputs], Å⁻¹, by the
   *     displacement's components
   */
  Result of(CentreBlock block) {
    EnvironmentRows environment = EnvironmentRows.of(descriptor, centreType, block);
    double[] embedded = embed(block, environment);
    double[] matrix = contract(block, environment, embedded);
    double[][] slopes = new double[hidden.size()][];
    double[] value = forward(descriptors(matrix, block.count()), block.count(), slopes);
    double[] tangent = firstLayerTangent(block, environment, embedded, matrix, slopes[0]);
    for (int l = 1; l < hidden.size(); l++) {
      tangent = nextTangent(block, hidden.get(l), tangent, slopes[l]);
    }
    return new Result(value, tangent);
  }

  /** G of an atom's neighbors, then G' of them, atom after atom: [2 pairs, width]. */
  private double[] embed(CentreBlock block, EnvironmentRows environment) {
    double[] embedded = new double[2 * block.pairs() * width];
    for (int type = 0; type < embedding.length; type++) {
      int[] pairs = pairsOfType(block, type);
      if (pairs.length == 0 || embedding[type] == null) {
        continue;
      }
      double[] s = new double[pairs.length];
      for (int k = 0; k < s.length; k++) {
        s[k] = environment.row()[COLUMNS * pairs[k]];
      }
      double[] output = embedding[type].of(s);
      int atom = 0;
      for (int k = 0; k < s.length; k++) {
        while (pairs[k] >= block.start()[atom + 1]) {
          atom++;
        }
        int from = block.start()[atom];
        int neighbors = block.start()[atom + 1] - from;
        int row = from + pairs[k]; // 2 from + (pair - from)
        System.arraycopy(output, k * width, embedded, row * width, width);
        System.arraycopy(
            output, (s.length + k) * width, embedded, (row + neighbors) * width, width);
      }
    }
    return embedded;
  }

  private static int[] pairsOfType(CentreBlock block, int type) {
    int[] pairs = new int[block.pairs()];
    int count = 0;
    for (int pair = 0; pair < pairs.length; pair++) {
      if (block.type()[pair] == type) {
        pairs[count++] = pair;
      }
    }
    return Arrays.copyOf(pairs, count);
  }

  /** A, transposed: row-major [count, 4, width]. */
  private double[] contract(CentreBlock block, EnvironmentRows environment, double[] embedded) {
    double[] matrix = new double[block.count() * COLUMNS * width];
    for (int atom = 0; atom < block.count(); atom++) {
      int from = block.start()[atom];
      int to = block.start()[atom + 1];
      int[] empty = descriptor.sel().clone();
      for (int pair = from; pair < to; pair++) {
        empty[block.type()[pair]]--;
        for (int c = 0; c < COLUMNS; c++) {
          double r = environment.row()[COLUMNS * pair + c];
          int target = (atom * COLUMNS + c) * width;
          int source = (from + pair) * width;
          for (int m = 0; m < width; m++) {
            matrix[target + m] += r * embedded[source + m];
          }
        }
      }
      for (int c = 0; c < COLUMNS; c++) {
        for (int m = 0; m < width; m++) {
          double sum = matrix[(atom * COLUMNS + c) * width + m];
          for (int type = 0; type < empty.length; type++) {
            sum += empty[type] * emptySlots[(type * width + m) * COLUMNS + c];
          }
          matrix[(atom * COLUMNS + c) * width + m] = sum / descriptor.normalization();
        }
      }
    }
    return matrix;
  }

  /** D = A A&lt;ᵀ, row-major [count, width, axes]. */
  private double[] descriptors(double[] matrix, int count) {
    double[] result = new double[count * width * axes];
    for (int atom = 0; atom < count; atom++) {
      for (int m = 0; m < width; m++) {
        for (int axis = 0; axis < axes; axis++) {
          double sum = 0;
          for (int c = 0; c < COLUMNS; c++) {
            int row = (atom * COLUMNS + c) * width;
            sum += matrix[row + m] * matrix[row + axis];
          }
          result[(atom * width + m) * axes + axis] = sum;
        }
      }
    }
    return result;
  }

  /** The last hidden layer; leaves each layer's slopes. */
  private double[] forward(double[] x, int rows, double[][] slopes) {
    for (int l = 0; l < hidden.size(); l++) {
      LayerRows layer = hidden.get(l);
      double[] y = layer.linear(x, rows);
      slopes[l] = new double[y.length];
      layer.activate(y, rows, slopes[l]);
      layer.addShortcut(x, y, rows);
      x = y;
    }
    return x;
  }

  private double[] firstLayerTangent(
      CentreBlock block,
      EnvironmentRows environment,
      double[] embedded,
      double[] matrix,
      double[] slope) {
    int rows = block.count() * COLUMNS;
    int rowB = width * firstColumns;
    a.put(matrix, matrix.length);
    b.reserve((long) rows * rowB);
    NativeMatrix.multiply(rows, rowB, axes, a, 0, width, firstByAxis, 0, rowB, 0, b, 0, rowB);
    int axisColumns = axes * firstColumns;
    NativeMatrix.multiply(
        rows, axisColumns, width, a, 0, width, firstByRow, 0, axisColumns, 1, b, 0, rowB);
    g.put(embedded, embedded.length);
    int outputs = hidden.get(0).layer.outputs();
    double[] tangent = new double[block.pairs() * 3 * outputs];
    for (int atom = 0; atom < block.count(); atom++) {
      int from = block.start()[atom];
      int neighbors = block.start()[atom + 1] - from;
      if (neighbors == 0) {
        continue;
      }
      int part = 2 * neighbors * firstColumns;
      q.reserve((long) COLUMNS * part);
      for (int c = 0; c < COLUMNS; c++) {
        long fromB = (long) (atom * COLUMNS + c) * rowB;
        NativeMatrix.multiply(
            2 * neighbors,
            firstColumns,
            width,
            g,
            2L * from * width,
            width,
            b,
            fromB,
            firstColumns,
            0,
            q,
            (long) c * part,
            firstColumns);
      }
      double[] products = new double[COLUMNS * part];
      q.get(0, products, products.length);
      for (int k = 0; k < neighbors; k++) {
        combine(environment, from + k, k, neighbors, products, slope, atom * outputs, tangent);
      }
    }
    return tangent;
  }

  /** From G B and G' B of one neighbor to the first layer's derivative by its displacement. */
  private void combine(
      EnvironmentRows environment,
      int pair,
      int k,
      int neighbors,
      double[] products,
      double[] slope,
      int fromSlope,
      double[] tangent) {
    int outputs = hidden.get(0).layer.outputs();
    double[] row = environment.row();
    double scale = 1 / descriptor.normalization();
    double[] sum = new double[firstColumns];
    double[] via = new double[2 * COLUMNS];
    for (int x = 0; x < 3; x++) {
      double ds = environment.slope()[12 * pair + x];
      for (int c = 0; c < COLUMNS; c++) {
        via[2 * c] = scale * environment.slope()[12 * pair + 3 * c + x];
        via[2 * c + 1] = scale * ds * row[COLUMNS * pair + c];
      }
      weightedSum(via, products, k * firstColumns, neighbors * firstColumns, sum);
      int target = (3 * pair + x) * outputs;
      for (int h = 0; h < outputs; h++) {
        tangent[target + h] = slope[fromSlope + h] * sum[h];
      }
      for (int h = outputs; h < firstColumns; h++) {
        tangent[target + h - outputs] += sum[h];
      }
    }
  }

  /**
   * sum = the eight rows that begin at {@code from}, {@code from + step} ..., times their factors.
   */
  private static void weightedSum(double[] f, double[] rows, int from, int step, double[] sum) {
    double f0 = f[0];
    double f1 = f[1];
    double f2 = f[2];
    double f3 = f[3];
    double f4 = f[4];
    double f5 = f[5];
    double f6 = f[6];
    double f7 = f[7];
    for (int h = 0; h < sum.length; h++) {
      int at = from + h;
      sum[h] =
          f0 * rows[at]
              + f1 * rows[at + step]
              + f2 * rows[at + 2 * step]
              + f3 * rows[at + 3 * step]
              + f4 * rows[at + 4 * step]
              + f5 * rows[at + 5 * step]
              + f6 * rows[at + 6 * step]
              + f7 * rows[at + 7 * step];
    }
  }

  private double[] nextTangent(
      CentreBlock block, LayerRows layer, double[] tangent, double[] slope) {
    int rows = 3 * block.pairs();
    int outputs = layer.layer.outputs();
    double[] next = layer.linear(tangent, rows);
    for (int atom = 0; atom < block.count(); atom++) {
      for (int row = 3 * block.start()[atom]; row < 3 * block.start()[atom + 1]; row++) {
        for (int h = 0; h < outputs; h++) {
          next[row * outputs + h] *= slope[atom * outputs + h];
        }
      }
    }
    layer.addShortcut(tangent, next, rows);
    return next;
  }

  @Override
  public void close() {
    for (EmbeddingSlopes net : embedding) {
      if (net != null) {
        net.close();
      }
    }
    hidden.forEach(LayerRows::close);
    for (NativeMatrix matrix : List.of(firstByRow, firstByAxis, a, b, g, q)) {
      matrix.close();
    }
  }
}
