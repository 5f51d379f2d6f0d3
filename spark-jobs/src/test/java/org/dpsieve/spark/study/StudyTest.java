package org.dpsieve.spark.study;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.dpsieve.error.InputException;
import org.dpsieve.figure.Bounds;
import org.dpsieve.figure.Figure;
import org.dpsieve.figure.Svg;
import org.dpsieve.frame.Frame;
import org.dpsieve.frame.FrameId;
import org.dpsieve.frame.Labels;
import org.dpsieve.infer.Prediction;
import org.dpsieve.kernel.reference.ReferenceModel;
import org.dpsieve.model.DeepPotential;
import org.dpsieve.outputlayer.LossPrefactors;
import org.dpsieve.outputlayer.TransferFit;
import org.dpsieve.pick.PickStrategy;
import org.dpsieve.spark.frames.FrameRows;
import org.dpsieve.spark.pick.PickContext;
import org.dpsieve.spark.pick.PickOrder;
import org.dpsieve.spark.pick.PickStage;
import org.dpsieve.spark.pick.PickStrategies;
import org.dpsieve.testing.LocalSpark;
import org.dpsieve.testing.RandomModels;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Tag("slow")
class StudyTest {
  private static final List<PickStrategy> ALL = List.of(PickStrategy.values());

  private static final List<DeepPotential> MODELS =
      List.of(RandomModels.agAu(1), RandomModels.agAu(2));

  /** Labels of a model that has the first one's hidden layers: it can be learnt exactly. */
  private static List<Frame> frames(int count) {
    ReferenceModel teacher = new ReferenceModel(MODELS.get(0));
    List<Frame> frames = new ArrayList<>();
    for (int k = 0; k < count; k++) {
      Frame frame = RandomModels.agAuFrame(k, 4 + k % 3);
      Prediction p = teacher.evaluate(frame);
      frames.add(frame.withLabels(new Labels(p.energy() + 3, p.force(), p.virial())));
    }
    return frames;
  }

  private static Study study(List<PickStrategy> strategies) {
    return new Study(
        strategies,
        2,
        List.of(5, 10, 1000),
        LossPrefactors.DEFAULT,
        OptionalDouble.of(0),
        0.25,
        false,
        false);
  }

  @Test
  void everyStrategySeedBudgetAndModelHasItsErrors() {
    Dataset<Row> rows =
        study(ALL).run(LocalSpark.session(), frames(24), MODELS, List.of()).persist();
    assertThat(rows.count()).isEqualTo(5 * 2 * 2 * 2);
    assertThat(rows.where("rmse_energy >= 0 and rmse_force >= 0 and rmse_virial >= 0").count())
        .isEqualTo(rows.count());
    assertThat(rows.where("worst_energy < rmse_energy or worst_force < 0").count()).isZero();
    List<Row> again =
        study(ALL).run(LocalSpark.session(), frames(24), MODELS, List.of()).collectAsList();
    assertThat(again).isEqualTo(rows.collectAsList());
    StudyTable table = new StudyTable(rows);
    assertThat(
            table.labelsToReach("random", "random", 10, StudyTable.Quantity.ENERGY).getAsDouble())
        .isLessThanOrEqualTo(10 + 1e-9);
    assertThat(table.text(10)).contains("| information |").contains("±");
    assertThat(StudyFigures.of(table)).hasSize(3).allMatch(Bounds::hold);
    assertThat(Svg.of(Figure.beside("plot", StudyFigures.of(table))))
        .startsWith("<svg")
        .contains("information", "95 % intervals over seeds")
        .doesNotContain("NaN");
  }

