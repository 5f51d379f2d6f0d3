package org.dpsieve.figure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ScaleTest {
  @ParameterizedTest
  @CsvSource({
    "2.49, 22.2, '5 10 20'",
    "0.0141, 0.794, '0.02 0.05 0.1 0.2 0.5'",
    "0.06, 0.12, '0.06 0.07 0.08 0.09 0.1 0.11 0.12'", // a small part of a decade
    "40, 46, '40 42 44 46 48'",
    "1e-8, 1e6, '1e-6 0.001 1 1000 1e6'",
    "3, 3, '2.9 2.95 3 3.05 3.1 3.15'"
  })
  void ticksOfALogAxisAreRoundNumbers(double low, double high, String ticks) {
    Scale scale = Scale.log(low, high);
    String found = String.join(" ", scale.ticks().stream().map(Scale::text).toList());
    assertThat(found).isEqualTo(ticks);
    assertThat(scale.ticks()).hasSizeBetween(3, 9).allMatch(scale::has);
    assertThat(scale.part(low)).isBetween(0.0, 1.0);
    assertThat(scale.part(high)).isBetween(0.0, 1.0);
  }

  @ParameterizedTest
  @CsvSource({
    "-0.7, 0.4, '-0.5 0'",
    "0, 50, '0 10 20 30 40 50'",
    "-3e-5, 2e-5, '-3e-5 -2e-5 -1e-5 0 1e-5 2e-5'",
    "1e7, 3e7, '1e7 1.5e7 2e7 2.5e7 3e7'",
    "5, 5, '4.996 4.998 5 5.002 5.004'",
    "0, 0, '-0.001 -0.0005 0 0.0005 0.001'"
  })
  void ticksOfALinearAxisAreRoundNumbers(double low, double high, String ticks) {
    Scale scale = Scale.linear(low, high, 5);
    assertThat(scale.ticks()).hasSizeBetween(2, 7).allMatch(tick -> scale.part(tick) > -1e-6);
    String found = String.join(" ", scale.ticks().stream().map(Scale::text).toList());
    assertThat(found).isEqualTo(ticks);
  }

  @Test
  void countsBeginAtZeroAndEndAtAWholeTick() {
    assertThat(Scale.counts(249, 5).ticks()).containsExactly(0.0, 50.0, 100.0, 150.0, 200.0, 250.0);
    assertThat(Scale.counts(1, 5).ticks()).containsExactly(0.0, 1.0);
    assertThat(Scale.counts(0, 5).ticks()).containsExactly(0.0, 1.0);
    assertThat(Scale.whole(1, 4, 8).ticks()).containsExactly(1.0, 2.0, 3.0, 4.0);
    assertThat(Scale.whole(3, 3, 8).ticks()).containsExactly(3.0);
    assertThat(Scale.whole(0, 100, 8).ticks()).containsExactly(0.0, 20.0, 40.0, 60.0, 80.0, 100.0);
  }

  @Test
  void numbersAreWrittenAsWhatTheyAre() {
    assertThat(Scale.text(0.30000000000000004)).isEqualTo("0.3");
    assertThat(Scale.text(80_000)).isEqualTo("80,000");
    assertThat(Scale.text(-1200)).isEqualTo("-1200");
    assertThat(Scale.text(2e-5)).isEqualTo("2e-5");
    assertThat(Scale.text(1.5e7)).isEqualTo("1.5e7");
    assertThat(Scale.text(1e10)).isEqualTo("1e10");
  }

  @Test
  void partsAreWhereLogarithmsAre() {
    Scale scale = new Scale(0.01, 100, true, java.util.List.of());
    assertThat(scale.part(1)).isCloseTo(0.5, within(1e-12));
    assertThat(scale.part(0.1)).isCloseTo(0.25, within(1e-12));
  }
}
