package org.dpsieve.outputlayer;

import java.io.Serializable;
import java.util.Arrays;
import java.util.Random;

/**
 * What a model's labels leave open of its output layer: a Gaussian with the covariance C = R Rᵀ.
 * The variance of anything linear in the parameters, with the row x, is xᵀ C x = |x R|² (last-layer
 * prediction rigidity: Bigi, Chong, Ceriotti, Grasselli 2024, doi:10.1088/2632-2153/ad805f, eq. 11;
 * Chong et al. 2023, doi:10.1021/acs.jctc.3c00704), up to one factor that calibration finds.
 *
 * @param root R, row-major, upper triangle, [size, size]
 * @param size number of parameters
 */
public record OutputPosterior(double[] root, int size) implements Serializable {
  /** Part of the trace that every direction is held by: where sums are rounded. */
  private static final double FLOOR = 1e-15;

  /**
   * C⁻¹ is the quadratic form that training makes smallest: the loss of all labelled frames with
   * the ridge.
   *
   * @param ridge what {@link OutputLayerFit} was found with
   */
  public static OutputPosterior of(
      NormalEquations equations, LossPrefactors prefactors, double ridge) {
    return of(equations, prefactors, Restraint.ofLabelled(new int[0]), ridge);
  }

  /**
   * The same with another way to measure the change that the ridge holds back.
   *
   * @param ridge what {@link OutputLayerFit} was found with
   */
  public static OutputPosterior of(
      NormalEquations equations, LossPrefactors prefactors, Restraint restraint, double ridge) {
    int size = equations.size();
    double[] precision = new double[size * size];
    equations.energy.addMatrix(prefactors.energy(), precision);
    equations.force.addMatrix(prefactors.force(), precision);
    equations.virial.addMatrix(prefactors.virial(), precision);
    new Hold(equations, prefactors).add(ridge > 0, new int[0], 1, precision, new double[size]);
    double[] form = restraint.formOf(equations);
    for (int k = 0; k < precision.length; k++) {
      precision[k] += ridge * equations.frames() * form[k];
    }
    double trace = 0;
    double formTrace = 0;
    for (int k = 0; k < size; k++) {
      trace += precision[k * size + k];
      formTrace += form[k * size + k];
    }
    double floor = FLOOR * trace + ridge * equations.frames() * Ridge.FLOOR * formTrace / size;
    double[] root = new double[size * size];
    for (int k = 0; k < size; k++) {
      precision[k * size + k] += floor;
      root[k * size + k] = 1;
    }
    OpenBlas.factor(precision, size);
    OpenBlas.whiten(precision, size, root, size);
    return new OutputPosterior(root, size);
  }

  /**
   * As it would be with more labels of the same kind: all variances fall with their number. The
   * errors that features cannot help do not, so whoever compares variances with errors has to do it
   * for one number of labels.
   *
   * @param labels how many there are
   * @param then how many there would be
   */
  public OutputPosterior withLabels(long labels, long then) {
    double factor = Math.sqrt(labels / (double) then);
    return new OutputPosterior(Arrays.stream(root).map(r -> factor * r).toArray(), size);
  }

  /**
   * The variance of x · parameters.
   *
   * @param x [size]
   */
  public double variance(double[] x) {
    double[] y = new double[size];
    for (int i = 0; i < size; i++) {
      double value = x[i];
      int row = i * size;
      for (int j = i; j < size; j++) {
        y[j] += value * root[row + j];
      }
    }
    return Vectors.dot(y, y);
  }

  /**
   * Parameters drawn from the Gaussian around zero: the squares of what they predict are on average
   * the variances.
   */
  public double[] draw(long seed) {
    Random random = new Random(seed);
    double[] z = new double[size];
    for (int k = 0; k < size; k++) {
      z[k] = random.nextGaussian();
    }
    return Vectors.times(root, z);
  }
}
