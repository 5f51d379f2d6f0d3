package org.dpsieve.outputlayer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CanonicalSumTest {
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 7, 16, 77})
  void theSameBitsInAnyOrderAndAnyGrouping(int terms) {
    Random random = new Random(1);
    double[] values = random.doubles(terms, -1e6, 1e-6).toArray();
    List<Integer> order = new ArrayList<>();
    for (int k = 0; k < terms; k++) {
      order.add(k);
    }
    double expected = sum(values, order, 1);
    for (int trial = 0; trial < 50; trial++) {
      Collections.shuffle(order, random);
      assertThat(sum(values, order, 1 + trial % 5)).isEqualTo(expected);
    }
  }

  private static double sum(double[] values, List<Integer> order, int groups) {
    List<CanonicalSum<Double>> parts = new ArrayList<>();
    for (int g = 0; g < groups; g++) {
      parts.add(new CanonicalSum<>());
    }
    for (int k = 0; k < order.size(); k++) {
      parts.get(k % groups).add(order.get(k), values[order.get(k)], Double::sum);
    }
    CanonicalSum<Double> all = new CanonicalSum<>();
    parts.forEach(part -> all.add(part, Double::sum));
    return all.total(Double::sum);
  }

  @Test
  void aTermAddedTwiceIsRefused() {
    CanonicalSum<Double> sum = new CanonicalSum<>();
    sum.add(3, 1.0, Double::sum);
    assertThatThrownBy(() -> sum.add(3, 1.0, Double::sum))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("twice");
  }
}
