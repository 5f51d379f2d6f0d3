package org.dpsieve.spark.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ForetoldTest {
  private final double[] errors = IntStream.range(0, 100).mapToDouble(k -> k).toArray();

  @Test
  void theErrorsThemselvesFindAllOfTheWorst() {
    Foretold found = Foretold.of(errors, errors);
    assertThat(found.spearman()).isCloseTo(1, within(1e-12));
    assertThat(found.worst()).isEqualTo(1);
    assertThat(found.found()).hasSize(10).startsWith(0.5).endsWith(1.0);
  }

  @Test
  void theOppositeFindsNone() {
    double[] opposite = IntStream.range(0, 100).mapToDouble(k -> -k).toArray();
    Foretold found = Foretold.of(opposite, errors);
    assertThat(found.spearman()).isCloseTo(-1, within(1e-12));
    assertThat(found.worst()).isZero();
    assertThat(found.found()).containsOnly(0.0);
  }

  @Test
  void numbersThatAreNoneSayNothing() {
    assertThat(Foretold.of(new double[] {1, Double.NaN}, new double[] {1, 2}).found()).isEmpty();
    assertThat(Foretold.of(new double[1], new double[1]).found()).isEmpty();
  }
}
