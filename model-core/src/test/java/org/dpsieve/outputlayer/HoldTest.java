package org.dpsieve.outputlayer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import java.util.function.UnaryOperator;
import org.dpsieve.frame.Frame;
import org.dpsieve.frame.Labels;
import org.dpsieve.io.deepmd.DeepmdSystems;
import org.dpsieve.model.DeepPotential;
import org.dpsieve.model.format.ModelFiles;
import org.dpsieve.testing.Shared;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Few labels of the built-in example, and a kind of label that nothing is fitted to. */
class HoldTest {
  private static final int LABELS = 15;

  /** So many frames of a system come first, all in one cell. */
  private static final int ONE_CELL = 40;

  /** The new level of theory puts its zero here, eV per atom. */
  private static final double SHIFT = -0.6;

  private final DeepPotential model =
      ModelFiles.read(Shared.repository().resolve("conf/ag-au/models/0/graph.pb"));
  private final OutputParameters parameters =
      OutputParameters.of(model, new boolean[] {true, true});
  private final double[] start = parameters.read(model);

  private static List<Frame> frames(String system) throws IOException {
    List<Frame> frames = new ArrayList<>();
    for (Frame frame :
        DeepmdSystems.readNpy(Shared.repository().resolve("conf/ag-au/pbe/" + system))) {
      Labels labels = frame.labels();
      double energy = labels.energy() + SHIFT * frame.atomCount();
      frames.add(frame.withLabels(new Labels(energy, labels.force(), labels.virial())));
    }
    return frames;
  }

  private NormalEquations[] sums(List<Frame> frames, UnaryOperator<Frame> labelled) {
    NormalEquations[] folds = new NormalEquations[OutputLayerFit.FOLDS];
    for (int k = 0; k < folds.length; k++) {
      folds[k] = new NormalEquations(parameters.size());
    }
    try (FeatureKernel kernel = new GemmFeatures(model, parameters)) {
      for (int k = 0; k < frames.size(); k++) {
        Frame frame = frames.get(k);
        folds[k % folds.length].add(labelled.apply(frame), kernel.of(frame), start);
      }
    }
    return folds;
  }

  private OutputLayerFit fit(
      List<Frame> frames, UnaryOperator<Frame> labelled, LossPrefactors prefactors) {
    return OutputLayerFit.of(
        sums(frames, labelled), prefactors, parameters.biases(), OptionalDouble.empty());
  }

  /** Root mean squares: energy per atom, force component, virial component per atom. */
  private record Errors(double energy, double force, double virial) {}

  /** Of frames of one composition. */
  private Errors errors(List<Frame> frames, double[] change) {
    NormalEquations all = OutputLayerFit.sum(sums(frames, frame -> frame), -1);
    double n = frames.get(0).atomCount();
    double count = frames.size();
    return new Errors(
        Math.sqrt(all.energy.square(change) / n / count),
        Math.sqrt(all.force.square(change) / count),
        Math.sqrt(all.virial.square(change) / n / count));
  }

  /**
   * All frames have one cell, so that energies and forces say next to nothing of virials. Before
   * they were held, virials went from 0.08 to 1.1 eV per atom, energies to thousands of eV.
   */
  @ParameterizedTest
  @CsvSource({"1, 1, 0", "100, 1, 0", "0, 1, 1", "1, 0, 1", "0, 1, 0", "1, 0, 0", "0, 0, 1"})
  void whatIsNotFittedStaysAboutWhereItWas(double energy, double force, double virial)
      throws IOException {
    List<Frame> frames = frames("Ag4Au4");
    List<Frame> others = frames.subList(LABELS, ONE_CELL);
    LossPrefactors prefactors = new LossPrefactors(energy, force, virial);
    OutputLayerFit fit = fit(frames.subList(0, LABELS), frame -> frame, prefactors);
    Errors before = errors(others, new double[start.length]);
    Errors after = errors(others, fit.change());
    assertThat(fit.unfitted())
        .isEqualTo(
            Arrays.stream(LabelKind.values())
                .filter(kind -> kind.prefactor(prefactors) == 0)
                .toList());
    assertThat(after.energy())
        .isCloseTo(energy > 0 ? 0 : before.energy(), within(energy > 0 ? 0.005 : 0.01));
    assertThat(after.force()).isLessThan((force > 0 ? 0.7 : 1.1) * before.force());
    assertThat(after.virial()).isLessThan((virial > 0 ? 0.5 : 1.2) * before.virial());
  }

  @ParameterizedTest
  @ValueSource(strings = {"ENERGY", "FORCE", "VIRIAL"})
  void aLabelThatIsNotThereIsNotFittedEither(LabelKind kind) throws IOException {
    List<Frame> frames = frames("Ag4Au4").subList(0, LABELS);
    UnaryOperator<Frame> without =
        frame -> {
          Labels all = frame.labels();
          return frame.withLabels(
              switch (kind) {
                case ENERGY -> new Labels(null, all.force(), all.virial());
                case FORCE -> new Labels(all.energy(), null, all.virial());
                case VIRIAL -> new Labels(all.energy(), all.force(), null);
              });
        };
    OutputLayerFit missing = fit(frames, without, new LossPrefactors(1, 1, 1));
    OutputLayerFit off =
        fit(
            frames,
            frame -> frame,
            new LossPrefactors(
                kind == LabelKind.ENERGY ? 0 : 1,
                kind == LabelKind.FORCE ? 0 : 1,
                kind == LabelKind.VIRIAL ? 0 : 1));
    assertThat(missing.unfitted()).containsExactly(kind).isEqualTo(off.unfitted());
    assertThat(missing.ridge()).isEqualTo(off.ridge());
    assertThat(missing.change()).isEqualTo(off.change());
  }

  /** Gold never with an energy: forces alone would send its energies anywhere. */
  @Test
  void framesWithoutEnergyStayAtTheLevelOfTheOthers() throws IOException {
    List<Frame> silver = frames("Ag8").subList(0, LABELS);
    List<Frame> gold = frames("Au8");
    List<Frame> some = new ArrayList<>(silver);
    some.addAll(gold.subList(0, LABELS));
    UnaryOperator<Frame> silverEnergies =
        frame ->
            frame.z()[0] == 47
                ? frame
                : frame.withLabels(
                    new Labels(null, frame.labels().force(), frame.labels().virial()));
    OutputLayerFit fit = fit(some, silverEnergies, LossPrefactors.DEFAULT);
    assertThat(fit.unfitted()).isEmpty();
    Errors after = errors(gold.subList(LABELS, 40), fit.change());
    assertThat(after.energy()).isLessThan(0.05);
  }

  @Test
  void withoutARidgeTheyAreHeldToo() throws IOException {
    List<Frame> frames = frames("Ag4Au4");
    OutputLayerFit fit =
        OutputLayerFit.of(
            sums(frames.subList(0, LABELS), frame -> frame),
            new LossPrefactors(100, 1, 0),
            parameters.biases(),
            OptionalDouble.of(0));
    List<Frame> others = frames.subList(LABELS, ONE_CELL);
    Errors before = errors(others, new double[start.length]);
    assertThat(errors(others, fit.change()).virial()).isLessThan(1.2 * before.virial());
  }
}
