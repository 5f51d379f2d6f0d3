package org.dpsieve.d3;

/**
 * How much an atom resembles each reference system of its element: normalised Gaussians of the
 * difference in coordination number; doi:10.1063/1.3382344, equation 16. Where the exponentials
 * vanish, follows dftd3 1.7.0 (model.f90: weight_references): all weight to the reference of
 * highest coordination, and no derivative once 1/norm² overflows.
 */
final class ReferenceWeights {
  private static final double STEEPNESS = 4;

  /** [references] */
  final double[] weight;

  /** Derivative with respect to the coordination number, [references]. */
  final double[] derivative;

  /**
   * @param references coordination numbers of the reference systems
   * @param coordination of the atom
   */
  ReferenceWeights(double[] references, double coordination) {
    int count = references.length;
    weight = new double[count];
    derivative = new double[count];
    double norm = 0;
    double normDerivative = 0;
    double highest = 0;
    for (int i = 0; i < count; i++) {
      double difference = references[i] - coordination;
      weight[i] = Math.exp(-STEEPNESS * difference * difference);
      derivative[i] = 2 * STEEPNESS * difference * weight[i];
      norm += weight[i];
      normDerivative += derivative[i];
      highest = Math.max(highest, references[i]);
    }
    double inverse = 1 / norm;
    for (int i = 0; i < count; i++) {
      // in dftd3's order: it decides what overflows
      double change = derivative[i] * inverse - weight[i] * normDerivative * (inverse * inverse);
      double share = weight[i] * inverse;
      if (!Double.isFinite(share)) {
        share = references[i] == highest ? 1 : 0;
      }
      weight[i] = share;
      derivative[i] = Double.isFinite(change) ? change : 0;
    }
  }
}