  @Test
  void withTheLoopsRidgeTheLoopsUncertaintyIsLookedAt() {
    Dataset<Row> rows =
        new Study(
                List.of(PickStrategy.RANDOM),
                2,
                List.of(10, 20),
                LossPrefactors.DEFAULT,
                OptionalDouble.empty(),
                0.25,
                false,
                false)
            .run(LocalSpark.session(), frames(40), MODELS, List.of())
            .persist();
    assertThat(rows.where("coverage_energy between 0 and 1").count()).isEqualTo(2 * 2 * 2);
    assertThat(rows.where("coverage_force between 0.5 and 1").count()).isEqualTo(2 * 2 * 2);
    assertThat(rows.where("rank_members between -1 and 1").count()).isEqualTo(2 * 2 * 2);
    // 10 labels are no curve
    assertThat(rows.where("next_energy > 0 and next_energy <= 1").count()).isEqualTo(2 * 2);
    assertThat(new StudyTable(rows).text(20)).contains("force components within it, %");
  }

  @Test
  void everyWayToTrainHasItsErrorsAndItsLoop() {
    Study.Trainers trainers =
        study(List.of(PickStrategy.RANDOM)).trainers(LocalSpark.session(), frames(24), MODELS);
    int ways = StudyTrainer.all().size();
    assertThat(trainers.errors().count()).isEqualTo(ways * 2L * 2 * 2);
    assertThat(trainers.loops().count()).isEqualTo(ways * 2L);
    // 18 frames in the pool, a hundred are picked
    assertThat(trainers.loops().where("iterations = 1 and labels = 18").count())
        .isEqualTo(ways * 2L);
    assertThat(new TrainerTable(trainers.errors(), trainers.loops()).text())
        .contains("| no ridge |", "energy, meV/atom, 10 labels", " 1.0 | 18 |")
        .doesNotContain("NaN");
  }

  /** What is measured here is what a run does with the same frames and the same seed. */
  @ParameterizedTest
  @EnumSource
  void picksAreThoseOfTheLoopsFirstIteration(PickStrategy strategy) {
    StudyPool data = pool(frames(40), false);
    List<Row> rows = new ArrayList<>();
    data.pool().forEach(frame -> rows.add(FrameRows.toRow(frame.frame())));
    Dataset<Row> frames = LocalSpark.session().createDataFrame(rows, FrameRows.SCHEMA);
    PickOrder order =
        PickStrategies.of(
            strategy,
            () -> new PickContext(frames, frames.limit(0), () -> MODELS.get(0), 12, false));
    List<String> expected =
        PickStage.decideFirst(
                frames, PickStage.skipped(frames, frame -> Optional.empty()), order, 7, 12)
            .where("decision = 'picked'")
            .select("frame_id")
            .as(Encoders.STRING())
            .collectAsList();
    StudyTrainer trainer =
        StudyTrainer.loops(LossPrefactors.DEFAULT, OptionalDouble.empty(), TransferFit.Mode.IGNORE);
    try (StudyPicks picks = new StudyPicks(LocalSpark.session(), data, MODELS.get(0))) {
      assertThat(picks.of(strategy, 7, 12, trainer))
          .extracting(place -> data.pool().get(place).id())
          .containsExactlyInAnyOrderElementsOf(expected);
    }
  }

  private static StudyPool pool(List<Frame> frames, boolean validation) {
    return StudyPool.of(
        LocalSpark.session(),
        frames,
        MODELS.subList(0, 1),
        0.25,
        false,
        validation,
        List.of(),
        LossPrefactors.DEFAULT);
  }

