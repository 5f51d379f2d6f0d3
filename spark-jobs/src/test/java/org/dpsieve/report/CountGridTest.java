package org.dpsieve.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

class CountGridTest {
  @Test
  void theRangeDecidesHowLargeSquaresAreNotTheOrder() {
    double[] values = new Random(3).doubles(4000, -3.7, 41).toArray();
    CountGrid forth = new CountGrid();
    CountGrid back = new CountGrid();
    CountGrid[] parts = {new CountGrid(), new CountGrid(), new CountGrid()};
    for (int i = 0; i < 4000; i += 2) {
      forth.add(values[i], values[i + 1]);
      back.add(values[3998 - i], values[3999 - i]);
      parts[i % 3].add(values[i], values[i + 1]);
    }
    parts[0].merge(parts[2]);
    parts[1].merge(parts[0]);
    assertThat(back.counts()).isEqualTo(forth.counts());
    assertThat(parts[1].counts()).isEqualTo(forth.counts());
    assertThat(forth.size()).isEqualTo(0.5); // 44.7 in at most 96 squares
    assertThat(forth.points()).isEqualTo(2000);
  }

  @Test
  void whatHasNoPlaceIsLeftOut() {
    CountGrid grid = new CountGrid();
    grid.add(Double.NaN, 1);
    grid.add(1, Double.POSITIVE_INFINITY);
    grid.add(1e301, 1);
    assertThat(grid.isEmpty()).isTrue();
  }

  @Test
  void pointsAtOnePlaceAndAtZeroAndFarApart() {
    for (double[] xy : new double[][] {{0, 0}, {-5000, -5000}, {1e-300, 1e-300}, {-1e299, 1e299}}) {
      CountGrid grid = new CountGrid();
      for (int i = 0; i < 3; i++) {
        grid.add(xy[0], xy[1]);
      }
      assertThat(grid.points()).isEqualTo(3);
      assertThat(grid.counts()).hasSize(1);
      CountGrid.Cell cell = grid.counts().keySet().iterator().next();
      assertThat(xy[0]).isBetween(cell.x() * grid.size(), (cell.x() + 1) * grid.size());
      assertThat(xy[1]).isBetween(cell.y() * grid.size(), (cell.y() + 1) * grid.size());
    }
  }
}
