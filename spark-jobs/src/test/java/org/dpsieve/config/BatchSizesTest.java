package org.dpsieve.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** As {@code dpgen/generator/run.py: detect_batch_size} and who calls it. */
class BatchSizesTest {
  @TempDir Path folder;
  private Fixture run;

  @BeforeEach
  void aRunThatTrainsByDp() throws IOException {
    run = Fixture.in(folder);
    run.setMachine("train", "{\"engine\": \"dp\", \"backend\": \"local\"}");
  }

  private BatchSizes read() {
    return run.read().simplify().train().dp().orElseThrow().batchSizes();
  }

  @Test
  void automaticIsThirtyTwoAtomsAtLeastAndNoMoreFramesThanThereAre() {
    BatchSizes sizes = read();
    assertThat(sizes.initial(0).of(4, 30)).isEqualTo(8);
    assertThat(sizes.labelled(3).of(5, 30)).isEqualTo(7);
    assertThat(sizes.labelled(3).of(48, 5)).isEqualTo(1);
    assertThat(sizes.labelled(3).of(4, 3)).isEqualTo(3);
    assertThat(sizes.tellsEntriesApart()).isFalse();
  }

  @Test
  void numbersAreTakenAsTheyAreAndShortListsEndInAuto() throws IOException {
    run.set("init_batch_size", "[7, \"auto\", \"auto:64\"]").set("sys_batch_size", "[3]");
    BatchSizes sizes = read();
    assertThat(sizes.initial(0).of(8, 2)).isEqualTo(7);
    assertThat(sizes.initial(1).of(8, 20)).isEqualTo(4);
    assertThat(sizes.initial(2).of(8, 20)).isEqualTo(8);
    assertThat(sizes.initial(9).of(8, 20)).isEqualTo(4);
    assertThat(sizes.labelled(0).of(8, 20)).isEqualTo(3);
    assertThat(sizes.labelled(1).of(8, 20)).isEqualTo(4);
    assertThat(sizes.tellsEntriesApart()).isTrue();
  }

  @Test
  void otherSizesAreAChangeOfTheSameRun() throws IOException {
    String automatic = run.open().toString();
    String fixed = run.identity().toString();
    run.set("init_batch_size", "\"auto\"").set("sys_batch_size", "[\"auto\"]");
    assertThat(run.open()).hasToString(automatic);
    run.set("sys_batch_size", "[2]");
    assertThat(run.open().toString()).isNotEqualTo(automatic).contains("sys [2]");
    assertThat(run.identity()).hasToString(fixed);
  }
}
