package org.dpsieve.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Locale;
import org.junit.jupiter.api.Test;

class CountedTest {
  @Test
  void oneThingHasNoS() {
    assertThat(Counted.of(1, "labelled frame")).isEqualTo("1 labelled frame");
    assertThat(Counted.of(0, "frame")).isEqualTo("0 frames");
    assertThat(Counted.of(2, "frame")).isEqualTo("2 frames");
  }

  @Test
  void nounsAndSentencesMayHaveAFormOfTheirOwn() {
    assertThat(Counted.of(1, "geometry", "geometries")).isEqualTo("1 geometry");
    assertThat(Counted.of(3, "frame is", "frames are")).isEqualTo("3 frames are");
  }

  @Test
  void thousandsAreSeparatedTheSameEverywhere() {
    Locale before = Locale.getDefault();
    try {
      Locale.setDefault(Locale.GERMANY);
      assertThat(Counted.of(1_234_567, "atom")).isEqualTo("1,234,567 atoms");
    } finally {
      Locale.setDefault(before);
    }
  }
}
