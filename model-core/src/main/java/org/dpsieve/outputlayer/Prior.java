package org.dpsieve.outputlayer;

/** What a ridge pulls output layers towards, and how it measures the distance. */
public enum Prior {
  /** The starting model's forces, see {@link Ridge}: what the loop trains with. */
  START_FORCES,
  /** The starting weights. */
  START_WEIGHTS,
  /** Weights of zero. */
  ZERO_WEIGHTS;

  /**
   * @param start the starting parameters, [size]
   */
  Ridge ridge(LeastSquares problem, NormalEquations equations, double[] start) {
    if (this == START_FORCES) {
      return new Ridge(problem, equations.forceForm(), new double[start.length]);
    }
    int size = problem.size();
    double trace = 0;
    for (int k = 0; k < size; k++) {
      trace += problem.matrix()[k * size + k];
    }
    double[] form = new double[size * size];
    double[] towards = new double[size];
    for (int k = 0; k < size; k++) {
      form[k * size + k] = trace / size;
      towards[k] = this == ZERO_WEIGHTS ? -start[k] : 0;
    }
    return new Ridge(problem, form, towards);
  }

  /**
   * Ridges to choose from, ascending. Of forces 1e-3 to 30, four a decade: where cross-validation
   * asks for more, a fold has left out all frames of their kind, and what it says of them means
   * nothing: with 15 labels of many compositions, 30 was better than 1,000 by a factor of 5 in the
   * loss of other frames. Of weights 1e-14 to 1e-2, two a decade.
   */
  double[] grid() {
    boolean forces = this == START_FORCES;
    double[] ridges = new double[forces ? 19 : 25];
    for (int k = 0; k < ridges.length; k++) {
      ridges[k] = forces ? Math.pow(10, -3 + k / 4.0) : Math.pow(10, -14 + k / 2.0);
    }
    return ridges;
  }
}
