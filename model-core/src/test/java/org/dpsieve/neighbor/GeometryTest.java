package org.dpsieve.neighbor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Frames that nobody can calculate, and some that look so. Nothing takes long. */
@Timeout(value = 20, unit = TimeUnit.SECONDS)
class GeometryTest {
  private static final double[] CUBE = {8, 0, 0, 0, 8, 0, 0, 0, 8};

  private static double[] box(double a, double b, double c) {
    return new double[] {a, 0, 0, 0, b, 0, 0, 0, c};
  }

  private static double[] points(int atoms, double spread) {
    return new Random(5).doubles(3L * atoms, 0, spread).toArray();
  }

  private static Neighbors find(double[] coord, double[] cell, double cutoff) {
    return new CellList().find(coord, cell, new int[coord.length / 3], cutoff, new int[] {100_000});
  }

  @Test
  void ordinaryAndOddFramesAreFine() {
    assertThat(Geometry.problem(points(20, 8), CUBE)).isEmpty();
    assertThat(Geometry.problem(points(20, 900), CUBE)).isEmpty(); // far outside the cell
    assertThat(Geometry.problem(points(20, 3), null)).isEmpty();
    assertThat(Geometry.problem(new double[3], box(1.2, 1.2, 1.2))).isEmpty();
    assertThat(Geometry.problem(points(3, 2), box(2, 90, 4000))).isEmpty();
    double[] skewed = {10, 0, 0, 1e4, 10, 0, 1e4, 1e4, 10};
    assertThat(Geometry.problem(points(8, 8), skewed)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "0, 5, 5, no volume",
    "1e-8, 8, 8, more than 50,000 neighbors",
    "1e100, 1e100, 1e100, cell number 0 is 1.0E100",
    "8, NaN, 8, cell number 4 is NaN",
    "5e-4, 100, 100, A apart",
    "1e-300, 1e-300, 1e-300, no volume",
    "1e-3, 1e-3, 1e6, apart|no volume"
  })
  void cellsThatMeanNothingAreNamed(double a, double b, double c, String reason) {
    String problem = Geometry.problem(points(2, 1e-3), box(a, b, c)).orElseThrow();
    assertThat(reason.split("\\|")).anySatisfy(part -> assertThat(problem).contains(part));
  }

  @Test
  void atomsAtOnePlaceAreNamedAlsoAcrossAFace() {
    double[] coord = points(30, 8);
    System.arraycopy(coord, 12, coord, 60, 3);
    assertThat(Geometry.problem(coord, CUBE)).hasValue("atoms 4 and 20 are at one place");
    assertThatThrownBy(() -> find(coord, CUBE, 6))
        .isInstanceOf(GeometryException.class)
        .hasMessage("atoms 4 and 20 are at one place");
    coord[60] += 8; // an image
    assertThat(Geometry.problem(coord, CUBE).orElseThrow()).startsWith("atoms 4 and 20 are ");
    coord[61] += 1e-7;
    assertThat(Geometry.problem(coord, CUBE).orElseThrow())
        .contains("atoms 4 and 20 are 1.0e-07 A");
    assertThat(find(coord, CUBE, 6).pairCount()).isPositive(); // a model may be asked
    coord[61] += 0.01;
    assertThat(Geometry.problem(coord, CUBE)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(doubles = {1e7, 1e100, -1e300})
  void lengthsBeyondAnyFrameAreNamed(double length) {
    double[] coord = points(3, 8);
    coord[4] = length;
    assertThat(Geometry.problem(coord, CUBE).orElseThrow())
        .isEqualTo(
            "coord number 4 is %s, expected a finite number between -1e6 and 1e6 A"
                .formatted(length));
    assertThatThrownBy(() -> find(coord, CUBE, 6)).isInstanceOf(GeometryException.class);
    assertThatThrownBy(() -> find(coord, null, 6)).isInstanceOf(GeometryException.class);
    double[] cell = CUBE.clone();
    cell[5] = length;
    assertThatThrownBy(() -> find(points(3, 8), cell, 6)).isInstanceOf(GeometryException.class);
  }

  @Test
  void aCellOfAnySkewHasTheSameNeighbors() {
    double[] coord = points(8, 10);
    double[] cell = {10, 0.1, 0, 0, 10, 0.2, 0.3, 0, 10};
    Neighbors expected = find(coord, cell, 6);
    for (double times : new double[] {7, 1000, 30_000}) {
      double[] skewed = cell.clone();
      for (int k = 0; k < 3; k++) {
        skewed[3 + k] += times * cell[k];
        skewed[6 + k] += times * cell[k] + times * cell[3 + k];
      }
      Neighbors found = find(coord, skewed, 6);
      assertThat(found.start()).isEqualTo(expected.start());
      double[] distances = Arrays.copyOf(found.distance(), found.pairCount());
      assertThat(distances)
          .containsExactly(
              Arrays.copyOf(expected.distance(), expected.pairCount()), within(1e-9 * times));
      Neighbors twin = new AllPairs().find(coord, skewed, new int[8], 6, new int[] {100_000});
      assertThat(Arrays.copyOf(twin.distance(), twin.pairCount())).isEqualTo(distances);
    }
  }

  @Test
  void reductionKeepsVolumeAndHand() {
    Random random = new Random(8);
    for (int trial = 0; trial < 200; trial++) {
      double[] cell = random.doubles(9, -20, 20).toArray();
      double[] reduced = CellReduction.of(cell);
      assertThat(volume(reduced)).isCloseTo(volume(cell), within(1e-9 * 8000));
      for (int i = 0; i < 3; i++) {
        for (int j = 0; j < 3; j++) {
          double share = dot(reduced, i, j) / dot(reduced, j, j);
          assertThat(i == j ? 0 : Math.abs(share)).isLessThanOrEqualTo(0.5 + 1e-6);
        }
      }
    }
  }

  private static double volume(double[] m) {
    return m[0] * (m[4] * m[8] - m[5] * m[7])
        - m[1] * (m[3] * m[8] - m[5] * m[6])
        + m[2] * (m[3] * m[7] - m[4] * m[6]);
  }

  private static double dot(double[] m, int i, int j) {
    return m[3 * i] * m[3 * j] + m[3 * i + 1] * m[3 * j + 1] + m[3 * i + 2] * m[3 * j + 2];
  }

  @Test
  void crowdsAreRefusedBeforeTimeOrMemoryEnd() {
    assertThatThrownBy(() -> find(points(60_000, 2), null, 6))
        .hasMessageContaining("more than 50,000 neighbors");
    assertThatThrownBy(() -> find(points(2, 1), box(1e-4, 1e3, 1e3), 6))
        .isInstanceOf(GeometryException.class)
        .hasMessageContaining("more than 50,000 neighbors");
    assertThatThrownBy(() -> find(points(2, 1), box(1e-6, 1e6, 1e6), 6))
        .isInstanceOf(GeometryException.class);
  }
}
