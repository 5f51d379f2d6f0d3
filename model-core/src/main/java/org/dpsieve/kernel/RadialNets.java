package org.dpsieve.kernel;

import java.util.IdentityHashMap;
import java.util.Map;
import org.dpsieve.model.Network;
import org.dpsieve.model.SeE2R;

/** The embedding nets of {@link SeE2R} with their tables. Immutable. */
final class RadialNets {
  /** The tables reach from the cutoff to atoms this near, Å; nearer ones ask the net itself. */
  private static final double NEAREST = 0.5;

  private final SeE2R descriptor;
  private final TabulatedNet[][] nets;

  /** What the slots give whatever r is, [centre type][neighbor type][width]. */
  private final double[][][] emptySlot;

  private final double[][][] maskedSlot;

  RadialNets(SeE2R descriptor, boolean tabulated) {
    this.descriptor = descriptor;
    int types = descriptor.sel().length;
    nets = new TabulatedNet[types][types];
    emptySlot = new double[types][types][];
    maskedSlot = new double[types][types][];
    Map<Network, TabulatedNet> tables = new IdentityHashMap<>();
    double low = 0;
    double high = 0;
    for (int c = 0; c < types; c++) {
      if (!Double.isNaN(normalised(c, 0))) { // a type that was not in the training data
        low = Math.min(low, normalised(c, 0));
        high = Math.max(high, normalised(c, 1 / NEAREST));
      }
    }
    double from = low;
    double to = tabulated ? high : low;
    for (int c = 0; c < types; c++) {
      for (int n = 0; n < types; n++) {
        Network net = descriptor.embedding()[c][n];
        if (net != null) {
          nets[c][n] = tables.computeIfAbsent(net, key -> new TabulatedNet(key, from, to));
          emptySlot[c][n] = net.apply(new double[] {normalised(c, 0)});
          maskedSlot[c][n] = net.apply(new double[] {0});
        }
      }
    }
  }

  SeE2R descriptor() {
    return descriptor;
  }

  double normalised(int centre, double s) {
    return (s - descriptor.davg()[centre]) / descriptor.dstd()[centre];
  }

  /** {@code null} where neighbors of the type have no part in it. */
  TabulatedNet net(int centre, int neighbor) {
    return nets[centre][neighbor];
  }

  /** Adds what slots give that see no distance: empty ones, and those of masked neighbors. */
  void addConstant(int centre, int neighbor, int filled, double[] d, int offset) {
    if (nets[centre][neighbor] != null) {
      add(descriptor.sel()[neighbor] - filled, emptySlot[centre][neighbor], d, offset);
      if (descriptor.isMasked(centre, neighbor)) {
        add(filled, maskedSlot[centre][neighbor], d, offset);
      }
    }
  }

  private static void add(int count, double[] one, double[] d, int offset) {
    for (int m = 0; count > 0 && m < one.length; m++) {
      d[offset + m] += count * one[m];
    }
  }

  /** One reader for each net, for one thread; {@code null} where neighbors do not matter. */
  TabulatedNet.Reader[][] readers() {
    TabulatedNet.Reader[][] readers = new TabulatedNet.Reader[nets.length][nets.length];
    Map<TabulatedNet, TabulatedNet.Reader> own = new IdentityHashMap<>();
    for (int c = 0; c < nets.length; c++) {
      for (int n = 0; n < nets.length; n++) {
        if (nets[c][n] != null && !descriptor.isMasked(c, n)) {
          readers[c][n] = own.computeIfAbsent(nets[c][n], key -> key.new Reader());
        }
      }
    }
    return readers;
  }

  static void scale(double[] d, int offset, int width, double factor) {
    for (int m = 0; m < width; m++) {
      d[offset + m] *= factor;
    }
  }
}
