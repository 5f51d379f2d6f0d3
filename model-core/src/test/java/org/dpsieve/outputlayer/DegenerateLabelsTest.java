package org.dpsieve.outputlayer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import java.util.function.UnaryOperator;
import org.dpsieve.error.InputException;
import org.dpsieve.frame.Frame;
import org.dpsieve.frame.Labels;
import org.dpsieve.infer.Prediction;
import org.dpsieve.kernel.reference.ReferenceModel;
import org.dpsieve.model.DeepPotential;
import org.dpsieve.testing.RandomModels;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Labels that say little: of one kind, of one frame, of one element, all alike. */
class DegenerateLabelsTest {
  private static final int FRAMES = 25;

  private final DeepPotential model = RandomModels.agAu(1);

  private enum Kind {
    ENERGY(l -> new Labels(l.energy(), null, null)),
    FORCE(l -> new Labels(null, l.force(), null)),
    VIRIAL(l -> new Labels(null, null, l.virial())),
    NO_VIRIAL(l -> new Labels(l.energy(), l.force(), null)),
    ALL(l -> l),
    ZERO(l -> new Labels(0.0, new double[l.force().length], new double[9])),
    HUGE(l -> new Labels(1e12, l.force(), l.virial()));

    private final UnaryOperator<Labels> labels;

    Kind(UnaryOperator<Labels> labels) {
      this.labels = labels;
    }
  }

  private List<Frame> frames(Kind kind, String which) {
    ReferenceModel reference = new ReferenceModel(RandomModels.agAu(2));
    List<Frame> frames = new ArrayList<>();
    for (int k = 0; k < FRAMES; k++) {
      Frame frame = RandomModels.agAuFrame(which.equals("one frame") ? 3 : k, 6);
      if (which.equals("one element")) {
        int[] z = new int[frame.atomCount()];
        Arrays.fill(z, 47);
        frame = frame.withTypes(z, frame.names());
      }
      Prediction label = reference.evaluate(frame);
      frames.add(
          frame.withLabels(
              kind.labels.apply(new Labels(label.energy(), label.force(), label.virial()))));
    }
    return which.equals("single") ? frames.subList(0, 1) : frames;
  }

  private TransferFit fit(List<Frame> frames, LossPrefactors prefactors, OptionalDouble ridge) {
    boolean[] present = {
      true, frames.stream().anyMatch(f -> Arrays.stream(f.z()).anyMatch(z -> z == 79))
    };
    OutputParameters parameters = OutputParameters.of(model, present);
    double[] start = parameters.read(model);
    NormalEquations[] folds = new NormalEquations[OutputLayerFit.FOLDS];
    Arrays.setAll(folds, k -> new NormalEquations(parameters.size()));
    try (FeatureKernel kernel = new GemmFeatures(model, parameters)) {
      for (int k = 0; k < frames.size(); k++) {
        folds[k % folds.length].add(frames.get(k), kernel.of(frames.get(k)), start);
      }
    }
    return TransferFit.of(
        folds, folds, prefactors, parameters.biases(), null, TransferFit.Mode.IGNORE, ridge);
  }

  @ParameterizedTest
  @EnumSource
  void whatLabelsThereAreAreFittedWithFiniteNumbers(Kind kind) {
    for (String which : List.of("all", "one frame", "one element", "single")) {
      for (OptionalDouble ridge : List.of(OptionalDouble.empty(), OptionalDouble.of(0))) {
        TransferFit fit = fit(frames(kind, which), LossPrefactors.DEFAULT, ridge);
        assertThat(fit.fit().change()).as(which).doesNotContain(Double.NaN);
        assertThat(Arrays.stream(fit.fit().change()).allMatch(Double::isFinite)).isTrue();
        assertThat(fit.fit().ridge()).isFinite();
        LearningCurve curve = LearningCurve.of(List.of(fit), List.of(LossPrefactors.DEFAULT));
        if (which.equals("single")) {
          assertThat(curve).isNull();
          continue;
        }
        for (double ratio : new double[] {curve.energyRatio(25, 125), curve.forceRatio(25, 125)}) {
          assertThat(Double.isNaN(ratio) || (ratio >= 0 && ratio <= 1)).as(which + ratio).isTrue();
        }
        if (kind == Kind.ENERGY) {
          assertThat(curve.forceRatio(25, 125)).isNaN();
        }
        if (kind == Kind.FORCE) {
          assertThat(curve.energyRatio(25, 125)).isNaN();
        }
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"ENERGY, 0, 1, 0", "FORCE, 1, 0, 1", "NO_VIRIAL, 0, 0, 1"})
  void labelsThatCountForNothingAreOneClearMessage(Kind kind, double e, double f, double v) {
    LossPrefactors prefactors = new LossPrefactors(e, f, v);
    assertThatThrownBy(() -> fit(frames(kind, "all"), prefactors, OptionalDouble.empty()))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("no label says anything about the output layer");
  }
}
