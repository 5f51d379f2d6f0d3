package org.dpsieve.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.dpsieve.spark.rescreen.Workload;
import org.junit.jupiter.api.Test;

/** What the live line says, and that a terminal of 80 columns shows what matters. */
class RescreenProgressTest {
  @Test
  void speedAndTimeLeftComeBeforeTheLinesEnd() {
    Workload huge = new Workload(1_000_000_000, 50_000_000_000L, 400_000, 1, 1000, 16_000);
    String line = RescreenProgress.text(huge, 410_000_000, 20_500_000_000L, 1300);
    assertThat(line.substring(0, 78))
        .contains("[====      ] 41 %", " frames/s, 15,769,231 atoms/s, 31 min 11 s left");
    assertThat(line).endsWith("410,000,000 of 1,000,000,000 frames");
  }

  @Test
  void beforeTheFirstFrameItIsTheEstimate() {
    assertThat(RescreenProgress.text(new Workload(100, 800, 4, 1, 2, 100), 0, 0, 0.5))
        .contains(" 0 %, 0 frames/s, 0 atoms/s, 4 s left; 0 of 100 frames");
  }
}
