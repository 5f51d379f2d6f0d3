package org.dpsieve.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Set;
import java.util.SortedMap;
import java.util.stream.IntStream;
import org.dpsieve.config.TargetError;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is trained, evaluated, picked and labelled, and when it ends. */
class SimplifyTest {
  @TempDir private Path folder;
  private final FakeRun run = new FakeRun();

  @Test
  void repeatsUntilNothingIsLeftToPick() throws IOException {
    Simplify.Outcome outcome = run.in(folder).run();
    assertThat(outcome.verdict()).isEqualTo(Verdict.CONVERGED);
    assertThat(outcome.result().labelled()).isEqualTo(outcome.summary().labelled());
    assertThat(outcome.summary().labellingIterations()).isEqualTo(3);
    for (Summary.Iteration iteration : run.seen) {
      Facts.Picks picks = iteration.picks();
      assertThat(picks.accurate() + picks.candidate() + picks.failed()).isEqualTo(picks.frames());
    }
    assertThat(run.seen.get(1).picks().frames()).as("frames left").isEqualTo(50 - 8);
    assertThat(run.seen.get(2).picks().frames())
        .as("room for more labels: all that are not labelled are looked at again")
        .isEqualTo(42 - 10);
    assertThat(Files.readAllLines(folder.resolve("record.dpgen")))
        .startsWith("0 0", "0 1")
        .contains("1 8", "2 8")
        .endsWith("3 5")
        .hasSize(9 * 3 + 6);
  }

  @Test
  void theResultHearsWhatItsModelsWereAskedWhereTheyWere() {
    run.in(folder.resolve("converged")).run();
    assertThat(run.stages.handedOn).isTrue();
    run.maxIter = OptionalInt.of(1);
    run.in(folder.resolve("one")).run();
    assertThat(run.stages.handedOn).as("trained once more, and not asked").isFalse();
  }

  @Test
  void accurateFramesLeaveThePoolAsLongAsThereAreEnoughCandidates() {
    run.iterPickNumber = 3;
    run.in(folder).run();
    assertThat(run.seen.get(1).picks().candidate()).isGreaterThan(6);
    assertThat(run.seen.get(2).picks().frames())
        .isEqualTo(42 - run.seen.get(1).picks().accurate() - 3);
  }

  @Test
  void beforeTheEndAllFramesThatCouldBePickedAreLookedAtAgain() {
    run.in(folder).run();
    assertThat(run.stages.calls)
        .as("where fewer are left than may be labelled, and where nothing is")
        .endsWith(
            "deviate", "deviate all", "pick", "label", "train 21", "deviate all", "pick", "result");
    assertThat(run.seen.get(3).picks().frames()).isEqualTo(50 - run.seen.get(3).labelledSoFar());
    assertThat(run.seen.get(3).picks().candidate()).isZero();
  }

  /** Accurate in iteration 1, with 8 labels; no longer with 18 and more. */
  @Test
  void framesThatAreNoLongerAccurateComeBackAndAreLabelled() throws IOException {
    run.stages.worsened = Set.of(1, 2, 3);
    run.stages.worsenedFrom = 18;
    Simplify.Outcome outcome = run.in(folder).run();
    assertThat(outcome.verdict()).isEqualTo(Verdict.CONVERGED);
    String labels = Files.readString(folder.resolve("result/labels.txt"));
    assertThat(labels.lines().map(line -> line.split(" ")[0])).contains("1", "2", "3");
    Summary.Iteration last = run.seen.get(run.seen.size() - 1);
    assertThat(last.picks().candidate()).isZero();
    assertThat(last.picks().frames()).isEqualTo(50 - last.labelledSoFar());
    for (Summary.Iteration iteration : run.seen) {
      Facts.Picks picks = iteration.picks();
      assertThat(picks.accurate() + picks.candidate() + picks.failed()).isEqualTo(picks.frames());
    }
    SortedMap<String, String> whole = FakeRun.content(folder);
    run.stages.calls.clear();
    run.in(folder).run();
    assertThat(run.stages.calls).isEmpty();
    assertThat(FakeRun.content(folder)).isEqualTo(whole);
  }

