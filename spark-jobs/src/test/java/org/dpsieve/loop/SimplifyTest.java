package org.dpsieve.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.dpsieve.error.InputException;
import org.dpsieve.io.OwnFiles;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SimplifyTest {
  @TempDir private Path folder;
  private final FakeStages stages = new FakeStages(50);
  private final List<String> notes = new ArrayList<>();
  private final List<Summary.Iteration> seen = new ArrayList<>();
  private Settings settings;

  @BeforeEach
  void tenPicksAnIteration() {
    settings = settings(OptionalInt.empty(), OptionalInt.empty());
  }

  private Settings settings(OptionalInt maxIter, OptionalInt budget) {
    return new Settings(
        new TreeMap<>(Map.of("seed", "1")),
        "f " + stages.lo + " " + stages.hi,
        false,
        8,
        10,
        OptionalInt.empty(),
        0,
        0.2,
        maxIter,
        budget,
        Optional.empty());
  }

  private Simplify simplify(Path root) {
    return new Simplify(
        new Workdir(root),
        settings,
        stages,
        new RunListener() {
          @Override
          public void started(int iteration, String stage) {}

          @Override
          public void finished(int iteration, String stage, double seconds) {}

          @Override
          public void iteration(Summary.Iteration iteration) {
            seen.add(iteration);
          }

          @Override
          public void note(String text) {
            notes.add(text);
          }
        });
  }

  @Test
  void repeatsUntilNothingIsLeftToPick() throws IOException {
    Simplify.Outcome outcome = simplify(folder).run();
    assertThat(outcome.verdict()).isEqualTo(Verdict.CONVERGED);
    assertThat(outcome.result().labelled()).isEqualTo(outcome.summary().labelled());
    assertThat(outcome.summary().labellingIterations()).isEqualTo(3);
    for (Summary.Iteration iteration : seen) {
      Facts.Picks picks = iteration.picks();
      assertThat(picks.accurate() + picks.candidate() + picks.failed()).isEqualTo(picks.frames());
    }
    assertThat(seen.get(1).picks().frames()).as("frames left").isEqualTo(50 - 8);
    assertThat(seen.get(2).picks().frames())
        .as("accurate and labelled frames have left the pool")
        .isEqualTo(42 - seen.get(1).picks().accurate() - 10);
    assertThat(Files.readAllLines(folder.resolve("record.dpgen")))
        .startsWith("0 0", "0 1")
        .contains("1 8", "2 8")
        .endsWith("3 2")
        .hasSize(9 * 3 + 3);
  }

  @Test
  void runAgainItIsDoneWithoutWork() {
    simplify(folder).run();
    stages.calls.clear();
    assertThat(simplify(folder).run().verdict()).isEqualTo(Verdict.CONVERGED);
    assertThat(stages.calls).isEmpty();
  }

  @Test
  void killedAtAnyMomentItEndsWithTheSameBytes() throws IOException {
    Path whole = folder.resolve("whole");
    Path killed = folder.resolve("killed");
    List<Path> snapshots = new ArrayList<>();
    // What is on the disk at a moment is what a kill at that moment leaves.
    stages.moment = () -> snapshots.add(copy(whole, killed.resolve("" + snapshots.size())));
    simplify(whole).run();
    stages.moment = () -> {};
    assertThat(snapshots).hasSizeGreaterThan(20);
    SortedMap<String, String> expected = content(whole);
    for (Path snapshot : snapshots) {
      simplify(snapshot).run();
      assertThat(content(snapshot)).as(snapshot.toString()).isEqualTo(expected);
    }
  }

  @Test
  void killedBeforeARenameOrBeforeTheRecordItEndsWithTheSameBytes() throws IOException {
    Path whole = folder.resolve("whole");
    simplify(whole).run();
    SortedMap<String, String> expected = content(whole);
    List<Path> targets;
    try (Stream<Path> walk = Files.walk(whole)) {
      targets = walk.filter(Commit::exists).map(whole::relativize).toList();
    }
    assertThat(targets).hasSizeGreaterThan(10);
    for (Path target : targets) {
      Path root = copy(whole, folder.resolve("before").resolve(target));
      Path staged = root.resolve(target + ".writing");
      Files.move(root.resolve(target), staged);
      Files.writeString(staged.resolve("torn"), "half of something else");
      Files.delete(root.resolve("record.dpgen"));
      simplify(root).run();
      assertThat(content(root)).as(target.toString()).isEqualTo(expected);
    }
  }

  @Test
  void oneIterationACallIsTheSameRun() throws IOException {
    simplify(folder.resolve("whole")).run();
    List<Verdict> verdicts = new ArrayList<>();
    do {
      stages.calls.clear();
      verdicts.add(simplify(folder.resolve("steps")).iterate().verdict());
      assertThat(stages.calls.stream().filter("label"::equals).count()).isLessThanOrEqualTo(1);
    } while (verdicts.get(verdicts.size() - 1) == Verdict.CONTINUE);
    assertThat(verdicts)
        .containsExactly(Verdict.CONTINUE, Verdict.CONTINUE, Verdict.CONTINUE, Verdict.CONVERGED);
    assertThat(content(folder.resolve("steps"))).isEqualTo(content(folder.resolve("whole")));
  }

  @Test
  void maxIterStopsAndALargerOneGoesOnAsIfItHadNot() throws IOException {
    simplify(folder.resolve("whole")).run();
    Path stopped = folder.resolve("stopped");
    settings = settings(OptionalInt.of(2), OptionalInt.empty());
    Simplify.Outcome outcome = simplify(stopped).run();
    assertThat(outcome.verdict()).isEqualTo(Verdict.MAX_ITER);
    assertThat(outcome.summary().labelled()).isEqualTo(18);
    assertThat(stages.calls).as("the result's models know all labels").contains("train 18");
    settings = settings(OptionalInt.empty(), OptionalInt.empty());
    assertThat(simplify(stopped).run().verdict()).isEqualTo(Verdict.CONVERGED);
    assertThat(content(stopped)).isEqualTo(content(folder.resolve("whole")));
  }

  @Test
  void theLabelBudgetIsNeverExceededAndALargerOneGoesOn() {
    settings = settings(OptionalInt.empty(), OptionalInt.of(13));
    Simplify.Outcome outcome = simplify(folder).run();
    assertThat(outcome.verdict()).isEqualTo(Verdict.LABEL_BUDGET);
    assertThat(outcome.summary().labelled()).isEqualTo(13);
    settings = settings(OptionalInt.empty(), OptionalInt.of(100));
    assertThat(simplify(folder).run().verdict()).isEqualTo(Verdict.CONVERGED);
  }

  @Test
  void onlyFailedFramesLeftStallsWithTheListAndHigherTrustLevelsGoOn() {
    stages.hopeless = Set.of(3, 7);
    assertThatThrownBy(() -> simplify(folder).run())
        .isInstanceOf(StalledException.class)
        .hasMessageContaining("only failed frames")
        .hasMessageContaining("7\t20.0")
        .hasMessageContaining("model_devi_f_trust_hi");
    assertThat(folder.resolve("result")).as("what there is so far").exists();
    stages.calls.clear();
    assertThatThrownBy(() -> simplify(folder).run()).isInstanceOf(StalledException.class);
    assertThat(stages.calls).isEmpty();
    stages.hi = 30;
    settings = settings(OptionalInt.empty(), OptionalInt.empty());
    assertThat(simplify(folder).run().verdict()).isEqualTo(Verdict.CONVERGED);
  }

  @Test
  void framesWhoseLabelFailedStayInThePool() {
    settings =
        new Settings(
            settings.identity(),
            settings.trust(),
            false,
            8,
            10,
            OptionalInt.empty(),
            0,
            1.0,
            OptionalInt.empty(),
            OptionalInt.empty(),
            Optional.empty());
    stages.unlabelled = Set.of(45, 46, 47, 48, 49);
    assertThatThrownBy(() -> simplify(folder).run())
        .isInstanceOf(StalledException.class)
        .hasMessageContaining("labels failed")
        .hasMessageContaining("no convergence");
    stages.unlabelled = Set.of();
    Simplify.Outcome outcome = simplify(folder).run();
    assertThat(outcome.verdict()).isEqualTo(Verdict.CONVERGED);
    long picked = seen.stream().mapToLong(i -> i.picks().picked()).sum();
    assertThat(outcome.summary().labelled()).isPositive().isLessThanOrEqualTo(picked);
  }

  @Test
  void tooManyFailedLabelsStallAndNothingOfThemIsKept() {
    stages.unlabelled =
        new java.util.HashSet<>(java.util.stream.IntStream.range(0, 25).boxed().toList());
    assertThatThrownBy(() -> simplify(folder).run())
        .isInstanceOf(StalledException.class)
        .hasMessageContaining("ratio_failed (0.2)")
        .hasMessageContaining("failed.tsv");
    assertThat(folder.resolve("iter.000000/02.fp/failed.tsv")).exists();
    assertThat(folder.resolve("iter.000000/02.fp/labels.parquet")).doesNotExist();
    stages.unlabelled = Set.of();
    assertThat(simplify(folder).run().verdict()).isEqualTo(Verdict.CONVERGED);
  }

  @Test
  void fewNewLabelsPutATrainingOffButTheLastOnesAreTrainedOn() {
    settings =
        new Settings(
            settings.identity(),
            settings.trust(),
            false,
            8,
            10,
            OptionalInt.empty(),
            15,
            0.2,
            OptionalInt.empty(),
            OptionalInt.empty(),
            Optional.empty());
    simplify(folder).run();
    assertThat(stages.calls.stream().filter(c -> c.startsWith("train") || c.equals("copy")))
        .startsWith("copy", "train 18");
  }

  @Test
  void anotherRunsFolderIsRefusedAndTheDifferenceNamed() {
    simplify(folder).run();
    settings =
        new Settings(
            new TreeMap<>(Map.of("seed", "2")),
            settings.trust(),
            false,
            8,
            10,
            OptionalInt.empty(),
            0,
            0.2,
            OptionalInt.empty(),
            OptionalInt.empty(),
            Optional.empty());
    assertThatThrownBy(() -> simplify(folder).run())
        .isInstanceOf(InputException.class)
        .hasMessageContaining("seed: here 1, now 2")
        .hasMessageContaining("--workdir");
  }

  @Test
  void aFolderOfDpgenIsRefused() throws IOException {
    Files.writeString(folder.resolve("record.dpgen"), "0 0\n");
    assertThatThrownBy(() -> simplify(folder).run())
        .isInstanceOf(InputException.class)
        .hasMessageContaining("probably of dpgen");
  }

  @Test
  void aStageThatThrowsLeavesNothingBehind() throws IOException {
    stages.moment =
        () -> {
          throw new UncheckedIOException(new IOException("No space left on device"));
        };
    assertThatThrownBy(() -> simplify(folder).run()).isInstanceOf(UncheckedIOException.class);
    assertThat(content(folder)).containsOnlyKeys("run.json");
  }

  @Test
  void aDamagedStageIsNamed() throws IOException {
    simplify(folder).run();
    Path file = folder.resolve("iter.000001/02.fp/labels.parquet/labels.txt");
    Files.writeString(file, "short");
    assertThatThrownBy(() -> simplify(folder).run())
        .isInstanceOf(InputException.class)
        .hasMessageContaining(file.toString())
        .hasMessageContaining("5 bytes, expected");
  }

  @Test
  void aRemovedStageIsMadeAgainAndWhatFollowsOnlyIfItCameOutDifferent() throws IOException {
    simplify(folder).run();
    SortedMap<String, String> expected = content(folder);
    OwnFiles.remove(folder.resolve("iter.000001/02.fp"));
    stages.calls.clear();
    simplify(folder).run();
    assertThat(stages.calls).containsExactly("label");
    assertThat(content(folder)).isEqualTo(expected);
    OwnFiles.remove(folder.resolve("iter.000001/02.fp"));
    stages.unlabelled = Set.of(Integer.valueOf(seenPick(folder, 1)));
    simplify(folder).run();
    assertThat(folder.resolve("iter.000002/00.train.bk000")).exists();
    assertThat(folder.resolve("iter.000002/00.train")).exists();
  }

  @Test
  void aShortenedRecordIsExplained() throws IOException {
    simplify(folder).run();
    Files.writeString(folder.resolve("record.dpgen"), "0 0\n0 1\n\n");
    simplify(folder).run();
    assertThat(notes).singleElement().asString().contains("record.dpgen ends before iteration 0");
  }

  @Test
  void theStatusSaysWhereARunStands() throws IOException {
    assertThatThrownBy(() -> new RunStatus(new Workdir(folder)).lines())
        .isInstanceOf(InputException.class)
        .hasMessageContaining("no run of dpsieve here");
    List<String> last = new ArrayList<>();
    Path whole = folder.resolve("whole");
    stages.moment =
        () -> {
          if (Files.exists(whole.resolve("run.json"))) {
            List<String> lines = new RunStatus(new Workdir(whole)).lines();
            last.add(lines.get(lines.size() - 1));
          }
        };
    simplify(whole).run();
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

  private static String seenPick(Path root, int iteration) throws IOException {
    return Files.readAllLines(new Workdir(root).picks(iteration).resolve("picks.txt")).stream()
        .filter(line -> line.endsWith(" true"))
        .findFirst()
        .orElseThrow()
        .split(" ")[0];
  }

  private static Path copy(Path from, Path to) {
    try (Stream<Path> walk = Files.walk(from)) {
      for (Path path : (Iterable<Path>) walk::iterator) {
        Path target = to.resolve(from.relativize(path).toString());
        Files.createDirectories(target.getParent());
        Files.copy(path, target);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return to;
  }

  private static SortedMap<String, String> content(Path root) throws IOException {
    SortedMap<String, String> content = new TreeMap<>();
    try (Stream<Path> walk = Files.walk(root)) {
      for (Path file : (Iterable<Path>) walk.filter(Files::isRegularFile)::iterator) {
        content.put(root.relativize(file).toString(), Files.readString(file));
      }
    }
    return content;
  }
}
