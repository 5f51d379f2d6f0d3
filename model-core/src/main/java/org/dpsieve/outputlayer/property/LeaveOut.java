package org.dpsieve.outputlayer.property;

import java.util.Arrays;
import org.dpsieve.outputlayer.OpenBlas;

/**
 * Ridge regression, min |y - Z w|² + λ |w|², for all ridges λ at once by one eigendecomposition,
 * and the errors on each block of rows when it is left out, in closed form: with H = Z (ZᵀZ + λ)⁻¹
 * Zᵀ the residual of a block is (1 - H_bb)⁻¹ times the one of the fit to all (Allen 1974,
 * doi:10.1080/00401706.1974.10489157; of blocks: Cook, Weisberg 1982, section 3.6).
 */
final class LeaveOut {
  /** Eigenvalues below this part of the largest are rounding. */
  private static final double ROUNDING = 1e-13;

  private final DesignRows rows;
  private final int size;
  private final double[] scale;
  private final double[] eigenvalues;

  /** Z, row-major [rows, size]. */
  private final double[] z;

  /** Where rows are fewer than columns: eigenvectors of ZZᵀ, row-major [rows, kept]; else null. */
  private final double[] ofRows;

  /** Eigenvectors of ZᵀZ, row-major [size, kept]; null until somebody wants them. */
  private double[] vectors;

  /** Z times these, row-major [rows, kept]. */
  private final double[] projected;

  /** Its transpose times y, row-major [kept, components]. */
  private final double[] right;

  /**
   * @param scale what each column of the design is divided by to be one of Z
   */
  LeaveOut(DesignRows rows, double[] scale) {
    this.rows = rows;
    this.size = rows.size();
    this.scale = scale;
    z = rows.matrix(scale);
    int count = rows.rows();
    boolean few = count <= size;
    int side = few ? count : size;
    double[] gram = few ? Products.outer(z, count, size) : Products.inner(z, count, size);
    double[] values = OpenBlas.eigen(gram, side); // ascending; vectors in its rows
    int kept = 0;
    while (kept < side && values[side - 1 - kept] > ROUNDING * values[side - 1]) {
      kept++;
    }
    eigenvalues = new double[kept];
    for (int k = 0; k < kept; k++) {
      eigenvalues[k] = values[side - 1 - k];
    }
    double[] columns = columns(gram, side);
    ofRows = few ? columns : null;
    vectors = few ? null : columns;
    projected = few ? scaled(columns, 0.5) : Products.times(z, count, size, vectors, kept);
    right = Products.transposedTimes(projected, count, kept, rows.labels(), rows.components());
  }

  private double[] columns(double[] gram, int side) {
    int kept = eigenvalues.length;
    double[] columns = new double[side * kept];
    for (int k = 0; k < kept; k++) {
      for (int i = 0; i < side; i++) {
        columns[i * kept + k] = gram[(side - 1 - k) * side + i];
      }
    }
    return columns;
  }

  /** Each column times a power of its eigenvalue. */
  private double[] scaled(double[] columns, double power) {
    int kept = eigenvalues.length;
    double[] factor = Arrays.stream(eigenvalues).map(value -> Math.pow(value, power)).toArray();
    double[] scaled = columns.clone();
    for (int i = 0; i < scaled.length; i++) {
      scaled[i] *= factor[i % kept];
    }
    return scaled;
  }

  private double[] vectors() {
    if (vectors == null) {
      vectors =
          Products.transposedTimes(z, rows.rows(), size, scaled(ofRows, -0.5), eigenvalues.length);
    }
    return vectors;
  }

  /** The largest eigenvalue of ZᵀZ: what ridges are measured by; 0 where all rows are zero. */
  double largest() {
    return eigenvalues.length == 0 ? 0 : eigenvalues[0];
  }

  /** In terms of the eigenvectors, row-major [kept, components]. */
  private double[] coefficients(double ridge) {
    int components = rows.components();
    double[] a = right.clone();
    for (int i = 0; i < a.length; i++) {
      a[i] /= eigenvalues[i / components] + ridge;
    }
    return a;
  }

  /** Parameters of the design, row-major [size, components]. */
  double[] parameters(double ridge) {
    int components = rows.components();
    int kept = eigenvalues.length;
    double[] a = coefficients(ridge);
    double[] w;
    if (ofRows == null) {
      w = Products.times(vectors(), size, kept, a, components);
    } else { // without the eigenvectors of ZᵀZ
      double[] dual = Products.times(scaled(ofRows, -0.5), rows.rows(), kept, a, components);
      w = Products.transposedTimes(z, rows.rows(), size, dual, components);
    }
    for (int i = 0; i < w.length; i++) {
      w[i] /= scale[i / components];
    }
    return w;
  }

  /**
   * What is left out.
   *
   * @param errors label less prediction of every row when its block is left out, row-major [rows,
   *     components]
   * @param spread of every row: standard deviation of that error in terms of the labels' noise
   */
  record Errors(double[] errors, double[] spread) {
    /**
     * Root mean square errors in terms of {@link #spread}.
     *
     * @param components of a row
     * @param kinds errors in a row that have a noise of their own
     * @return [kinds]
     */
    double[] noise(int components, int kinds) {
      double[] noise = new double[kinds];
      for (int k = 0; k < errors.length; k++) {
        noise[k % kinds] += Math.pow(errors[k] / spread[k / components], 2) * kinds / errors.length;
      }
      for (int c = 0; c < kinds; c++) {
        noise[c] = Math.sqrt(noise[c]);
      }
      return noise;
    }

    double meanSquare() {
      double sum = 0;
      for (double error : errors) {
        sum += error * error;
      }
      return sum / errors.length;
    }
  }

  Errors errors(double ridge) {
    int components = rows.components();
    int kept = eigenvalues.length;
    double[] a = coefficients(ridge);
    double[] errors = new double[rows.rows() * components];
    double[] spread = new double[rows.rows()];
    double[] fitted = Products.times(projected, rows.rows(), kept, a, components);
    double[] factor = new double[kept];
    for (int k = 0; k < kept; k++) {
      factor[k] = 1 / (eigenvalues[k] + ridge);
    }
    int first = 0;
    for (DesignRows.Block block : rows.blocks()) {
      int count = block.y().length / components;
      double[] rest = new double[count * count]; // 1 - H_bb
      double[] residual = block.y().clone();
      for (int k = 0; k < residual.length; k++) {
        residual[k] -= fitted[first * components + k];
      }
      for (int i = 0; i < count; i++) {
        for (int j = 0; j <= i; j++) {
          double part = part(first + i, first + j, factor);
          rest[i * count + j] = -part;
          rest[j * count + i] = -part;
        }
        rest[i * count + i] += 1 + 1e-9; // a fit to every digit leaves nothing to divide by
      }
      double[] inverse = Products.inverse(rest, count);
      for (int i = 0; i < count; i++) {
        spread[first + i] = Math.sqrt(inverse[i * count + i]);
        for (int j = 0; j < count; j++) {
          for (int c = 0; c < components; c++) {
            errors[(first + i) * components + c] +=
                inverse[i * count + j] * residual[j * components + c];
          }
        }
      }
      first += count;
    }
    return new Errors(errors, spread);
  }

  /** Of H, what two rows have in common. */
  private double part(int i, int j, double[] factor) {
    int kept = factor.length;
    double sum = 0;
    for (int k = 0; k < kept; k++) {
      sum += projected[i * kept + k] * projected[j * kept + k] * factor[k];
    }
    return sum;
  }

  PropertyPosterior posterior(double ridge) {
    return new PropertyPosterior(scale, vectors(), eigenvalues, ridge);
  }
}
