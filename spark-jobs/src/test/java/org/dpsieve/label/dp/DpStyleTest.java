package org.dpsieve.label.dp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.dpsieve.deviation.Deviation;
import org.dpsieve.error.InputException;
import org.dpsieve.frame.Certainty;
import org.dpsieve.frame.Frame;
import org.dpsieve.frame.Labels;
import org.dpsieve.infer.Ensemble;
import org.dpsieve.infer.Prediction;
import org.dpsieve.label.LabelResult;
import org.dpsieve.label.TaskOutcome;
import org.dpsieve.model.DeepPotential;
import org.dpsieve.model.format.ModelFiles;
import org.dpsieve.resident.DpProgram;
import org.dpsieve.resident.PackedModels;
import org.dpsieve.resident.TaskRoom;
import org.dpsieve.testing.Shared;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class DpStyleTest {
  private static final double[] CELL = {5, 0, 0, 0, 5, 0, 0, 0, 5};

  private static List<Path> files(int count) {
    List<Path> files = new ArrayList<>();
    for (int m = 0; m < count; m++) {
      files.add(Shared.repository().resolve("conf/ag-au/models/%d/graph.pb".formatted(m)));
    }
    return files;
  }

  private static List<DeepPotential> models(int count) {
    return files(count).stream().map(ModelFiles::read).toList();
  }

  private static Frame frame(int index, int z, double distance) {
    double[] coord = {0, 0, 0, distance, 0.1, 0};
    return new Frame("pool", index, new int[] {47, z}, coord, CELL, Labels.NONE);
  }

  private static KernelTeacher teacher(int models, double trust) {
    return new KernelTeacher(models(models), trust, new TreeMap<>(Map.of("model 0", "its digest")));
  }

  @Test
  void theLabelIsTheMeanAndItsSigmaTheSpread() {
    Frame frame = frame(0, 79, 2.7);
    KernelTeacher teacher = teacher(3, Double.NaN);
    LabelResult result = teacher.label(List.of(frame), TaskRoom.ANY).get(0);
    Prediction[] all = Ensemble.of(models(3)).evaluate(List.of(frame)).get(0);

    assertThat(result.outcome()).isEqualTo(TaskOutcome.FINISHED);
    assertThat(result.labels().energy())
        .isCloseTo((all[0].energy() + all[1].energy() + all[2].energy()) / 3, within(1e-12));
    double mean = (all[0].force()[3] + all[1].force()[3] + all[2].force()[3]) / 3;
    assertThat(result.labels().force()[3]).isCloseTo(mean, within(1e-12));
    assertThat(result.labels().virial()[8])
        .isCloseTo(
            (all[0].virial()[8] + all[1].virial()[8] + all[2].virial()[8]) / 3, within(1e-12));

    double square = 0; // of all components of the second atom
    for (int k = 3; k < 6; k++) {
      double centre = (all[0].force()[k] + all[1].force()[k] + all[2].force()[k]) / 3;
      for (Prediction one : all) {
        square += Math.pow(one.force()[k] - centre, 2) / 9;
      }
    }
    Certainty certainty = result.certainty();
    assertThat(certainty.computed()).isTrue();
    assertThat(certainty.force()[1]).isCloseTo(Math.sqrt(square), within(1e-12));
    assertThat(certainty.energy()).isCloseTo(2 * Deviation.of(all).deviE(), within(1e-12));
    assertThat(teacher.knowsSigma()).isTrue();
  }

  @Test
  void oneModelHasNoSigma() {
    KernelTeacher teacher = teacher(1, Double.NaN);
    LabelResult result = teacher.label(List.of(frame(0, 79, 2.7)), TaskRoom.ANY).get(0);
    assertThat(result.certainty()).isNull();
    assertThat(teacher.knowsSigma()).isFalse();
    assertThat(teacher.tried(TaskRoom.ANY)).containsEntry("model 0", "its digest");
  }

  @Test
  void aFrameThatTeachersDifferOnFailsAndNoOther() {
    Frame known = frame(0, 79, 2.7);
    Frame strange = frame(1, 79, 1.2);
    double[] spread = new double[2];
    for (int k = 0; k < 2; k++) {
      spread[k] =
          Deviation.of(Ensemble.of(models(4)).evaluate(List.of(k == 0 ? known : strange)).get(0))
              .maxDeviF();
    }
    assertThat(spread[1]).isGreaterThan(2 * spread[0]);
    List<LabelResult> results =
        teacher(4, 2 * spread[0]).label(List.of(known, strange), TaskRoom.ANY);
    assertThat(results.get(0).outcome()).isEqualTo(TaskOutcome.FINISHED);
    assertThat(results.get(1).outcome()).isEqualTo(TaskOutcome.UNCONVERGED);
    assertThat(results.get(1).reason()).contains("max_devi_f", "teacher_trust");
  }

  @Test
  void framesThatNoModelCanBeAskedAboutCostNoOther() {
    Frame copper = frame(1, 29, 2.7);
    Frame atOnePlace = new Frame("pool", 2, new int[] {47, 47}, new double[6], CELL, Labels.NONE);
    KernelTeacher teacher = teacher(2, Double.NaN);
    List<LabelResult> results =
        teacher.label(List.of(frame(0, 79, 2.7), copper, atOnePlace), TaskRoom.ANY);
    assertThat(results.get(0))
        .usingRecursiveComparison()
        .isEqualTo(teacher.label(List.of(frame(0, 79, 2.7)), TaskRoom.ANY).get(0));
    assertThat(results.get(1).reason()).contains("Cu");
    assertThat(results.get(2).outcome()).isNotEqualTo(TaskOutcome.FINISHED);
    assertThat(teacher.screen().check(copper).orElseThrow().detail()).contains("Cu", "Ag Au");
  }

  /** Numbers of DeePMD-kit itself. */
  @Test
  @Tag("peer")
  void deepmdKitGivesTheSameLabels() {
    List<Frame> frames = List.of(frame(0, 79, 2.7), frame(1, 47, 2.9), frame(2, 29, 2.7));
    ResidentTeacher resident =
        new ResidentTeacher(
            PackedModels.of(files(2)),
            new DpProgram("'%s'".formatted(org.dpsieve.testing.DeepmdKit.python()), Map.of()),
            List.of(),
            Double.NaN,
            new TreeMap<>());
    assertThat(resident.tried(TaskRoom.ANY)).containsKey("deepmd-kit");
    List<LabelResult> theirs = resident.label(frames, TaskRoom.ANY);
    List<LabelResult> ours = teacher(2, Double.NaN).label(frames, TaskRoom.ANY);
    for (int k = 0; k < 2; k++) {
      assertThat(theirs.get(k).labels().energy())
          .isCloseTo(ours.get(k).labels().energy(), within(1e-8));
      assertThat(theirs.get(k).labels().force())
          .containsExactly(ours.get(k).labels().force(), within(1e-7));
      assertThat(theirs.get(k).labels().virial())
          .containsExactly(ours.get(k).labels().virial(), within(1e-6));
      assertThat(theirs.get(k).certainty().force())
          .containsExactly(ours.get(k).certainty().force(), within(1e-7));
    }
    assertThat(theirs.get(2).reason()).contains("Cu");

    ResidentTeacher none =
        new ResidentTeacher(
            PackedModels.of(files(1)),
            new DpProgram("/no/such/dp", Map.of()),
            List.of(),
            Double.NaN,
            new TreeMap<>());
    assertThatThrownBy(() -> none.tried(TaskRoom.ANY))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("/no/such/dp");
  }
}
