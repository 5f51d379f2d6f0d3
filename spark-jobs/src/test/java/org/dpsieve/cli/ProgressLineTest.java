package org.dpsieve.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.dpsieve.loop.Timings;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the live line says of a stage, and that it fits. */
class ProgressLineTest {
  @Test
  void theBarIsOfTheStageAndNeverGoesBackOrIsFullBeforeItsEnd() {
    assertThat(ProgressLine.step("iteration 2: train", 12, Double.NaN))
        .isEqualTo("iteration 2: train 12 s");
    assertThat(ProgressLine.step("iteration 2: train", 15, 30))
        .isEqualTo("iteration 2: train [==========          ] 15 s, last time 30 s");
    assertThat(ProgressLine.step("iteration 2: train", 300, 30))
        .isEqualTo("iteration 2: train [=================== ] 300 s, last time 30 s");
  }

  @Test
  void theLastTimeIsThatOfTheSameStage(@TempDir Path folder) {
    Timings timings = new Timings(folder.resolve("timings.jsonl"));
    timings.add(0, "label", 7);
    timings.add(1, "train", 20);
    timings.add(2, "train", 30);
    timings.add(2, "label", 9);
    for (Timings known : new Timings[] {timings, new Timings(folder.resolve("timings.jsonl"))}) {
      assertThat(known.last("train", 3)).isEqualTo(30);
      assertThat(known.last("train", 2)).isEqualTo(20);
      assertThat(known.last("train", 1)).isNaN();
      assertThat(known.last("label", 2)).isEqualTo(7);
      assertThat(known.last("result", 3)).isNaN();
    }
  }

  @Test
  void aLineIsNoLongerThanTheTerminal() {
    assertThat(ProgressLine.fitted("iteration 2: train 12 s", 30)).hasSize(23);
    assertThat(ProgressLine.fitted("iteration 2: train 12 s", 10)).isEqualTo("iteration…");
    assertThat(TerminalWidth.parsed("24 132\n")).isEqualTo(132);
    assertThat(TerminalWidth.parsed("0 0\n")).isEqualTo(80);
    assertThat(TerminalWidth.parsed("5 7")).isEqualTo(20);
    assertThat(TerminalWidth.parsed("stty: no")).isEqualTo(80);
    assertThat(TerminalWidth.parsed(null)).isEqualTo(80);
  }
}
