package org.dpsieve.kernel.reference;

import java.util.Arrays;
import java.util.List;

/**
 * A descriptor whose derivatives came along with its values.
 *
 * @param values D by the neighbors' differences, three each
 * @param directions {@link AtomDescriptor#directions}
 */
record DualDescriptor(List<Neighbor> neighbors, Dual[] values, double[] directions)
    implements AtomDescriptor {
  @Override
  public double[] descriptor() {
    return Arrays.stream(values).mapToDouble(Dual::value).toArray();
  }

  @Override
  public double[][] gradient(double[] byDescriptor) {
    double[][] result = new double[neighbors.size()][3];
    for (int m = 0; m < values.length; m++) {
      for (int n = 0; n < result.length; n++) {
        for (int a = 0; a < 3; a++) {
          result[n][a] += byDescriptor[m] * values[m].slope()[3 * n + a];
        }
      }
    }
    return result;
  }
}