  @Test
  void asInDpgenTheyStayAwayWhereTheKeySaysSo() throws IOException {
    run.stages.worsened = Set.of(1, 2, 3);
    run.stages.worsenedFrom = 18;
    run.accurateForGood = true;
    assertThat(run.in(folder).run().verdict()).isEqualTo(Verdict.CONVERGED);
    assertThat(run.stages.calls).doesNotContain("deviate all");
    long labelled = run.seen.get(run.seen.size() - 1).labelledSoFar();
    run.accurateForGood = false; // may be changed between two starts
    Simplify.Outcome outcome = run.in(folder).run();
    assertThat(outcome.verdict()).isEqualTo(Verdict.CONVERGED);
    long more = outcome.summary().labelled();
    assertThat(more).isGreaterThan(labelled);
    assertThat(Files.readString(folder.resolve("result/labels.txt")).lines())
        .extracting(line -> line.split(" ")[0])
        .contains("1", "2", "3");
    run.accurateForGood = true;
    assertThat(run.in(folder).run().summary().labelled()).isEqualTo(more);
  }

  /** What is left turns out accurate: then, too, the others have a say before it ends. */
  @Test
  void whereTheRestIsAccurateFramesComeBackInTheSameIteration() {
    run.iterPickNumber = 40;
    run.taskMax = OptionalInt.of(12);
    run.stages.worsened = Set.of(1, 2);
    run.stages.worsenedFrom = 20;
    assertThat(run.in(folder).run().verdict()).isEqualTo(Verdict.CONVERGED);
    assertThat(run.stages.calls)
        .containsSubsequence("deviate", "pick", "deviate all", "pick", "label");
    assertThat(run.notes)
        .anyMatch(note -> note.contains("that were accurate once are looked at again"));
  }

  /** Nothing is labelled at all where the models agree from the start. */
  @Test
  void aRunMayEndWithoutALabel() {
    run.stages.lo = 5;
    run.initPickNumber = 0;
    Simplify.Outcome outcome = run.in(folder).run();
    assertThat(outcome.verdict()).isEqualTo(Verdict.CONVERGED);
    assertThat(outcome.summary().labelled()).isZero();
    assertThat(new RunStatus(new Workdir(folder)).lines())
        .last()
        .asString()
        .startsWith("ended: converged, 0 frames labelled");
  }

  @Test
  void theLabelBudgetIsNeverExceededAndALargerOneGoesOn() {
    run.labelBudget = OptionalInt.of(13);
    Simplify.Outcome outcome = run.in(folder).run();
    assertThat(outcome.verdict()).isEqualTo(Verdict.LABEL_BUDGET);
    assertThat(outcome.summary().labelled()).isEqualTo(13);
    run.labelBudget = OptionalInt.of(100);
    assertThat(run.in(folder).run().verdict()).isEqualTo(Verdict.CONVERGED);
  }

  @Test
  void onlyFailedFramesLeftStallsWithTheListAndHigherTrustLevelsGoOn() {
    run.stages.hopeless = Set.of(3, 7);
    assertThatThrownBy(() -> run.in(folder).run())
        .isInstanceOf(StalledException.class)
        .hasMessageContaining("only failed frames")
        .hasMessageContaining("7\t20.0")
        .hasMessageContaining("model_devi_f_trust_hi");
    assertThat(folder.resolve("result")).as("what there is so far").exists();
    run.stages.calls.clear();
    assertThatThrownBy(() -> run.in(folder).run()).isInstanceOf(StalledException.class);
    assertThat(run.stages.calls).isEmpty();
    run.stages.hi = 30;
    assertThat(run.in(folder).run().verdict()).isEqualTo(Verdict.CONVERGED);
  }

  @Test
  void framesWhoseLabelFailedStayInThePool() {
    run.ratioFailed = 1.0;
    run.stages.unlabelled = Set.of(45, 46, 47, 48, 49);
    assertThatThrownBy(() -> run.in(folder).run())
        .isInstanceOf(StalledException.class)
        .hasMessageContaining("labels failed")
        .hasMessageContaining("no convergence");
    run.stages.unlabelled = Set.of();
    Simplify.Outcome outcome = run.in(folder).run();
    assertThat(outcome.verdict()).isEqualTo(Verdict.CONVERGED);
    long picked = run.seen.stream().mapToLong(i -> i.picks().picked()).sum();
    assertThat(outcome.summary().labelled()).isPositive().isLessThanOrEqualTo(picked);
  }