  /** Old labels share what the features of the second model cannot express with the new ones. */
  @Test
  void oldLabelsMakeErrorsSmallerAndAreComparedWithDoingWithout() {
    List<Frame> fresh = frames(60);
    List<Frame> old = new ArrayList<>();
    for (Frame frame : fresh) {
      Labels labels = frame.labels();
      old.add(
          frame.withLabels(
              new Labels(
                  labels.energy() - 700.0 * frame.atomCount(), labels.force(), labels.virial())));
    }
    Collections.reverse(old); // matched by frame, not by order
    Dataset<Row> rows =
        new Study(
                List.of(PickStrategy.RANDOM, PickStrategy.INFORMATION, PickStrategy.STRATIFIED),
                2,
                List.of(10, 20),
                LossPrefactors.DEFAULT,
                OptionalDouble.empty(),
                0.25,
                false,
                false)
            .run(LocalSpark.session(), fresh, MODELS.subList(1, 2), old)
            .persist();
    assertThat(rows.select("strategy").distinct().count()).isEqualTo(5);
    StudyTable table = new StudyTable(rows);
    for (String strategy : List.of("random", "information")) {
      // the fit to these 45 old labels follows their energies: well-chosen new ones do as well for
      // forces
      for (StudyTable.Quantity quantity :
          strategy.equals("random")
              ? List.of(StudyTable.Quantity.ENERGY, StudyTable.Quantity.FORCE)
              : List.of(StudyTable.Quantity.ENERGY)) {
        assertThat(table.point(strategy, 10, quantity).mean())
            .as("%s, %s", strategy, quantity)
            .isLessThan(table.point(strategy + Study.ALONE, 10, quantity).mean());
      }
      assertThat(table.point(strategy, 10, StudyTable.Quantity.LABEL_FORCE).mean())
          .isLessThan(0.1 * table.point(strategy, 10, StudyTable.Quantity.FORCE).mean());
    }
    // no seed changes what information picks of a change
    assertThat(rows.where("strategy = 'information'").select("seed").distinct().count()).isOne();
    assertThat(rows.where("coverage_label_force > 0.5 and rank_expected <= 1").count())
        .isEqualTo(2 * 2 + 2 + 2 * 2); // random, information, stratified
    assertThat(Svg.of(Figure.beside("plot", StudyFigures.of(table))))
        .contains("random, new labels alone")
        .doesNotContain("NaN");
    assertThat(StudyFigures.of(table).get(0).table().csv())
        .startsWith("strategy,labels,RMSE (meV/atom),95 % from (meV/atom),")
        .contains("\"random, new labels alone\",20,");
    assertThat(
            rows.where("label_energy is not null and strategy like '%alone'")
                .where("not isnan(label_energy)")
                .count())
        .isZero();
    assertThat(table.text(20)).contains("| random, new labels alone |").doesNotContain("NaN");
  }

  /** What a setting is chosen by must not be what the result is measured on. */
  @Test
  void validationLeavesThePartHeldOutAlone() {
    List<Frame> frames = frames(40);
    StudyPool result = pool(frames, false);
    StudyPool choice = pool(frames, true);
    Set<String> seen = new HashSet<>();
    choice.pool().forEach(frame -> seen.add(frame.id()));
    choice.heldOut().forEach(frame -> seen.add(frame.id()));
    assertThat(choice.heldOut()).hasSize(10);
    assertThat(seen).hasSize(30);
    assertThat(result.heldOut()).hasSize(10).noneMatch(frame -> seen.contains(frame.id()));
  }

  @Test
  void deviationNeedsAnEnsemble() {
    assertThatThrownBy(
            () ->
                study(List.of(PickStrategy.DEVIATION))
                    .run(LocalSpark.session(), frames(8), MODELS.subList(0, 1), List.of()))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("two models");
  }

  @Test
  void nineTenthsOfAnUnfairPoolAreNearDuplicatesWithTheLabelsOfTheirPlace() {
    List<Frame> pool = frames(60);
    List<Frame> unfair = StudyPool.unfair(pool);
    assertThat(unfair).hasSize(60);
    assertThat(unfair.subList(0, 6)).isEqualTo(pool.subList(0, 6));
    Set<String> ids = new HashSet<>();
    unfair.forEach(frame -> ids.add(FrameId.of(frame)));
    assertThat(ids).hasSize(60);
    ReferenceModel teacher = new ReferenceModel(MODELS.get(0));
    for (Frame copy : unfair.subList(6, 60)) {
      assertThat(copy.labels().energy())
          .isCloseTo(teacher.evaluate(copy).energy() + 3, within(1e-4));
    }
  }
}
