package org.dpsieve.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Set;
import java.util.SortedMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.dpsieve.config.TargetError;
import org.dpsieve.error.InputException;
import org.dpsieve.io.OwnFiles;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs that were stopped, killed or tampered with, and go on. */
class ResumedRunTest {
  @TempDir private Path folder;
  private final FakeRun run = new FakeRun();

  @Test
  void killedAtAnyMomentItEndsWithTheSameBytes() throws IOException {
    assertThat(requireTheSameBytesAfterAnyKill()).isGreaterThan(20);
  }

  @Test
  @Tag("slow")
  void killedWhileFramesComeBackItEndsWithTheSameBytes() throws IOException {
    run.stages.worsened = Set.of(1, 2, 3);
    run.stages.worsenedFrom = 18;
    requireTheSameBytesAfterAnyKill();
    assertThat(run.stages.calls).contains("deviate all");
  }

  @Test
  @Tag("slow")
  void killedBeforeTheLastTrainingItEndsWithTheSameBytes() throws IOException {
    run.trainMin = 100;
    run.stages.errorOfAFrame = 0.01;
    run.targetError = Optional.of(new TargetError(OptionalDouble.of(0.3), OptionalDouble.of(0.3)));
    requireTheSameBytesAfterAnyKill();
    assertThat(run.notes).anyMatch(note -> note.contains("before the run ends"));
  }

  /** What is on the disk at a moment is what a kill at that moment leaves. */
  private int requireTheSameBytesAfterAnyKill() throws IOException {
    Path whole = folder.resolve("whole");
    List<Path> snapshots = run.snapshots(whole, folder.resolve("killed"));
    SortedMap<String, String> expected = FakeRun.content(whole);
    for (Path snapshot : snapshots) {
      run.in(snapshot).run();
      assertThat(FakeRun.content(snapshot)).as(snapshot.toString()).isEqualTo(expected);
    }
    return snapshots.size();
  }

  @Test
  @Tag("slow")
  void killedBeforeARenameOrBeforeTheRecordItEndsWithTheSameBytes() throws IOException {
    Path whole = folder.resolve("whole");
    run.in(whole).run();
    SortedMap<String, String> expected = FakeRun.content(whole);
    List<Path> targets;
    try (Stream<Path> walk = Files.walk(whole)) {
      targets = walk.filter(Commit::exists).map(whole::relativize).toList();
    }
    assertThat(targets).hasSizeGreaterThan(10);
    for (Path target : targets) {
      Path root = FakeRun.copy(whole, folder.resolve("before").resolve(target));
      Path staged = root.resolve(target + ".writing");
      Files.move(root.resolve(target), staged);
      Files.writeString(staged.resolve("torn"), "half of something else");
      Files.delete(root.resolve("record.dpgen"));
      run.in(root).run();
      assertThat(FakeRun.content(root)).as(target.toString()).isEqualTo(expected);
    }
  }

  @Test
  void oneIterationACallIsTheSameRun() throws IOException {
    run.in(folder.resolve("whole")).run();
    List<Verdict> verdicts = new ArrayList<>();
    do {
      run.stages.calls.clear();
      verdicts.add(run.in(folder.resolve("steps")).iterate().verdict());
      assertThat(run.stages.calls.stream().filter("label"::equals).count()).isLessThanOrEqualTo(1);
    } while (verdicts.get(verdicts.size() - 1) == Verdict.CONTINUE);
    assertThat(verdicts)
        .containsExactly(Verdict.CONTINUE, Verdict.CONTINUE, Verdict.CONTINUE, Verdict.CONVERGED);
    assertThat(FakeRun.content(folder.resolve("steps")))
        .isEqualTo(FakeRun.content(folder.resolve("whole")));
  }