  @Test
  void tooManyFailedLabelsStallAndNothingOfThemIsKept() {
    run.stages.unlabelled = new HashSet<>(IntStream.range(0, 25).boxed().toList());
    assertThatThrownBy(() -> run.in(folder).run())
        .isInstanceOf(StalledException.class)
        .hasMessageContaining("ratio_failed (0.2)")
        .hasMessageContaining("failed.tsv");
    assertThat(folder.resolve("iter.000000/02.fp/failed.tsv")).exists();
    assertThat(folder.resolve("iter.000000/02.fp/labels.parquet")).doesNotExist();
    run.stages.unlabelled = Set.of();
    assertThat(run.in(folder).run().verdict()).isEqualTo(Verdict.CONVERGED);
  }

  @Test
  void fewNewLabelsPutATrainingOffButTheLastOnesAreTrainedOn() {
    run.trainMin = 15;
    run.in(folder).run();
    assertThat(run.stages.calls.stream().filter(c -> c.startsWith("train") || c.equals("copy")))
        .startsWith("copy", "train 18");
  }

  /** However a run ends, and however few they are. */
  @Test
  void theLastLabelsAreTrainedOn() throws IOException {
    run.trainMin = 100;
    requireAllTrainedOn(Verdict.CONVERGED, folder.resolve("converged"));
    run.maxIter = OptionalInt.of(1);
    requireAllTrainedOn(Verdict.MAX_ITER, folder.resolve("one"));
    run.maxIter = OptionalInt.of(2);
    requireAllTrainedOn(Verdict.MAX_ITER, folder.resolve("two"));
    run.maxIter = OptionalInt.empty();
    run.labelBudget = OptionalInt.of(13);
    requireAllTrainedOn(Verdict.LABEL_BUDGET, folder.resolve("budget"));
    run.labelBudget = OptionalInt.empty();
    run.notes.clear();
    run.stages.errorOfAFrame = 0.01;
    run.targetError = Optional.of(new TargetError(OptionalDouble.of(0.3), OptionalDouble.of(0.3)));
    requireAllTrainedOn(Verdict.TARGET_ERROR, folder.resolve("target"));
    assertThat(run.notes)
        .contains(
            "iteration 3: before the run ends, the models are trained on the last 28 labels, too");
  }

  private void requireAllTrainedOn(Verdict verdict, Path root) throws IOException {
    Simplify.Outcome outcome = run.in(root).run();
    assertThat(outcome.verdict()).isEqualTo(verdict);
    assertThat(outcome.summary().models().resolve("graph.000.pb"))
        .hasContent("trained on " + outcome.summary().labelled());
    SortedMap<String, String> whole = FakeRun.content(root);
    run.stages.calls.clear();
    assertThat(run.in(root).run().verdict()).isEqualTo(verdict);
    assertThat(run.stages.calls).isEmpty();
    assertThat(FakeRun.content(root)).isEqualTo(whole);
  }

  /** Models that know the last labels may agree on what older ones did not. */
  @Test
  void beforeOnlyFailedFramesStallARunTheLastLabelsAreTrainedOn() {
    run.trainMin = 100;
    run.stages.hopeless = Set.of(3, 7);
    assertThatThrownBy(() -> run.in(folder).run())
        .isInstanceOf(StalledException.class)
        .hasMessageContaining("only failed frames");
    assertThat(run.stages.calls).filteredOn(call -> call.startsWith("train")).hasSize(1);
    assertThat(new Workdir(folder).result()).exists();
    run.stages.calls.clear();
    run.stages.hi = 30;
    run.stages.lo = 25;
    assertThat(run.in(folder).run().verdict()).isEqualTo(Verdict.CONVERGED);
    assertThat(run.stages.calls).as("kept").noneMatch(call -> call.startsWith("train"));
  }
}
