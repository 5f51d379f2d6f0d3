package org.dpsieve.outputlayer;

/**
 * The minima of loss + ridge · mean(ΔF²). ΔF is the difference from the starting model's forces,
 * averaged over the labelled frames' components and frames: a ridge is one more loss prefactor, for
 * the model's own forces as labels.
 *
 * <p>Why forces and not the weights themselves: the hidden layers' outputs are so alike that
 * weights can change by orders of magnitude without a trace on the training frames, and a ridge on
 * them is either too weak for the wild directions or too strong for the useful ones. Measured in
 * forces, the same pull leaves better forces on frames left out and models that disagree less.
 * Changes that move no force are held by a part in 1e9 of the same, so that what no label says
 * anything about, such as how to share an energy between two elements that always come in the same
 * ratio, changes least.
 */
final class Ridge {
  static final double FLOOR = 1e-9;

  private final LeastSquares problem;
  private final double[] forceForm;
  private final double[] towards;
  private final double floor;

  /**
   * @param forceForm mean(ΔF²) as a quadratic form, row-major [size, size], (eV/Å)²; a {@link
   *     Prior} may have another
   * @param towards the change that costs nothing, [size]: zeros for the starting model
   */
  Ridge(LeastSquares problem, double[] forceForm, double[] towards) {
    this.problem = problem;
    this.forceForm = forceForm;
    this.towards = towards;
    double trace = 0;
    for (int k = 0; k < problem.size(); k++) {
      trace += forceForm[k * problem.size() + k];
    }
    this.floor = trace > 0 ? FLOOR * trace / problem.size() : FLOOR;
  }

  /** The change of the parameters at a ridge above 0, [size]. */
  double[] change(double ridge) {
    int size = problem.size();
    double[] matrix = problem.matrix().clone();
    for (int k = 0; k < matrix.length; k++) {
      matrix[k] += ridge * forceForm[k];
    }
    for (int k = 0; k < size; k++) {
      matrix[k * size + k] += ridge * floor + problem.rounding();
    }
    double[] change = problem.right().clone();
    double[] pull = Vectors.times(forceForm, towards);
    for (int k = 0; k < size; k++) {
      change[k] += ridge * pull[k];
    }
    OpenBlas.solve(matrix, change);
    return problem.withShifts(change);
  }
}