  /** {@code init_pick_number} 0: the models are asked from the start, as in DP-GEN. */
  @Test
  void withoutRandomPicksTheModelsAreAskedAtOnce() throws IOException {
    run.initData = true;
    run.initPickNumber = 0;
    Path whole = folder.resolve("whole");
    run.in(whole).run();
    assertThat(run.stages.calls)
        .startsWith("import", "train 0", "pick", "copy", "deviate", "pick", "label", "train 10");
    assertThat(run.seen.get(1).picks().frames()).isEqualTo(50);
    Path steps = folder.resolve("steps");
    assertThat(run.in(steps).iterate().verdict()).isEqualTo(Verdict.CONTINUE);
    assertThat(new RunStatus(new Workdir(steps)).lines())
        .last()
        .isEqualTo("next: train in iteration 1");
    while (run.in(steps).iterate().verdict() == Verdict.CONTINUE) {}
    assertThat(FakeRun.content(steps)).isEqualTo(FakeRun.content(whole));
    assertThat(new RunStatus(new Workdir(steps)).lines())
        .last()
        .asString()
        .startsWith("ended: converged");
  }

  @Test
  void maxIterStopsAndALargerOneGoesOnAsIfItHadNot() throws IOException {
    run.in(folder.resolve("whole")).run();
    Path stopped = folder.resolve("stopped");
    run.maxIter = OptionalInt.of(2);
    Simplify.Outcome outcome = run.in(stopped).run();
    assertThat(outcome.verdict()).isEqualTo(Verdict.MAX_ITER);
    assertThat(outcome.summary().labelled()).isEqualTo(18);
    assertThat(run.stages.calls).as("the result's models know all labels").contains("train 18");
    run.maxIter = OptionalInt.empty();
    assertThat(run.in(stopped).run().verdict()).isEqualTo(Verdict.CONVERGED);
    assertThat(FakeRun.content(stopped)).isEqualTo(FakeRun.content(folder.resolve("whole")));
  }

  @Test
  void runAgainItIsDoneWithoutWork() {
    run.in(folder).run();
    run.stages.calls.clear();
    assertThat(run.in(folder).run().verdict()).isEqualTo(Verdict.CONVERGED);
    assertThat(run.stages.calls).isEmpty();
  }

  /** Their tasks may be under way: more room, or an error that is met, does not unpick them. */
  @Test
  void whatIsPickedStaysPicked() throws IOException {
    run.in(folder).iterate();
    run.in(folder).iterate();
    run.stages.unlabelled = new HashSet<>(IntStream.range(0, 50).boxed().toList());
    assertThatThrownBy(() -> run.in(folder).iterate()).isInstanceOf(StalledException.class);
    byte[] picks =
        Files.readAllBytes(folder.resolve("iter.000002/01.model_devi/picks.parquet/picks.txt"));
    run.iterPickNumber = 100;
    run.stages.calls.clear();
    assertThatThrownBy(() -> run.in(folder).iterate()).isInstanceOf(StalledException.class);
    assertThat(run.stages.calls).containsExactly("label");
    assertThat(folder.resolve("iter.000002/01.model_devi/picks.parquet/picks.txt"))
        .hasBinaryContent(picks);
  }

  @Test
  void aStageThatThrowsLeavesNothingBehind() throws IOException {
    run.stages.moment =
        () -> {
          throw new UncheckedIOException(new IOException("No space left on device"));
        };
    assertThatThrownBy(() -> run.in(folder).run()).isInstanceOf(UncheckedIOException.class);
    assertThat(FakeRun.content(folder)).containsOnlyKeys("run.json");
  }

  @Test
  void aDamagedStageIsNamed() throws IOException {
    run.in(folder).run();
    Path file = folder.resolve("iter.000001/02.fp/labels.parquet/labels.txt");
    Files.writeString(file, "short");
    assertThatThrownBy(() -> run.in(folder).run())
        .isInstanceOf(InputException.class)
        .hasMessageContaining(file.toString())
        .hasMessageContaining("5 bytes, expected");
  }

