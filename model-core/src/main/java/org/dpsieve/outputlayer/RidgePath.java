package org.dpsieve.outputlayer;

import static org.bytedeco.openblas.global.openblas.CblasNoTrans;
import static org.bytedeco.openblas.global.openblas.CblasRowMajor;
import static org.bytedeco.openblas.global.openblas.cblas_dgemm;

import java.util.Arrays;
import org.dpsieve.error.InputException;

/**
 * The minima of loss + ridge · scale · |change|², for every ridge: {@code change} is the difference
 * from the starting parameters, {@code scale} the mean diagonal of the loss's quadratic form over
 * the weights, so that a ridge is a pure number. One shift of all biases together, the same energy
 * for every atom, costs nothing: a new level of theory may put its zero where it likes. What no
 * label says anything about, such as how to share a shift between two elements that always come in
 * the same ratio, changes least.
 *
 * <p>With ridge 0, directions whose eigenvalue is no larger than rounding in the sums makes it stay
 * as they were: the change of smallest norm among the best.
 */
public final class RidgePath {
  /** Eigenvalues below this part of the trace are rounding. */
  private static final double ROUNDING = 4 * Math.ulp(1.0);

  private final NormalEquations equations;
  private final LossPrefactors prefactors;
  private final int size;
  private final double[] shift; // 1 at each bias that has an effect
  private final double[] coupling; // A shift / (shift A shift); 0 without such a bias
  private final double bestShift; // without any other change
  private final double scale;
  private final double cut;
  private final SymmetricEigen eigen;
  private final double[] projected; // right-hand side along the eigenvectors
  private final double[][] shares; // [kind][eigenvector]: how much of its eigenvalue a kind makes
  private final double[] shiftShare; // [kind]

  /**
   * @param biases places of the biases among the parameters
   */
  public RidgePath(NormalEquations equations, LossPrefactors prefactors, int[] biases) {
    this.equations = equations;
    this.prefactors = prefactors;
    this.size = equations.size();
    double[] matrix = new double[size * size];
    double[] right = new double[size];
    Moments[] kinds = kinds();
    double[] weights = weights();
    for (int kind = 0; kind < kinds.length; kind++) {
      kinds[kind].addMatrix(weights[kind], matrix);
      kinds[kind].addRight(weights[kind], right);
    }
    this.shift = new double[size];
    double trace = 0;
    for (int bias : biases) {
      shift[bias] = matrix[bias * size + bias] > 0 ? 1 : 0;
      trace -= matrix[bias * size + bias];
    }
    double all = 0;
    for (int k = 0; k < size; k++) {
      all += matrix[k * size + k];
    }
    this.scale = (trace + all) / (size - biases.length);
    if (!(scale > 0)) {
      throw new InputException(
          "no label says anything about the output layer: expected energies, forces or virials whose loss prefactor is above 0");
    }
    this.cut = ROUNDING * all / scale;
    this.coupling = times(matrix, shift);
    double stiffness = dot(shift, coupling);
    double pull = dot(shift, right);
    for (int k = 0; k < size && stiffness > 0; k++) {
      coupling[k] /= stiffness;
    }
    this.bestShift = stiffness > 0 ? pull / stiffness : 0;
    for (int i = 0; i < size; i++) {
      for (int j = 0; j < size; j++) {
        matrix[i * size + j] =
            (matrix[i * size + j] - stiffness * coupling[i] * coupling[j]) / scale;
      }
      right[i] = (right[i] - coupling[i] * pull) / scale;
    }
    this.eigen = SymmetricEigen.of(matrix, size);
    this.projected = eigen.project(right);
    this.shares = new double[kinds.length][];
    this.shiftShare = new double[kinds.length];
    for (int kind = 0; kind < kinds.length; kind++) {
      shares[kind] = shares(kinds[kind], weights[kind]);
      double[] of = new double[size * size];
      kinds[kind].addMatrix(weights[kind], of);
      shiftShare[kind] = stiffness > 0 ? dot(shift, times(of, shift)) / stiffness : 0;
    }
  }

  /** Energy, force, virial. */
  private Moments[] kinds() {
    return new Moments[] {equations.energy, equations.force, equations.virial};
  }

