package org.dpsieve.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** On a clock that only the functions move: what else this machine does is nothing to it. */
class ProbeTest {
  private long now;
  private int calls;

  private LayerFunction taking(long nanoseconds) {
    return (layer, rows, x, y, slope) -> {
      calls++;
      now += nanoseconds;
    };
  }

  private boolean measure(LayerFunction vectors, LayerFunction loops) {
    return Probe.measure(vectors, loops, () -> now);
  }

  @Test
  void whatIsManyTimesSlowerIsNotTakenAndTriedForTwoSeconds() {
    assertThat(measure(taking(20_000_000), taking(200_000))).isFalse();
    assertThat(now).isBetween(2_000_000_000L, 2_030_000_000L);
  }

  @Test
  void whatIsAtLeastAboutAsFastIsTakenAtOnce() {
    assertThat(measure(taking(200_000), taking(200_000))).isTrue();
    assertThat(measure(taking(200_000), taking(20_000_000))).isTrue();
    assertThat(measure(taking(390_000), taking(200_000))).as("within noise").isTrue();
    assertThat(calls).isEqualTo(2 * 3);
  }

  @Test
  void whatIsTwiceAsSlowIsNot() {
    assertThat(measure(taking(410_000), taking(200_000))).isFalse();
  }

  /** As a compiler has it: slow until its code is there. */
  @Test
  void whatBecomesFastIsTaken() {
    LayerFunction slowAtFirst =
        (layer, rows, x, y, slope) -> now += now < 1_000_000_000 ? 20_000_000 : 300_000;
    assertThat(measure(slowAtFirst, taking(200_000))).isTrue();
    assertThat(now).isLessThan(2_000_000_000L);
  }
}
