package org.dpsieve.outputlayer;

import static org.bytedeco.openblas.global.openblas.CblasNoTrans;
import static org.bytedeco.openblas.global.openblas.CblasRowMajor;
import static org.bytedeco.openblas.global.openblas.CblasTrans;
import static org.bytedeco.openblas.global.openblas.cblas_dgemm;

/**
 * The minima of loss + ridge · mean(ΔF²) for every ridge above 0, after one decomposition. ΔF is
 * the difference from the starting model's forces, averaged over the labelled frames' components
 * and frames: a ridge is one more loss prefactor, for the model's own forces as labels.
 *
 * <p>Why forces and not the weights themselves: the hidden layers' outputs are so alike that
 * weights can change by orders of magnitude without a trace on the training frames, and a ridge on
 * them is either too weak for the wild directions or too strong for the useful ones. Measured in
 * forces, the same pull leaves better forces on frames left out and models that disagree less.
 * Changes that move no force are held by a part in 1e9 of the same, so that what no label says
 * anything about, such as how to share an energy between two elements that always come in the same
 * ratio, changes least.
 */
final class RidgePath {
  private static final double FLOOR = 1e-9;

  private final LeastSquares problem;
  private final int size;
  private final double[] basis; // row-major [size, size], a direction in each column
  private final double[] stiffness; // of the loss along each direction; that of the ridge is 1
  private final double[] pull; // along each direction

  RidgePath(LeastSquares problem, double[] forceForm) {
    this.problem = problem;
    this.size = problem.size();
    double[] scaled = forceMetric(forceForm);
    double[] inner = multiply(true, scaled, multiply(false, problem.matrix(), scaled));
    symmetrize(inner);
    SymmetricEigen eigen = SymmetricEigen.of(inner, size);
    this.basis = multiply(false, scaled, eigen.vectors());
    this.stiffness = eigen.values();
    this.pull = new double[size];
    for (int i = 0; i < size; i++) {
      for (int k = 0; k < size; k++) {
        pull[k] += basis[i * size + k] * problem.right()[i];
      }
    }
  }

  /** T with Tᵀ (forces + floor) T = 1, row-major. */
  private double[] forceMetric(double[] forceForm) {
    double trace = 0;
    for (int k = 0; k < size; k++) {
      trace += forceForm[k * size + k];
    }
    double floor = trace > 0 ? FLOOR * trace / size : 1;
    double[] form = forceForm.clone();
    for (int k = 0; k < size; k++) {
      form[k * size + k] += floor;
    }
    SymmetricEigen eigen = SymmetricEigen.of(form, size);
    double[] scaled = eigen.vectors();
    for (int k = 0; k < size; k++) {
      double root = Math.sqrt(Math.max(eigen.values()[k], floor));
      for (int i = 0; i < size; i++) {
        scaled[i * size + k] /= root;
      }
    }
    return scaled;
  }

  private double[] multiply(boolean transposeA, double[] a, double[] b) {
    double[] c = new double[size * size];
    cblas_dgemm(
        CblasRowMajor,
        transposeA ? CblasTrans : CblasNoTrans,
        CblasNoTrans,
        size,
        size,
        size,
        1,
        a,
        size,
        b,
        size,
        0,
        c,
        size);
    return c;
  }

  private void symmetrize(double[] matrix) {
    for (int i = 0; i < size; i++) {
      for (int j = 0; j < i; j++) {
        double mean = 0.5 * (matrix[i * size + j] + matrix[j * size + i]);
        matrix[i * size + j] = mean;
        matrix[j * size + i] = mean;
      }
    }
  }

  /** The change of the parameters at a ridge above 0, [size]. */
  double[] change(double ridge) {
    double[] component = new double[size];
    for (int k = 0; k < size; k++) {
      component[k] = pull[k] / (Math.max(stiffness[k], 0) + ridge);
    }
    return problem.withShift(Vectors.times(basis, component));
  }
}