  private double[] weights() {
    double frames = equations.frames();
    return new double[] {
      prefactors.energy() / frames, prefactors.force() / frames, prefactors.virial() / frames
    };
  }

  /** Diagonal of Vᵀ K V, K a kind's part of the matrix that was decomposed. */
  private double[] shares(Moments kind, double weight) {
    double[] part = new double[size * size];
    kind.addMatrix(weight, part);
    double[] q = times(part, shift);
    double uu = dot(shift, q);
    for (int i = 0; i < size; i++) {
      for (int j = 0; j < size; j++) {
        part[i * size + j] =
            (part[i * size + j]
                    - q[i] * coupling[j]
                    - coupling[i] * q[j]
                    + uu * coupling[i] * coupling[j])
                / scale;
      }
    }
    double[] product = new double[size * size];
    double[] v = eigen.vectors();
    cblas_dgemm(
        CblasRowMajor,
        CblasNoTrans,
        CblasNoTrans,
        size,
        size,
        size,
        1,
        part,
        size,
        v,
        size,
        0,
        product,
        size);
    double[] result = new double[size];
    for (int i = 0; i < size; i++) {
      for (int k = 0; k < size; k++) {
        result[k] += v[i * size + k] * product[i * size + k];
      }
    }
    return result;
  }

  /** The change of the parameters at a ridge, [size]. */
  public double[] change(double ridge) {
    double[] component = new double[size];
    for (int k = 0; k < size; k++) {
      component[k] = projected[k] * inverse(k, ridge);
    }
    double[] change = eigen.combine(component);
    double common = bestShift - dot(coupling, change);
    for (int k = 0; k < size; k++) {
      change[k] += common * shift[k];
    }
    return change;
  }

  private double inverse(int k, double ridge) {
    double value = Math.max(eigen.values()[k], 0);
    return ridge == 0 && value <= cut ? 0 : 1 / (value + ridge);
  }

  /** How many of the data of a kind (0 energy, 1 force, 2 virial) the solution uses up. */
  private double degreesOfFreedom(int kind, double ridge) {
    double sum = shiftShare[kind];
    for (int k = 0; k < size; k++) {
      sum += shares[kind][k] * inverse(k, ridge);
    }
    return sum;
  }

  /**
   * Generalised cross-validation (Golub, Heath and Wahba, doi:10.1080/00401706.1979.10489815): an
   * estimate of the loss on frames left out. Each kind of label is corrected for its own share of
   * used-up data, because a hundred energies that decide half of the parameters predict much worse
   * than they fit, while thousands of force components hardly notice.
   */
  double crossValidation(double ridge) {
    double[] change = change(ridge);
    double sum = 0;
    Moments[] kinds = kinds();
    double[] weights = weights();
    for (int kind = 0; kind < kinds.length; kind++) {
      if (weights[kind] > 0 && kinds[kind].independent() > 0) {
        double used = degreesOfFreedom(kind, ridge) / kinds[kind].independent();
        double left = Math.max(1 - used, 1e-3);
        sum += weights[kind] * kinds[kind].square(change) / (left * left);
      }
    }
    return sum;
  }

  /** The ridge of smallest {@link #crossValidation}, from a fixed grid. */
  public double chosenRidge() {
    double[] ridges = grid();
    double[] estimates = Arrays.stream(ridges).map(this::crossValidation).toArray();
    int best = 0;
    for (int k = 1; k < ridges.length; k++) {
      if (estimates[k] <= estimates[best]) {
        best = k;
      }
    }
    return ridges[best];
  }

  /** 1e-15 to 100, four a decade. */
  static double[] grid() {
    double[] ridges = new double[69];
    for (int k = 0; k < ridges.length; k++) {
      ridges[k] = Math.pow(10, -15 + k / 4.0);
    }
    return ridges;
  }

  private double[] times(double[] matrix, double[] x) {
    double[] result = new double[size];
    for (int i = 0; i < size; i++) {
      for (int j = 0; j < size; j++) {
        result[i] += matrix[i * size + j] * x[j];
      }
    }
    return result;
  }

  private static double dot(double[] x, double[] y) {
    double sum = 0;
    for (int k = 0; k < x.length; k++) {
      sum += x[k] * y[k];
    }
    return sum;
  }
}
