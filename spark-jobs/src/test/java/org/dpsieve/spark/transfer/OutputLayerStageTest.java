package org.dpsieve.spark.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.function.Function;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;
import org.assertj.core.data.Percentage;
import org.dpsieve.error.InputException;
import org.dpsieve.frame.Frame;
import org.dpsieve.frame.Labels;
import org.dpsieve.infer.Ensemble;
import org.dpsieve.infer.Prediction;
import org.dpsieve.io.deepmd.DeepmdSystems;
import org.dpsieve.kernel.reference.ReferenceModel;
import org.dpsieve.model.DeepPotential;
import org.dpsieve.model.format.ModelFiles;
import org.dpsieve.outputlayer.LossPrefactors;
import org.dpsieve.outputlayer.OutputParameters;
import org.dpsieve.outputlayer.TransferFit;
import org.dpsieve.spark.frames.FrameRows;
import org.dpsieve.testing.LocalSpark;
import org.dpsieve.testing.RandomModels;
import org.dpsieve.testing.Shared;
import org.dpsieve.uncertainty.Calibration;
import org.dpsieve.uncertainty.FrameErrors;
import org.dpsieve.uncertainty.Reliability;
import org.dpsieve.uncertainty.UncertainEnsemble;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class OutputLayerStageTest {
  private static final LossPrefactors PREFACTORS = LossPrefactors.DEFAULT;

  private final DeepPotential model = RandomModels.agAu(1);

  /** Labels of another model, which this one cannot reach. */
  private static List<Frame> labelled(int count) {
    ReferenceModel teacher = new ReferenceModel(RandomModels.agAu(2));
    List<Frame> frames = new ArrayList<>();
    for (int k = 0; k < count; k++) {
      Frame frame = RandomModels.agAuFrame(100 + k, 4 + k % 5);
      Prediction p = teacher.evaluate(frame);
      frames.add(frame.withLabels(new Labels(p.energy(), p.force(), p.virial())));
    }
    return frames;
  }

  private static Dataset<Row> dataset(List<Frame> frames) {
    return LocalSpark.session()
        .createDataFrame(frames.stream().map(FrameRows::toRow).toList(), FrameRows.SCHEMA);
  }

  private OutputLayerSolution solve(Dataset<Row> labelled, OptionalDouble ridge) {
    return OutputLayerStage.solve(LocalSpark.session(), labelled, List.of(model), PREFACTORS, ridge)
        .get(0);
  }

  private double[] parameters(OutputLayerSolution solution) {
    boolean[] all = {true, true};
    return OutputParameters.of(solution.model(), all).read(solution.model());
  }

  @Test
  void sameBitsWhateverThePartitionsAndTheOrder() {
    Dataset<Row> frames = dataset(labelled(30));
    OutputLayerSolution one = solve(frames.coalesce(1), OptionalDouble.empty());
    OutputLayerSolution many =
        solve(
            frames.repartition(7).orderBy(functions.col("frame_id").desc()),
            OptionalDouble.empty());
    assertThat(one.ridgeChosen()).isTrue();
    assertThat(many.ridge()).isEqualTo(one.ridge());
    assertThat(parameters(many)).containsExactly(parameters(one));
    assertThat(many.before()).isEqualTo(one.before());
    assertThat(many.after()).isEqualTo(one.after());
    assertThat(one.after().energyPerAtom()).isLessThan(one.before().energyPerAtom());
  }

  /** As far apart as the solution is wrong on the frames it was solved for, or somewhat more. */
  @Test
  void membersOutOfOneModelAreTheSameBitsWhateverThePartitions() {
    Dataset<Row> frames = dataset(labelled(30));
    OutputLayerStage.Trained one = members(frames.coalesce(1), 7);
    OutputLayerStage.Trained many =
        members(frames.repartition(5).orderBy(functions.col("frame_id").desc()), 7);
    assertThat(one.members()).hasDimensions(4, parameters(one.solutions().get(0)).length);
    assertThat(many.members()).isDeepEqualTo(one.members());
    assertThat(members(frames, 8).members()).isNotEqualTo(one.members());
    double[] solved = parameters(one.solutions().get(0));
    List<DeepPotential> ensemble = new ArrayList<>();
    for (double[] change : one.members()) {
      double[] member = solved.clone();
      Arrays.setAll(member, k -> solved[k] + change[k]);
      boolean[] all = {true, true};
      ensemble.add(OutputParameters.of(model, all).write(model, member));
    }
    double spread = 0;
    List<ModelErrors> errors = ModelErrors.of(LocalSpark.session(), frames, ensemble);
    for (ModelErrors member : errors) {
      spread += member.force() * member.force() / errors.size();
    }
    double own = one.solutions().get(0).after().force();
    assertThat(Math.sqrt(spread - own * own) / own).isBetween(0.7, 2.0);
  }

  private OutputLayerStage.Trained members(Dataset<Row> frames, long seed) {
    return OutputLayerStage.solve(
        LocalSpark.session(),
        frames,
        List.of(model),
        PREFACTORS,
        OptionalDouble.empty(),
        null,
        new OutputLayerStage.Asked(false, 4, seed));
  }

  @Test
  void aFrameGivenTwiceCountsOnce() {
    List<Frame> frames = labelled(12);
    OutputLayerSolution once = solve(dataset(frames), OptionalDouble.of(1));
    List<Frame> twice = new ArrayList<>(frames);
    twice.addAll(frames);
    assertThat(parameters(solve(dataset(twice), OptionalDouble.of(1))))
        .containsExactly(parameters(once));
  }

  /** Of labels that are no use only those are left out, and they are counted. */
  @Test
  @Tag("slow")
  void oldLabelsThatAreNoNumbersAreLeftOutAndCounted() {
    List<Frame> frames = labelled(30);
    List<Frame> old = new ArrayList<>();
    List<Frame> sound = new ArrayList<>();
    for (int k = 0; k < 30; k++) {
      Frame frame = frames.get(k);
      Labels labels = frame.labels();
      double[] force = labels.force().clone();
      force[2] = k % 5 == 0 ? Double.NaN : force[2];
      Double energy = k % 7 == 0 ? Double.valueOf(Double.POSITIVE_INFINITY) : labels.energy();
      old.add(frame.withLabels(new Labels(energy, force, k % 3 == 0 ? null : labels.virial())));
      sound.add(
          frame.withLabels(
              new Labels(
                  k % 7 == 0 ? null : energy,
                  k % 5 == 0 ? null : force,
                  k % 3 == 0 ? null : labels.virial())));
    }
    Collections.shuffle(old, new java.util.Random(1));
    OldLabels labels = new OldLabels(dataset(old), TransferFit.Mode.USE, 0);
    assertThat(labels.leftOut()).isEqualTo(6 + 5);
    OutputLayerSolution found = solve(frames.subList(0, 10), labels);
    OutputLayerSolution expected =
        solve(frames.subList(0, 10), new OldLabels(dataset(sound), TransferFit.Mode.USE, 0));
    assertThat(found.old().used()).isTrue();
    assertThat(parameters(found)).containsExactly(parameters(expected));
    List<Frame> bare = frames.stream().map(f -> f.withLabels(Labels.NONE)).toList();
    OutputLayerSolution none =
        solve(frames.subList(0, 10), new OldLabels(dataset(bare), TransferFit.Mode.AUTO, 0));
    assertThat(none.old()).isNull();
    assertThat(parameters(none))
        .containsExactly(parameters(solve(dataset(frames.subList(0, 10)), OptionalDouble.empty())));
  }

  /** A training adds what is new to the sums of the one before: same bits as all at once. */
  @Test
  @Tag("slow")
  void sumsOfAnEarlierTrainingAreGoneOnFrom() {
    List<Frame> frames = labelled(30);
    List<Dataset<Row>> groups =
        List.of(dataset(frames.subList(0, 12)), dataset(frames.subList(12, 20)));
    Dataset<Row> further = dataset(frames.subList(20, 24)).select("frame_id");
    OldLabels first = new OldLabels(dataset(frames), TransferFit.Mode.USE, 0);
    OldLabels second = new OldLabels(dataset(frames), TransferFit.Mode.USE, 0, List.of(further));
    KnownSums known = train(groups.subList(0, 1), first, KnownSums.NONE).sums();
    assertThat(known.groups()).isEqualTo(1);
    assertThat(known.oldGroups()).isEqualTo(1);
    OutputLayerStage.Trained goneOn = train(groups, second, known);
    OutputLayerStage.Trained atOnce = train(groups, second, KnownSums.NONE);
    assertThat(goneOn.sums().oldGroups()).isEqualTo(2);
    assertThat(goneOn.old().get(0).frames()).isEqualTo(30 + 4);
    assertThat(parameters(goneOn.solutions().get(0)))
        .containsExactly(parameters(atOnce.solutions().get(0)));
    assertThat(goneOn.solutions().get(0).after().frames()).isEqualTo(20);
  }

  private OutputLayerStage.Trained train(
      List<Dataset<Row>> groups, OldLabels old, KnownSums known) {
    return OutputLayerStage.train(
        LocalSpark.session(),
        groups,
        0,
        List.of(model),
        List.of(PREFACTORS),
        OutputLayerStage.Asked.SOLUTIONS,
        old,
        known);
  }

  private OutputLayerSolution solve(List<Frame> labelled, OldLabels old) {
    return OutputLayerStage.solve(
            LocalSpark.session(),
            dataset(labelled),
            List.of(model),
            PREFACTORS,
            OptionalDouble.empty(),
            old)
        .get(0);
  }

  @Test
  void typesWithoutLabelledAtomsKeepTheirOutputLayer() {
    List<Frame> silver = new ArrayList<>();
    for (Frame frame : labelled(6)) {
      int[] z = new int[frame.atomCount()];
      java.util.Arrays.fill(z, 47);
      silver.add(new Frame("Ag", frame.index(), z, frame.coord(), frame.cell(), frame.labels()));
    }
    OutputLayerSolution solution = solve(dataset(silver), OptionalDouble.empty());
    assertThat(solution.model().fitting().networks()[1]).isEqualTo(model.fitting().networks()[1]);
    assertThat(solution.model().fitting().networks()[0])
        .isNotEqualTo(model.fitting().networks()[0]);
  }

  @Test
  void framesWithoutAnyLabelAreLeftOut() {
    List<Frame> frames = new ArrayList<>(labelled(10));
    OutputLayerSolution expected = solve(dataset(frames), OptionalDouble.of(1));
    frames.add(RandomModels.agAuFrame(999, 6));
    OutputLayerSolution actual = solve(dataset(frames), OptionalDouble.of(1));
    assertThat(actual.after()).isEqualTo(expected.after());
    assertThatThrownBy(
            () -> solve(dataset(List.of(RandomModels.agAuFrame(1, 5))), OptionalDouble.empty()))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("no frame has an energy, force or virial label");
  }

  @Test
  void anElementTheModelDoesNotKnowIsNamed() {
    Frame copper =
        new Frame(
            "Cu", 0, new int[] {29}, new double[3], null, new Labels(1.0, new double[3], null));
    assertThatThrownBy(() -> solve(dataset(List.of(copper)), OptionalDouble.empty()))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("labelled frames hold Cu")
        .hasMessageContaining(model.name());
  }

  @Test
  @Tag("slow")
  void errorsOfAnIndependentSolutionWithoutRidge() throws IOException {
    JsonNode expected =
        new ObjectMapper().readTree(Shared.path("expected/output-layer.json").toFile());
    Map<String, List<Frame>> systems = new HashMap<>();
    List<Frame> train = frames(expected.path("train"), systems);
    List<Frame> test = frames(expected.path("test"), systems);
    List<DeepPotential> models = new ArrayList<>();
    for (int k = 0; k < 4; k++) {
      models.add(ModelFiles.read(Shared.path("models/ag-au/%d/graph.pb".formatted(k))));
    }
    List<OutputLayerSolution> solutions =
        OutputLayerStage.solve(
            LocalSpark.session(), dataset(train), models, PREFACTORS, OptionalDouble.of(0));
    List<ModelErrors> unseen =
        ModelErrors.of(
            LocalSpark.session(),
            dataset(test),
            solutions.stream().map(OutputLayerSolution::model).toList());
    for (int k = 0; k < 4; k++) {
      JsonNode model = expected.path("models").path(k);
      String what = "model " + k;
      // eigenvalues down to 1e-16 of the largest: rounding decides the fourth digit
      close(solutions.get(k).before(), model.path("before").path("train"), 1e-6, what);
      close(solutions.get(k).after(), model.path("after").path("train"), 2e-3, what);
      close(unseen.get(k), model.path("after").path("test"), 2e-3, what + " unseen");
    }
  }

  /** Of 120 frames never labelled, by an ensemble trained on 100 others. */
  @Test
  @Tag("slow")
  void intervalsCoverErrorsOfFramesNeverLabelled() throws IOException {
    JsonNode expected =
        new ObjectMapper().readTree(Shared.path("expected/output-layer.json").toFile());
    Map<String, List<Frame>> systems = new HashMap<>();
    List<DeepPotential> models = new ArrayList<>();
    for (int k = 0; k < 4; k++) {
      models.add(ModelFiles.read(Shared.path("models/ag-au/%d/graph.pb".formatted(k))));
    }
    OutputLayerStage.Trained trained =
        OutputLayerStage.train(
            LocalSpark.session(),
            List.of(dataset(frames(expected.path("train"), systems))),
            0,
            models,
            Collections.nCopies(4, PREFACTORS),
            new OutputLayerStage.Asked(true, 0, 0),
            null,
            KnownSums.NONE);
    List<DeepPotential> after =
        trained.solutions().stream().map(OutputLayerSolution::model).toList();
    List<Frame> unseen = frames(expected.path("test"), systems);
    try (Ensemble ensemble = Ensemble.of(after)) {
      List<FrameErrors> errors =
          FrameErrors.of(
              unseen,
              new UncertainEnsemble(after, ensemble, trained.uncertainty()).evaluate(unseen));
      assertThat(covered(errors, FrameErrors::energy)).as("energy").isBetween(0.90, 0.98);
      assertThat(covered(errors, FrameErrors::force)).as("force").isBetween(0.90, 0.98);
    }
    Reliability reliability = trained.reliability();
    assertThat(reliability.frames()).isEqualTo(100);
    assertThat(reliability.energy().coverage()).as("energy, own").isBetween(0.90, 0.99);
    assertThat(reliability.force().coverage()).as("force, own").isBetween(0.90, 0.99);
    assertThat(trained.curve().energyRatio(100, 200)).isBetween(0.5, 1.0);
    assertThat(trained.curve().forceRatio(100, 200)).isBetween(0.7, 1.0);
  }

  private static double covered(
      List<FrameErrors> errors, Function<FrameErrors, FrameErrors.Pairs> quantity) {
    double[] ratios =
        errors.stream().map(quantity).flatMapToDouble(p -> Arrays.stream(p.ratios())).toArray();
    return Arrays.stream(ratios).filter(r -> Math.abs(r) <= Calibration.WIDTH).count()
        / (double) ratios.length;
  }

  private static List<Frame> frames(JsonNode list, Map<String, List<Frame>> systems)
      throws IOException {
    List<Frame> frames = new ArrayList<>();
    for (JsonNode entry : list) {
      String system = entry.path(0).asText();
      if (!systems.containsKey(system)) {
        Path folder = Shared.path("data/ag-au/pbe-d3").resolve(system);
        systems.put(system, DeepmdSystems.readNpy(folder));
      }
      frames.add(systems.get(system).get(entry.path(1).asInt()));
    }
    return frames;
  }

  private static void close(ModelErrors actual, JsonNode expected, double relative, String what) {
    Percentage percent = Percentage.withPercentage(100 * relative);
    assertThat(actual.energyPerAtom())
        .as(what + " energy")
        .isCloseTo(expected.path("energy_per_atom").asDouble(), percent);
    assertThat(actual.force())
        .as(what + " force")
        .isCloseTo(expected.path("force").asDouble(), percent);
    assertThat(actual.virialPerAtom())
        .as(what + " virial")
        .isCloseTo(expected.path("virial_per_atom").asDouble(), percent);
  }

  @Test
  void worstIsTheLargestOfEachKindAndNanIsLarger() {
    ModelErrors worst =
        ModelErrors.worst(
            List.of(new ModelErrors(1, 5, 2, 3), new ModelErrors(4, 1, Double.NaN, 3)));
    assertThat(worst.energyPerAtom()).isCloseTo(4, within(0.0));
    assertThat(worst.force()).isCloseTo(5, within(0.0));
    assertThat(worst.virialPerAtom()).isNaN();
  }
}
