package org.dpsieve.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

class ProbeTest {
  private static final LayerFunction LOOPS = new LoopLayerFunction();

  /** What vectors are without a compiler that knows them. */
  private static final LayerFunction SLOW =
      (layer, rows, x, y, slope) -> LockSupport.parkNanos(20_000_000);

  @Test
  void whatIsManyTimesSlowerIsNotTaken() {
    assertThat(Probe.measure(SLOW, LOOPS, 200_000_000)).isFalse();
  }

  @Test
  void whatIsAtLeastAboutAsFastIsTaken() {
    assertThat(Probe.measure(LOOPS, SLOW, 200_000_000)).isTrue();
  }
}
