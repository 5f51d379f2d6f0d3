package org.dpsieve.kernel;

import java.util.Arrays;
import org.dpsieve.model.SeE2R;

/** {@link DescriptorKernel} of se_e2_r: D = scale sum of G(s). */
final class RadialDescriptor implements DescriptorKernel {
  private final RadialNets nets;
  private final TabulatedNet.Reader[][] readers;
  private final RowForces forces = new RowForces();
  private final int width;
  private final double scale;

  RadialDescriptor(RadialNets nets) {
    this.nets = nets;
    readers = nets.readers();
    width = nets.descriptor().size();
    scale = SeE2R.RESCALE / nets.descriptor().normalization();
  }

  @Override
  public int sumsSize() {
    return 0;
  }

  @Override
  public int descriptorSize() {
    return width;
  }

  @Override
  public void forward(
      Environment environment, int centre, double[] sums, int sumsOffset, double[] d, int offset) {
    int type = environment.type(centre);
    Arrays.fill(d, offset, offset + width, 0);
    for (int n = 0; n < environment.typeCount(); n++) {
      int first = environment.firstPair(centre, n);
      int end = environment.firstPair(centre, n + 1);
      for (int p = first; readers[type][n] != null && p < end; p++) {
        double[] g = readers[type][n].at(nets.normalised(type, environment.s()[p]));
        for (int m = 0; m < width; m++) {
          d[offset + m] += g[m];
        }
      }
      nets.addConstant(type, n, end - first, d, offset);
    }
    RadialNets.scale(d, offset, width, scale);
  }

  @Override
  public void backward(
      Environment environment,
      int centre,
      double[] sums,
      int sumsOffset,
      double[] gradient,
      int offset,
      double[] force,
      double[] virial,
      int virialOffset) {
    int type = environment.type(centre);
    double factor = scale / nets.descriptor().dstd()[type];
    for (int n = 0; n < environment.typeCount(); n++) {
      if (readers[type][n] != null) {
        int first = environment.firstPair(centre, n);
        int count = environment.firstPair(centre, n + 1) - first;
        forces.clear(count);
        for (int i = 0; i < count; i++) {
          double[] g = readers[type][n].at(nets.normalised(type, environment.s()[first + i]));
          double sum = 0;
          for (int m = 0; m < width; m++) {
            sum += gradient[offset + m] * g[width + m];
          }
          forces.byRow[0][i] = factor * sum;
        }
        forces.add(environment, centre, first, count, force, virial, virialOffset);
      }
    }
  }
}
