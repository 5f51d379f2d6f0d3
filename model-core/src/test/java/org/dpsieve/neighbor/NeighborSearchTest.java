package org.dpsieve.neighbor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NeighborSearchTest {
  private static final double CUTOFF = 6;

  private static double[] points(Random random, int atoms, double spread) {
    return random.doubles(3L * atoms, -spread, spread).toArray();
  }

  private static int[] types(Random random, int atoms) {
    return random.ints(atoms, 0, 3).toArray();
  }

  private static void assertTwinsAgree(double[] coord, double[] cell, int[] type, int[] sel) {
    Neighbors expected = new AllPairs().find(coord, cell, type, CUTOFF, sel);
    Neighbors actual = new CellList().find(coord, cell, type, CUTOFF, sel);
    int pairs = expected.pairCount();
    assertThat(actual.start()).isEqualTo(expected.start());
    assertThat(Arrays.copyOf(actual.atom(), pairs))
        .isEqualTo(Arrays.copyOf(expected.atom(), pairs));
    assertThat(Arrays.copyOf(actual.displacement(), 3 * pairs))
        .isEqualTo(Arrays.copyOf(expected.displacement(), 3 * pairs));
    assertThat(Arrays.copyOf(actual.distance(), pairs))
        .isEqualTo(Arrays.copyOf(expected.distance(), pairs));
  }

  @ParameterizedTest
  @CsvSource({
    "1, 1, 2.5",
    "2, 8, 4",
    "3, 16, 7",
    "4, 32, 13",
    "5, 60, 19",
    "6, 3, 40",
    "7, 100, 31"
  })
  void agreeInTriclinicCellsOfEitherHandAndAnySize(int seed, int atoms, double edge) {
    Random random = new Random(seed);
    double[] cell = new double[9];
    for (int i = 0; i < 9; i++) {
      cell[i] = edge * ((i % 4 == 0 ? 1 : 0) + random.nextDouble(-0.35, 0.35));
    }
    double[] coord = points(random, atoms, 2 * edge); // also outside the cell
    int[] type = types(random, atoms);
    int[] sel = {500, 500, 500};
    assertTwinsAgree(coord, cell, type, sel);
    double[] mirrored = cell.clone();
    for (int i = 6; i < 9; i++) {
      mirrored[i] = -cell[i];
    }
    assertTwinsAgree(coord, mirrored, type, sel);
    assertTwinsAgree(coord, cell, type, new int[] {3, 0, 7});
  }

  @Test
  void agreeInNeedlesAndPlates() {
    Random random = new Random(11);
    double[] coord = points(random, 24, 20);
    int[] type = types(random, 24);
    int[] sel = {900, 900, 900};
    assertTwinsAgree(coord, new double[] {90, 0, 0, 0, 2, 0, 0, 0, 3}, type, sel);
    assertTwinsAgree(coord, new double[] {30, 1, 0, 2, 28, 0, 5, 4, 1.5}, type, sel);
  }

  @ParameterizedTest
  @ValueSource(doubles = {1, 7, 30, 1e6})
  void agreeWithoutACell(double spread) {
    Random random = new Random(12);
    assertTwinsAgree(points(random, 80, spread), null, types(random, 80), new int[] {90, 90, 90});
  }

  @Test
  void agreeWhereAllDistancesComeInShells() {
    double[] coord = new double[3 * 27];
    for (int i = 0; i < 27; i++) {
      coord[3 * i] = i % 3 * 2;
      coord[3 * i + 1] = i / 3 % 3 * 2;
      coord[3 * i + 2] = i / 9 * 2;
    }
    double[] cell = {6, 0, 0, 0, 6, 0, 0, 0, 6};
    assertTwinsAgree(coord, cell, new int[27], new int[] {15});
  }

  @Test
  void everyNeighborIsNearAndTheNearestAreKept() {
    double[] cell = {4, 0, 0, 0, 4, 0, 0, 0, 4};
    Neighbors all = new CellList().find(new double[3], cell, new int[1], 4.5, new int[] {100});
    assertThat(all.pairCount()).isEqualTo(6);
    Neighbors further = new CellList().find(new double[3], cell, new int[1], 5.7, new int[] {100});
    assertThat(further.pairCount()).isEqualTo(18);
    Neighbors some = new CellList().find(new double[3], cell, new int[1], 5.7, new int[] {6});
    assertThat(Arrays.copyOf(some.distance(), 6)).containsOnly(4);
  }

  @Test
  void pairsLookedAtGrowAsAtomsDo() {
    double small = lookedAtPerAtom(8); // 512 atoms, 4 A apart
    assertThat(lookedAtPerAtom(16)).isBetween(0.7 * small, 1.4 * small);
    assertThat(lookedAtPerAtom(32)).isBetween(0.7 * small, 1.4 * small);
    assertThat(small).isLessThan(200); // of 14 neighbors; the bins hold some more
  }

  private static double lookedAtPerAtom(int side) {
    int atoms = side * side * side;
    double[] coord = new double[3 * atoms];
    for (int i = 0; i < atoms; i++) {
      coord[3 * i] = 4 * (i % side);
      coord[3 * i + 1] = 4 * (i / side % side);
      coord[3 * i + 2] = 4 * (i / side / side);
    }
    double[] cell = {4.0 * side, 0, 0, 0, 4.0 * side, 0, 0, 0, 4.0 * side};
    Candidates candidates = new Candidates(new int[atoms], CUTOFF, new int[] {50});
    CellList.collect(coord, cell, CUTOFF, candidates);
    return (double) candidates.offered() / atoms;
  }

  @Test
  void noAtomsHaveNoNeighbors() {
    Neighbors none = new CellList().find(new double[0], null, new int[0], CUTOFF, new int[] {5});
    assertThat(none.pairCount()).isZero();
  }

  @Test
  void nonsenseIsRefusedWithItsReason() {
    int[] type = {0, 0};
    int[] sel = {10};
    CellList search = new CellList();
    double[] flat = {5, 0, 0, 0, 5, 0, 5, 5, 0};
    assertThatThrownBy(() -> search.find(new double[6], flat, type, CUTOFF, sel))
        .isInstanceOf(GeometryException.class)
        .hasMessageContaining("volume is 0.00 A^3 for 2 atoms");
    double[] broken = {0, 0, 0, 1, Double.NaN, 0};
    assertThatThrownBy(() -> search.find(broken, null, type, CUTOFF, sel))
        .hasMessageContaining("coord number 4 is NaN");
    double[] endless = {5, 0, 0, 0, Double.POSITIVE_INFINITY, 0, 0, 0, 5};
    assertThatThrownBy(() -> search.find(new double[6], endless, type, CUTOFF, sel))
        .hasMessageContaining("cell number 4 is Infinity");
  }
}
