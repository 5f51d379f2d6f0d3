package org.dpsieve.outputlayer;

import java.util.OptionalDouble;

/**
 * How errors fall with labels: the mean square is floor + slope / labels, as that of a linear model
 * with noise, fitted to errors on a part left out after training on fifths of the labels.
 *
 * @param energyFloor in any unit; only ratios have a meaning
 * @param energySlope in that unit times labels
 */
public record LearningCurve(
    double energyFloor, double energySlope, double forceFloor, double forceSlope) {
  /** Fewer labels than this are no curve. */
  private static final int LEAST = 20;

  /** Sums of squared errors by fifths trained on: [1 to 4 fifths]. */
  private record Squares(double[] energy, double[] force) {}

  /**
   * @param models each model's sums in {@link OutputLayerFit#FOLDS} parts
   * @param prefactors each model's
   * @param biases each model's
   * @param ridges each model's
   * @return {@code null} where labels are too few
   */
  public static LearningCurve of(
      NormalEquations[][] models, LossPrefactors[] prefactors, int[][] biases, double[] ridges) {
    int folds = OutputLayerFit.FOLDS;
    long frames = 0;
    for (NormalEquations fold : models[0]) {
      frames += fold.frames();
    }
    if (frames < LEAST) {
      return null;
    }
    Squares squares = new Squares(new double[folds - 1], new double[folds - 1]);
    for (int m = 0; m < models.length; m++) {
      for (int left = 0; left < folds; left++) {
        NormalEquations sum = new NormalEquations(models[m][0].size());
        for (int more = 1; more < folds; more++) {
          sum.add(models[m][(left + more) % folds]);
          double[] change =
              OutputLayerFit.of(
                      new NormalEquations[] {sum},
                      prefactors[m],
                      biases[m],
                      OptionalDouble.of(ridges[m]))
                  .change();
          squares.energy()[more - 1] += models[m][left].energy.square(change);
          squares.force()[more - 1] += models[m][left].force.square(change);
        }
      }
    }
    double[] energy = line(squares.energy(), frames / (double) folds);
    double[] force = line(squares.force(), frames / (double) folds);
    return new LearningCurve(energy[0], energy[1], force[0], force[1]);
  }

  /** Least squares of relative differences; neither number below 0. */
  private static double[] line(double[] squares, double fifth) {
    double one = 0;
    double x1 = 0;
    double x2 = 0;
    double y1 = 0;
    double xy = 0;
    for (int k = 0; k < squares.length; k++) {
      double x = 1 / ((k + 1) * fifth);
      double weight = 1 / (squares[k] * squares[k]);
      one += weight;
      x1 += weight * x;
      x2 += weight * x * x;
      y1 += weight * squares[k];
      xy += weight * x * squares[k];
    }
    double slope = (one * xy - x1 * y1) / (one * x2 - x1 * x1);
    double floor = (y1 - slope * x1) / one;
    if (!(slope > 0)) {
      return new double[] {y1 / one, 0};
    }
    return floor < 0 ? new double[] {0, xy / x2} : new double[] {floor, slope};
  }

  /** What an energy's error is multiplied by when labels grow. */
  public double energyRatio(long from, long to) {
    return ratio(energyFloor, energySlope, from, to);
  }

  /** What a force's error is multiplied by. */
  public double forceRatio(long from, long to) {
    return ratio(forceFloor, forceSlope, from, to);
  }

  private static double ratio(double floor, double slope, long from, long to) {
    return Math.sqrt((floor + slope / to) / (floor + slope / from));
  }
}