  @Test
  void aRemovedStageIsMadeAgainAndWhatFollowsOnlyIfItCameOutDifferent() throws IOException {
    run.in(folder).run();
    SortedMap<String, String> expected = FakeRun.content(folder);
    OwnFiles.remove(folder.resolve("iter.000001/02.fp"));
    run.stages.calls.clear();
    run.in(folder).run();
    assertThat(run.stages.calls).containsExactly("label");
    assertThat(FakeRun.content(folder)).isEqualTo(expected);
    OwnFiles.remove(folder.resolve("iter.000001/02.fp"));
    run.stages.unlabelled = Set.of(Integer.valueOf(seenPick(folder, 1)));
    run.in(folder).run();
    assertThat(folder.resolve("iter.000002/00.train.bk000")).exists();
    assertThat(folder.resolve("iter.000002/00.train")).exists();
  }

  private static String seenPick(Path root, int iteration) throws IOException {
    return Files.readAllLines(new Workdir(root).picks(iteration).resolve("picks.txt")).stream()
        .filter(line -> line.endsWith(" true"))
        .findFirst()
        .orElseThrow()
        .split(" ")[0];
  }

  @Test
  void aRunThatGoesOnAfterItsEndHasNotEnded() throws IOException {
    run.maxIter = OptionalInt.of(1);
    run.in(folder).run();
    assertThat(new RunStatus(new Workdir(folder)).lines())
        .last()
        .asString()
        .startsWith("ended: max_iter");
    run.maxIter = OptionalInt.empty();
    run.stages.unlabelled = new HashSet<>(IntStream.range(0, 50).boxed().toList());
    assertThatThrownBy(() -> run.in(folder).run()).isInstanceOf(StalledException.class);
    assertThat(new RunStatus(new Workdir(folder)).lines())
        .last()
        .asString()
        .startsWith("next: label the picked frames of iteration 1")
        .contains("is of an earlier end of this run: max_iter, 8 frames labelled");
    run.stages.unlabelled = Set.of();
    run.in(folder).run();
    assertThat(new RunStatus(new Workdir(folder)).lines())
        .last()
        .asString()
        .startsWith("ended: converged");
  }

  @Test
  void theStatusSaysWhereARunStands() throws IOException {
    assertThatThrownBy(() -> new RunStatus(new Workdir(folder)).lines())
        .isInstanceOf(InputException.class)
        .hasMessageContaining("no run of dpsieve here");
    List<String> last = new ArrayList<>();
    Path whole = folder.resolve("whole");
    run.stages.moment =
        () -> {
          if (Files.exists(whole.resolve("run.json"))) {
            List<String> lines = new RunStatus(new Workdir(whole)).lines();
            last.add(lines.get(lines.size() - 1));
          }
        };
    run.in(whole).run();
    assertThat(last)
        .contains(
            "next: import the pool",
            "next: pick in iteration 0",
            "next: label the picked frames of iteration 0",
            "next: train in iteration 1",
            "next: evaluate what is left of the pool in iteration 1",
            "next: pick in iteration 1");
    List<String> lines = new RunStatus(new Workdir(whole)).lines();
    assertThat(lines.get(lines.size() - 1)).startsWith("ended: converged");
  }

  @Test
  void aShortenedRecordIsExplained() throws IOException {
    run.in(folder).run();
    Files.writeString(folder.resolve("record.dpgen"), "0 0\n0 1\n\n");
    run.in(folder).run();
    assertThat(run.notes).last().asString().contains("record.dpgen ends before iteration 0");
  }

  @Test
  void twoRunsCannotShareAFolder() throws Exception {
    Workdir workdir = new Workdir(folder);
    try (AutoCloseable lock = workdir.lock()) {
      assertThat(lock).isNotNull();
      assertThatThrownBy(workdir::lock)
          .isInstanceOf(InputException.class)
          .hasMessageContaining("another dpsieve works here")
          .hasMessageContaining("" + ProcessHandle.current().pid());
    }
    workdir.lock().close();
  }
}
