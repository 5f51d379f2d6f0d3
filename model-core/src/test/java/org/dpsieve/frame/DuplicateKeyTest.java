package org.dpsieve.frame;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DuplicateKeyTest {
  private static final double[] CUBE = {4, 0, 0, 0, 4, 0, 0, 0, 4};
  private static final double[] SKEWED = {4.1, 0.2, -0.3, 1.9, 7.7, 0.1, 11.3, -2.7, 9.9};
  private static final double[] LEFT_HANDED = {0, 4.1, 0, 4.3, 0, 0, 0, 0, 5.2};

  private static String key(Frame frame) {
    return Arrays.toString(DuplicateKey.of(frame));
  }

  private static Frame frame(int[] z, double[] coord, double[] cell) {
    return new Frame("s", 0, z, coord, cell, Labels.NONE);
  }

  private static Frame random(Random random, int atoms, double[] cell) {
    int[] z = random.ints(atoms, 46, 49).toArray();
    double[] aparam = random.ints(2L * atoms, 0, 3).asDoubleStream().toArray();
    double[] coord = random.doubles(3L * atoms, -3, 9).toArray();
    return new Frame("s", 0, z, coord, cell, Labels.NONE, new double[] {0.5}, aparam);
  }

  private static Frame shuffled(Frame frame, Random random) {
    List<Integer> order = new ArrayList<>();
    for (int i = 0; i < frame.atomCount(); i++) {
      order.add(i);
    }
    Collections.shuffle(order, random);
    int[] z = new int[order.size()];
    double[] coord = new double[3 * z.length];
    double[] aparam = new double[2 * z.length];
    for (int i = 0; i < z.length; i++) {
      z[i] = frame.z()[order.get(i)];
      System.arraycopy(frame.coord(), 3 * order.get(i), coord, 3 * i, 3);
      System.arraycopy(frame.aparam(), 2 * order.get(i), aparam, 2 * i, 2);
    }
    return new Frame("t", 7, z, coord, frame.cell(), Labels.NONE, frame.fparam(), aparam);
  }

  private static Frame moved(Frame frame, Random random, int far) {
    double[] coord = frame.coord().clone();
    for (int i = 0; i < coord.length; i += 3) {
      for (int k = 0; k < 3; k++) {
        int n = random.nextInt(2 * far + 1) - far;
        for (int c = 0; c < 3; c++) {
          coord[i + c] += n * frame.cell()[3 * k + c];
        }
      }
    }
    return new Frame(
        "t", 7, frame.z(), coord, frame.cell(), Labels.NONE, frame.fparam(), frame.aparam());
  }

  @Test
  void orderAndLatticeVectorsDoNotCount() {
    Random random = new Random(5);
    for (double[] cell : new double[][] {CUBE, SKEWED, LEFT_HANDED}) {
      for (int turn = 0; turn < 300; turn++) {
        Frame frame = random(random, 1 + random.nextInt(60), cell);
        assertThat(key(shuffled(frame, random))).isEqualTo(key(frame));
        assertThat(key(moved(frame, random, 1))).isEqualTo(key(frame));
        assertThat(key(moved(shuffled(frame, random), random, 5))).isEqualTo(key(frame));
        assertThat(FrameId.of(moved(frame, random, 5))).isNotEqualTo(FrameId.of(frame));
      }
    }
    Frame free = random(random, 20, null);
    assertThat(key(shuffled(free, random))).isEqualTo(key(free));
  }

  /** Crystals stand at fractions: all of them at the edge of a cell or of a naive grid. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 16, 25, 32, 48, 64, 100, 128, 1000, 1024})
  void symmetricPlacesAreSafe(int parts) {
    Random random = new Random(parts);
    for (double edge : new double[] {4, 4.05, 3.6, 10, 2.8665, 1e-3 * 4096, Math.PI}) {
      double[] cell = {0, edge / 2, edge / 2, edge / 2, 0, edge / 2, edge / 2, edge / 2, 0};
      double[] coord = new double[3 * 40];
      for (int i = 0; i < coord.length; i += 3) {
        for (int k = 0; k < 3; k++) {
          double fraction = random.nextInt(parts) / (double) parts;
          for (int c = 0; c < 3; c++) {
            coord[i + c] += fraction * cell[3 * k + c];
          }
        }
      }
      Frame frame = frame(random.ints(40, 1, 4).toArray(), coord, cell);
      for (int far : new int[] {1, 2, 100}) {
        assertThat(key(moved(frame, random, far))).as("%s %s", edge, far).isEqualTo(key(frame));
      }
    }
  }

  @Test
  void bothEndsOfTheCellAreOnePlace() {
    List<String> keys = new ArrayList<>();
    for (double x : new double[] {0, -0.0, -1e-17, 1e-17, 4, -4, 4 - 5e-16, 8 + 1e-15, -1e-300}) {
      keys.add(key(frame(new int[] {47, 47}, new double[] {1, 1, 1, 2, x, 3}, CUBE)));
    }
    assertThat(keys.stream().distinct()).hasSize(1);
  }

  @Test
  void whatTellsFramesApartCounts() {
    int[] z = {47, 79};
    double[] coord = {0, 0, 0, 2, 2, 2};
    double[] other = {4, 0, 0, 0, 4, 0, 0, 0, 4.000000001};
    List<Frame> frames =
        List.of(
            frame(z, coord, CUBE),
            frame(z, coord, null),
            frame(z, coord, other),
            frame(new int[] {79, 47}, coord, new double[] {4, 0, 0, 0, 4, 0, 0, 0, 5}),
            frame(new int[] {47, 47}, coord, CUBE),
            frame(new int[] {47, 79, 79}, new double[] {0, 0, 0, 2, 2, 2, 1, 1, 1}, CUBE),
            frame(z, new double[] {0, 0, 0, 2, 2, 2.00001}, CUBE),
            frame(z, new double[] {0, 0, 0, 2.000003, 2, 2}, CUBE),
            frame(z, new double[] {0, 0, 0, 6, 2, 2}, null),
            new Frame("s", 0, z, coord, CUBE, Labels.NONE, new double[] {1}, null),
            new Frame("s", 0, z, coord, CUBE, Labels.NONE, new double[] {2}, null),
            new Frame("s", 0, z, coord, CUBE, Labels.NONE, null, new double[] {1, 2}),
            new Frame("s", 0, z, coord, CUBE, Labels.NONE, null, new double[] {2, 1}),
            new Frame("s", 0, z, coord, CUBE, Labels.NONE, new double[] {1}, new double[] {1, 2}));
    assertThat(frames.stream().map(DuplicateKeyTest::key).distinct()).hasSameSizeAs(frames);
  }
}
