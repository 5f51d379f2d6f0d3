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
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;
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
  private boolean accurateForGood;

  @BeforeEach
  void tenPicksAnIteration() {
    settings = settings(OptionalInt.empty(), OptionalInt.empty());
  }

  private Settings settings(OptionalInt maxIter, OptionalInt budget) {
    return new Settings(
        new RunKeys(new TreeMap<>(Map.of("seed", "1")), new TreeMap<>()),
        "f " + stages.lo + " " + stages.hi,
        false,
        8,
        10,
        OptionalInt.empty(),
        0,
        0.2,
        maxIter,
        budget,
        Optional.empty(),
        accurateForGood);
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
        .as("room for more labels: all that are not labelled are looked at again")
        .isEqualTo(42 - 10);
    assertThat(Files.readAllLines(folder.resolve("record.dpgen")))
        .startsWith("0 0", "0 1")
        .contains("1 8", "2 8")
        .endsWith("3 5")
        .hasSize(9 * 3 + 6);
  }

  @Test
  void accurateFramesLeaveThePoolAsLongAsThereAreEnoughCandidates() {
    settings =
        new Settings(
            settings.keys(),
            settings.trust(),
            false,
            8,
            3,
            OptionalInt.empty(),
            0,
            0.2,
            OptionalInt.empty(),
            OptionalInt.empty(),
            Optional.empty(),
            false);
    simplify(folder).run();
    assertThat(seen.get(1).picks().candidate()).isGreaterThan(6);
    assertThat(seen.get(2).picks().frames()).isEqualTo(42 - seen.get(1).picks().accurate() - 3);
  }

  @Test
  void beforeTheEndAllFramesThatCouldBePickedAreLookedAtAgain() {
    simplify(folder).run();
    assertThat(stages.calls)
        .as("where fewer are left than may be labelled, and where nothing is")
        .endsWith(
            "deviate", "deviate all", "pick", "label", "train 21", "deviate all", "pick", "result");
    assertThat(seen.get(3).picks().frames()).isEqualTo(50 - seen.get(3).labelledSoFar());
    assertThat(seen.get(3).picks().candidate()).isZero();
  }

  /** Accurate in iteration 1, with 8 labels; no longer with 18 and more. */
  @Test
  void framesThatAreNoLongerAccurateComeBackAndAreLabelled() throws IOException {
    stages.worsened = Set.of(1, 2, 3);
    stages.worsenedFrom = 18;
    Simplify.Outcome outcome = simplify(folder).run();
    assertThat(outcome.verdict()).isEqualTo(Verdict.CONVERGED);
    String labels = Files.readString(folder.resolve("result/labels.txt"));
    assertThat(labels.lines().map(line -> line.split(" ")[0])).contains("1", "2", "3");
    Summary.Iteration last = seen.get(seen.size() - 1);
    assertThat(last.picks().candidate()).isZero();
    assertThat(last.picks().frames()).isEqualTo(50 - last.labelledSoFar());
    for (Summary.Iteration iteration : seen) {
      Facts.Picks picks = iteration.picks();
      assertThat(picks.accurate() + picks.candidate() + picks.failed()).isEqualTo(picks.frames());
    }
    SortedMap<String, String> whole = content(folder);
    stages.calls.clear();
    simplify(folder).run();
    assertThat(stages.calls).isEmpty();
    assertThat(content(folder)).isEqualTo(whole);
  }

  @Test
  void killedWhileFramesComeBackItEndsWithTheSameBytes() throws IOException {
    stages.worsened = Set.of(1, 2, 3);
    stages.worsenedFrom = 18;
    Path whole = folder.resolve("whole");
    List<Path> snapshots = new ArrayList<>();
    stages.moment =
        () -> snapshots.add(copy(whole, folder.resolve("killed").resolve("" + snapshots.size())));
    simplify(whole).run();
    stages.moment = () -> {};
    SortedMap<String, String> expected = content(whole);
    for (Path snapshot : snapshots) {
      simplify(snapshot).run();
      assertThat(content(snapshot)).as(snapshot.toString()).isEqualTo(expected);
    }
  }

  @Test
  void asInDpgenTheyStayAwayWhereTheKeySaysSo() throws IOException {
    stages.worsened = Set.of(1, 2, 3);
    stages.worsenedFrom = 18;
    accurateForGood = true;
    settings = settings(OptionalInt.empty(), OptionalInt.empty());
    assertThat(simplify(folder).run().verdict()).isEqualTo(Verdict.CONVERGED);
    assertThat(stages.calls).doesNotContain("deviate all");
    long labelled = seen.get(seen.size() - 1).labelledSoFar();
    accurateForGood = false; // may be changed between two starts
    settings = settings(OptionalInt.empty(), OptionalInt.empty());
    Simplify.Outcome outcome = simplify(folder).run();
    assertThat(outcome.verdict()).isEqualTo(Verdict.CONVERGED);
    long more = outcome.summary().labelled();
    assertThat(more).isGreaterThan(labelled);
    assertThat(Files.readString(folder.resolve("result/labels.txt")).lines())
        .extracting(line -> line.split(" ")[0])
        .contains("1", "2", "3");
    accurateForGood = true;
    settings = settings(OptionalInt.empty(), OptionalInt.empty());
    assertThat(simplify(folder).run().summary().labelled()).isEqualTo(more);
  }

  /** Their tasks may be under way: more room, or an error that is met, does not unpick them. */
  @Test
  void whatIsPickedStaysPicked() throws IOException {
    simplify(folder).iterate();
    simplify(folder).iterate();
    stages.unlabelled = new HashSet<>(IntStream.range(0, 50).boxed().toList());
    assertThatThrownBy(() -> simplify(folder).iterate()).isInstanceOf(StalledException.class);
    byte[] picks =
        Files.readAllBytes(folder.resolve("iter.000002/01.model_devi/picks.parquet/picks.txt"));
    settings =
        new Settings(
            settings.keys(),
            settings.trust(),
            false,
            8,
            100,
            OptionalInt.empty(),
            0,
            0.2,
            OptionalInt.empty(),
            OptionalInt.empty(),
            Optional.empty(),
            false);
    stages.calls.clear();
    assertThatThrownBy(() -> simplify(folder).iterate()).isInstanceOf(StalledException.class);
    assertThat(stages.calls).containsExactly("label");
    assertThat(folder.resolve("iter.000002/01.model_devi/picks.parquet/picks.txt"))
        .hasBinaryContent(picks);
  }

  /** What is left turns out accurate: then, too, the others have a say before it ends. */
  @Test
  void whereTheRestIsAccurateFramesComeBackInTheSameIteration() {
    settings =
        new Settings(
            settings.keys(),
            settings.trust(),
            false,
            8,
            40,
            OptionalInt.of(12),
            0,
            0.2,
            OptionalInt.empty(),
            OptionalInt.empty(),
            Optional.empty(),
            false);
    stages.worsened = Set.of(1, 2);
    stages.worsenedFrom = 20;
    assertThat(simplify(folder).run().verdict()).isEqualTo(Verdict.CONVERGED);
    assertThat(stages.calls).containsSubsequence("deviate", "pick", "deviate all", "pick", "label");
    assertThat(notes)
        .anyMatch(note -> note.contains("that were accurate once are looked at again"));
  }

  /** {@code init_pick_number} 0: the models are asked from the start, as in DP-GEN. */
  @Test
  void withoutRandomPicksTheModelsAreAskedAtOnce() throws IOException {
    settings =
        new Settings(
            settings.keys(),
            settings.trust(),
            true,
            0,
            10,
            OptionalInt.empty(),
            0,
            0.2,
            OptionalInt.empty(),
            OptionalInt.empty(),
            Optional.empty(),
            false);
    Path whole = folder.resolve("whole");
    simplify(whole).run();
    assertThat(stages.calls)
        .startsWith("import", "train 0", "pick", "copy", "deviate", "pick", "label", "train 10");
    assertThat(seen.get(1).picks().frames()).isEqualTo(50);
    Path steps = folder.resolve("steps");
    assertThat(simplify(steps).iterate().verdict()).isEqualTo(Verdict.CONTINUE);
    assertThat(new RunStatus(new Workdir(steps)).lines())
        .last()
        .isEqualTo("next: train in iteration 1");
    while (simplify(steps).iterate().verdict() == Verdict.CONTINUE) {}
    assertThat(content(steps)).isEqualTo(content(whole));
    assertThat(new RunStatus(new Workdir(steps)).lines())
        .last()
        .asString()
        .startsWith("ended: converged");
  }

  /** Nothing is labelled at all where the models agree from the start. */
  @Test
  void aRunMayEndWithoutALabel() {
    stages.lo = 5;
    settings =
        new Settings(
            settings.keys(),
            "f 5 10",
            false,
            0,
            10,
            OptionalInt.empty(),
            0,
            0.2,
            OptionalInt.empty(),
            OptionalInt.empty(),
            Optional.empty(),
            false);
    Simplify.Outcome outcome = simplify(folder).run();
    assertThat(outcome.verdict()).isEqualTo(Verdict.CONVERGED);
    assertThat(outcome.summary().labelled()).isZero();
    assertThat(new RunStatus(new Workdir(folder)).lines())
        .last()
        .asString()
        .startsWith("ended: converged, 0 frames labelled");
  }

  @Test
  void aRunThatGoesOnAfterItsEndHasNotEnded() throws IOException {
    settings = settings(OptionalInt.of(1), OptionalInt.empty());
    simplify(folder).run();
    assertThat(new RunStatus(new Workdir(folder)).lines())
        .last()
        .asString()
        .startsWith("ended: max_iter");
    settings = settings(OptionalInt.empty(), OptionalInt.empty());
    stages.unlabelled = new HashSet<>(IntStream.range(0, 50).boxed().toList());
    assertThatThrownBy(() -> simplify(folder).run()).isInstanceOf(StalledException.class);
    assertThat(new RunStatus(new Workdir(folder)).lines())
        .last()
        .asString()
        .startsWith("next: label the picked frames of iteration 1")
        .contains("is of an earlier end of this run: max_iter, 8 frames labelled");
    stages.unlabelled = Set.of();
    simplify(folder).run();
    assertThat(new RunStatus(new Workdir(folder)).lines())
        .last()
        .asString()
        .startsWith("ended: converged");
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
            settings.keys(),
            settings.trust(),
            false,
            8,
            10,
            OptionalInt.empty(),
            0,
            1.0,
            OptionalInt.empty(),
            OptionalInt.empty(),
            Optional.empty(),
            false);
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
    stages.unlabelled = new HashSet<>(IntStream.range(0, 25).boxed().toList());
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
            settings.keys(),
            settings.trust(),
            false,
            8,
            10,
            OptionalInt.empty(),
            15,
            0.2,
            OptionalInt.empty(),
            OptionalInt.empty(),
            Optional.empty(),
            false);
    simplify(folder).run();
    assertThat(stages.calls.stream().filter(c -> c.startsWith("train") || c.equals("copy")))
        .startsWith("copy", "train 18");
  }

  @Test
  void anotherRunsFolderIsRefusedAndTheDifferenceNamed() {
    simplify(folder).run();
    settings =
        new Settings(
            new RunKeys(new TreeMap<>(Map.of("seed", "2")), new TreeMap<>()),
            settings.trust(),
            false,
            8,
            10,
            OptionalInt.empty(),
            0,
            0.2,
            OptionalInt.empty(),
            OptionalInt.empty(),
            Optional.empty(),
            false);
    assertThatThrownBy(() -> simplify(folder).run())
        .isInstanceOf(InputException.class)
        .hasMessageContaining("seed: here 1, now 2")
        .hasMessageContaining("--workdir");
  }

  private Settings knownBy(String seed, String cutoff, String steps) {
    return new Settings(
        new RunKeys(
            new TreeMap<>(Map.of("seed", seed, "fp_incar", "{\"ENCUT\":\"%s\"}".formatted(cutoff))),
            new TreeMap<>(
                Map.of(
                    "default_training_param",
                    "{\"training.numb_steps\":\"%s\"}".formatted(steps)))),
        settings.trust(),
        false,
        8,
        10,
        OptionalInt.empty(),
        0,
        0.2,
        OptionalInt.empty(),
        OptionalInt.empty(),
        Optional.empty(),
        false);
  }

  /** How long is trained may change; what labels depend on where the user answers for it. */
  @Test
  void whatMayChangeIsRecordedAndWhatMayNotNeedsAWord() throws IOException {
    settings = knownBy("1", "400", "1000");
    simplify(folder).iterate();
    settings = knownBy("1", "400", "2000");
    simplify(folder).iterate();
    assertThat(notes)
        .containsExactly(
            "changed since the last call, from iteration 1 on: default_training_param, training.numb_steps: 1000 -> 2000");
    settings = knownBy("2", "500", "2000");
    assertThatThrownBy(() -> simplify(folder).run())
        .isInstanceOf(InputException.class)
        .hasMessageContaining("fp_incar, ENCUT: here 400, now 500")
        .hasMessageContaining("seed: here 1, now 2")
        .hasMessageContaining("--accept-change fp_incar --accept-change seed");
    settings = settings.accepting(Set.of("fp_incar"));
    assertThatThrownBy(() -> simplify(folder).run())
        .isInstanceOf(InputException.class)
        .hasMessageContaining("seed: here 1, now 2")
        .hasMessageNotContaining("ENCUT");
    assertThatThrownBy(
            () -> {
              settings = settings.accepting(Set.of("fp_inca"));
              simplify(folder).run();
            })
        .isInstanceOf(InputException.class)
        .hasMessageContaining("--accept-change fp_inca: no key of this run")
        .hasMessageContaining("fp_incar");
    settings = settings.accepting(Set.of("fp_incar", "seed"));
    Simplify.Outcome outcome = simplify(folder).run();
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
    settings = settings.accepting(Set.of()); // accepted once, it is what the run is known by
    assertThat(simplify(folder).run().summary().changes()).isEqualTo(expected);
  }

  /** Killed between the two files, nothing is recorded twice. */
  @Test
  void aChangeIsRecordedOnce() throws IOException {
    settings = knownBy("1", "400", "1000");
    simplify(folder).iterate();
    byte[] before = Files.readAllBytes(folder.resolve("run.json"));
    settings = knownBy("1", "400", "2000");
    simplify(folder).iterate();
    Files.write(folder.resolve("run.json"), before);
    OwnFiles.remove(folder.resolve("iter.000001/02.fp")); // still iteration 1
    assertThat(simplify(folder).iterate().summary().changes()).hasSize(1);
  }

  /** Runs that an earlier version began go on. */
  @Test
  void checksumsOfAnEarlierVersionAreLeftAlone() throws IOException {
    settings = knownBy("1", "400", "1000");
    simplify(folder).iterate();
    Files.writeString(
        folder.resolve("run.json"),
        "{\"seed\": \"1\", \"fp_incar (sha256)\": \"0123456789abcdef\", \"default_training_param (sha256)\": \"01\"}");
    assertThat(simplify(folder).run().summary().changes()).isEmpty();
    assertThat(folder.resolve("run.json")).content().contains("ENCUT").doesNotContain("0123456789");
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
    assertThat(notes).last().asString().contains("record.dpgen ends before iteration 0");
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
