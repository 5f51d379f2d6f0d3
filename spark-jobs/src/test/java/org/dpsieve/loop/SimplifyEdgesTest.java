package org.dpsieve.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.dpsieve.io.OwnFiles;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where the loop decides: one more or one less, the first and the last time. */
class SimplifyEdgesTest {
  @TempDir private Path folder;
  private final FakeRun run = new FakeRun();

  private static Set<Integer> all() {
    return IntStream.range(0, 50).boxed().collect(Collectors.toSet());
  }

  private List<String> callsOf(Runnable work) {
    run.stages.calls.clear();
    work.run();
    return List.copyOf(run.stages.calls);
  }

  @Test
  void oneCallIsOneIteration() {
    assertThat(callsOf(() -> run.in(folder).iterate())).containsExactly("import", "pick", "label");
    assertThat(callsOf(() -> run.in(folder).iterate()))
        .containsExactly("train 8", "deviate", "pick", "label");
    assertThat(run.seconds).hasSize(7).allMatch(seconds -> seconds >= 0 && seconds < 60);
  }

  /** Iteration 0 is complete then with its decisions alone. */
  @Test
  void oneCallIsOneIterationWherePicksBeginWithTheModels() {
    run.initPickNumber = 0;
    assertThat(callsOf(() -> run.in(folder).iterate())).containsExactly("import", "pick");
    assertThat(callsOf(() -> run.in(folder).iterate()))
        .containsExactly("copy", "deviate", "pick", "label");
  }

  @Test
  void asManyIterationsLabelAsMaxIterSays() {
    run.maxIter = OptionalInt.of(1);
    assertThat(run.in(folder).run().summary().labelled()).isEqualTo(8);
    run.maxIter = OptionalInt.of(2);
    assertThat(run.in(folder).run().summary().labelled()).isEqualTo(18);
  }

  /** After iteration 0, where no model was asked, no frame was accurate yet. */
  @Test
  void framesAreLookedAtAgainOnlyWhereSomeWereAccurate() {
    run.iterPickNumber = 40;
    run.in(folder).iterate();
    assertThat(callsOf(() -> run.in(folder).iterate()))
        .containsExactly("train 8", "deviate", "pick", "label");
  }

  @Test
  void thereIsRoomWithFewerCandidatesThanMayBeLabelledNotWithAsMany() {
    for (long candidates : new long[] {9, 10}) {
      Path root = folder.resolve("" + candidates);
      run.stages.candidates = candidates;
      run.in(root).iterate();
      run.in(root).iterate();
      List<String> calls = callsOf(() -> run.in(root).iterate());
      assertThat(calls.contains("deviate all")).as("" + candidates).isEqualTo(candidates == 9);
    }
  }

  /** fp_task_min labels are enough. */
  @Test
  void aTrainingIsPutOffWithFewerLabelsNotWithAsMany() {
    run.trainMin = 8;
    run.in(folder).iterate();
    assertThat(callsOf(() -> run.in(folder).iterate())).startsWith("train 8");
    run.trainMin = 9;
    Path other = folder.resolve("other");
    run.in(other).iterate();
    assertThat(callsOf(() -> run.in(other).iterate())).startsWith("copy");
  }

  @Test
  void aPoolOfWhichNothingCanBeLabelledIsSaid() {
    run.stages.unfit = all();
    assertThatThrownBy(() -> run.in(folder).run())
        .isInstanceOf(StalledException.class)
        .hasMessageContaining("none of the 50 frames of the pool can be labelled")
        .hasMessageContaining("bad box");
  }

  /** What is unfit by keys that are others now: the frames that were accurate have a say. */
  @Test
  void whereNoCandidateCanBeLabelledAccurateFramesAreLookedAtAgain() {
    run.iterPickNumber = 3;
    run.in(folder).iterate();
    run.in(folder).iterate();
    run.stages.unfit = all();
    List<String> calls = callsOf(() -> run.in(folder).run());
    assertThat(calls)
        .containsSubsequence("train 11", "deviate", "pick", "deviate all", "pick", "result");
    assertThat(run.notes).anyMatch(note -> note.contains("accurate once are looked at again"));
  }

  /** Else frames that such an iteration has just evaluated would be evaluated once more. */
  @Test
  void whatWasLookedAtAgainDoesNotCountAsAccurateBefore() {
    run.stages.worsened = Set.of(1, 2, 3);
    run.stages.worsenedFrom = 18;
    List<String> calls = callsOf(() -> run.in(folder).run());
    for (int k = 1; k < calls.size(); k++) {
      if (calls.get(k).equals("deviate all")) {
        assertThat(calls.get(k - 1)).isNotEqualTo("deviate all");
      }
    }
    assertThat(calls).endsWith("deviate all", "pick", "result");
  }

  @Test
  void anotherWayToWriteThePoolMakesTheResultAnew() {
    run.in(folder).run();
    assertThat(callsOf(() -> run.in(folder).run())).isEmpty();
    run.stages.resultPool = "labels and predictions";
    assertThat(callsOf(() -> run.in(folder).run())).containsExactly("result");
  }

  @Test
  void dataThatChangeAfterTheirImportAreSaidToHaveSo() throws IOException {
    Path data = Files.createDirectories(folder.resolve("data"));
    Files.writeString(data.resolve("energy.raw"), "1\n");
    run.stages.sources = List.of(data.toString());
    Path root = folder.resolve("run");
    run.in(root).iterate();
    run.in(root).iterate();
    assertThat(run.notes).isEmpty();
    Files.writeString(data.resolve("energy.raw"), "1\n2\n3\n");
    assertThat(callsOf(() -> run.in(root).iterate())).doesNotContain("import");
    assertThat(run.notes)
        .anyMatch(note -> note.contains("This run goes on with the frames as they were"));
    for (int i = 0; i < 3; i++) {
      OwnFiles.remove(new Workdir(root).iteration(i));
    }
    run.notes.clear();
    assertThat(callsOf(() -> run.in(root).iterate())).startsWith("import", "pick");
    assertThat(run.notes).anyMatch(note -> note.contains("They are imported again"));
  }

  /** DP-GEN's users go back so; up to and with a training is not before its iteration. */
  @Test
  void aRecordThatWasCutIsSaidToDoNothing() throws IOException {
    run.in(folder).run();
    Path record = new Workdir(folder).record();
    List<String> lines = Files.readAllLines(record);
    run.in(folder).run();
    assertThat(run.notes).noneMatch(note -> note.contains("record.dpgen"));
    Files.write(record, lines.subList(0, 9 + 3)); // "1 2"
    run.in(folder).run();
    assertThat(run.notes)
        .filteredOn(note -> note.contains("record.dpgen"))
        .singleElement()
        .asString()
        .contains("before iteration 2,", "remove iter.000002");
  }
}
