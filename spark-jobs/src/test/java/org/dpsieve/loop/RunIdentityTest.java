package org.dpsieve.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.dpsieve.error.InputException;
import org.dpsieve.io.OwnFiles;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which run a folder is of, and what of it may be changed. */
class RunIdentityTest {
  @TempDir private Path folder;
  private final FakeRun run = new FakeRun();

  @Test
  void anotherRunsFolderIsRefusedAndTheDifferenceNamed() {
    run.in(folder).run();
    run.keys = new RunKeys(new TreeMap<>(Map.of("seed", "2")), new TreeMap<>());
    assertThatThrownBy(() -> run.in(folder).run())
        .isInstanceOf(InputException.class)
        .hasMessageContaining("seed: here 1, now 2")
        .hasMessageContaining("--workdir");
  }

  private static RunKeys knownBy(String seed, String cutoff, String steps) {
    return new RunKeys(
        new TreeMap<>(Map.of("seed", seed, "fp_incar", "{\"ENCUT\":\"%s\"}".formatted(cutoff))),
        new TreeMap<>(
            Map.of("default_training_param", "{\"training.numb_steps\":\"%s\"}".formatted(steps))));
  }

  /** How long is trained may change; what labels depend on where the user answers for it. */
  @Test
  void whatMayChangeIsRecordedAndWhatMayNotNeedsAWord() throws IOException {
    run.keys = knownBy("1", "400", "1000");
    run.in(folder).iterate();
    run.keys = knownBy("1", "400", "2000");
    run.in(folder).iterate();
    assertThat(run.notes)
        .containsExactly(
            "changed since the last call, from iteration 1 on: default_training_param, training.numb_steps: 1000 -> 2000");
    run.keys = knownBy("2", "500", "2000");
    assertThatThrownBy(() -> run.in(folder).run())
        .isInstanceOf(InputException.class)
        .hasMessageContaining("fp_incar, ENCUT: here 400, now 500")
        .hasMessageContaining("seed: here 1, now 2")
        .hasMessageContaining("--accept-change fp_incar --accept-change seed");
    run.accepted = Set.of("fp_incar");
    assertThatThrownBy(() -> run.in(folder).run())
        .isInstanceOf(InputException.class)
        .hasMessageContaining("seed: here 1, now 2")
        .hasMessageNotContaining("ENCUT");
    assertThatThrownBy(
            () -> {
              run.accepted = Set.of("fp_inca");
              run.in(folder).run();
            })
        .isInstanceOf(InputException.class)
        .hasMessageContaining("--accept-change fp_inca: no key of this run")
        .hasMessageContaining("fp_incar");
    run.accepted = Set.of("fp_incar", "seed");
    Simplify.Outcome outcome = run.in(folder).run();
    List<Change> expected =
        List.of(
            new Change(1, "default_training_param, training.numb_steps", "1000", "2000", false),
            new Change(2, "fp_incar, ENCUT", "400", "500", true),
            new Change(2, "seed", "1", "2", true));
    assertThat(outcome.summary().changes()).isEqualTo(expected);
    assertThat(
            SummaryJson.of(outcome.summary(), new TreeMap<>(), new TreeMap<>(), outcome.result())
                .text())
        .contains("\"before\" : \"400\"", "\"accepted\" : true");
    run.accepted = Set.of(); // accepted once, it is what the run is known by
    assertThat(run.in(folder).run().summary().changes()).isEqualTo(expected);
  }

  /** Killed between the two files, nothing is recorded twice. */
  @Test
  void aChangeIsRecordedOnce() throws IOException {
    run.keys = knownBy("1", "400", "1000");
    run.in(folder).iterate();
    byte[] before = Files.readAllBytes(folder.resolve("run.json"));
    run.keys = knownBy("1", "400", "2000");
    run.in(folder).iterate();
    Files.write(folder.resolve("run.json"), before);
    OwnFiles.remove(folder.resolve("iter.000001/02.fp")); // still iteration 1
    assertThat(run.in(folder).iterate().summary().changes()).hasSize(1);
  }

  /** Runs that an earlier version began go on. */
  @Test
  void checksumsOfAnEarlierVersionAreLeftAlone() throws IOException {
    run.keys = knownBy("1", "400", "1000");
    run.in(folder).iterate();
    Files.writeString(
        folder.resolve("run.json"),
        "{\"seed\": \"1\", \"fp_incar (sha256)\": \"0123456789abcdef\", \"default_training_param (sha256)\": \"01\"}");
    assertThat(run.in(folder).run().summary().changes()).isEmpty();
    assertThat(folder.resolve("run.json")).content().contains("ENCUT").doesNotContain("0123456789");
  }

  @Test
  void aFolderOfDpgenIsRefused() throws IOException {
    Files.writeString(folder.resolve("record.dpgen"), "0 0\n");
    assertThatThrownBy(() -> run.in(folder).run())
        .isInstanceOf(InputException.class)
        .hasMessageContaining("probably of dpgen");
  }
}
