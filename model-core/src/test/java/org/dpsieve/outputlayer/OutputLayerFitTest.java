package org.dpsieve.outputlayer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Random;
import org.dpsieve.error.InputException;
import org.dpsieve.frame.Frame;
import org.dpsieve.frame.Labels;
import org.dpsieve.infer.Prediction;
import org.dpsieve.kernel.reference.ReferenceModel;
import org.dpsieve.model.DeepPotential;
import org.dpsieve.testing.RandomModels;
import org.junit.jupiter.api.Test;

class OutputLayerFitTest {
  private static final LossPrefactors PREFACTORS = LossPrefactors.DEFAULT;

  private final DeepPotential model = RandomModels.agAu(1);
  private final OutputParameters parameters =
      OutputParameters.of(model, new boolean[] {true, true});
  private final double[] start = parameters.read(model);

  /** Frames labelled by the model itself with other output layers. */
  private List<Frame> labelled(int count, double[] truth) {
    ReferenceModel teacher = new ReferenceModel(parameters.write(model, truth));
    List<Frame> frames = new ArrayList<>();
    for (int k = 0; k < count; k++) {
      Frame frame = RandomModels.agAuFrame(100 + k, 6 + k % 5);
      Prediction p = teacher.evaluate(frame);
      frames.add(frame.withLabels(new Labels(p.energy(), p.force(), p.virial())));
    }
    return frames;
  }

  private NormalEquations[] sums(List<Frame> frames) {
    NormalEquations[] folds = new NormalEquations[OutputLayerFit.FOLDS];
    for (int k = 0; k < folds.length; k++) {
      folds[k] = new NormalEquations(parameters.size());
    }
    try (FeatureKernel kernel = new GemmFeatures(model, parameters)) {
      for (int k = 0; k < frames.size(); k++) {
        folds[k % folds.length].add(frames.get(k), kernel.of(frames.get(k)), start);
      }
    }
    return folds;
  }

  private OutputLayerFit fit(List<Frame> frames, OptionalDouble ridge) {
    return OutputLayerFit.of(sums(frames), PREFACTORS, parameters.biases(), ridge);
  }

  private double loss(List<Frame> frames, double[] change) {
    NormalEquations all = new NormalEquations(parameters.size());
    for (NormalEquations fold : sums(frames)) {
      all.add(fold);
    }
    return all.loss(PREFACTORS, change);
  }

  private double[] truth(double spread) {
    Random random = new Random(2);
    double[] truth = start.clone();
    for (int k = 0; k < truth.length; k++) {
      truth[k] += spread * random.nextGaussian();
    }
    return truth;
  }

  @Test
  void lossIsTheMeanOverFramesOfDeepmdKitsTerms() {
    List<Frame> frames = labelled(3, truth(0.1));
    double expected = 0;
    for (Frame frame : frames) {
      Prediction p = new ReferenceModel(model).evaluate(frame);
      double n = frame.atomCount();
      expected += 100 / n * Math.pow(p.energy() - frame.labels().energy(), 2);
      expected += meanSquare(p.force(), frame.labels().force());
      expected += meanSquare(p.virial(), frame.labels().virial()) / n;
    }
    assertThat(loss(frames, new double[start.length])).isCloseTo(expected / 3, within(1e-9));
  }

  private static double meanSquare(double[] a, double[] b) {
    double sum = 0;
    for (int k = 0; k < a.length; k++) {
      sum += (a[k] - b[k]) * (a[k] - b[k]);
    }
    return sum / a.length;
  }

  @Test
  void withoutRidgeAReachableTruthIsReached() {
    List<Frame> frames = labelled(12, truth(0.1));
    OutputLayerFit fit = fit(frames, OptionalDouble.of(0));
    assertThat(fit.chosen()).isFalse();
    assertThat(loss(frames, new double[start.length])).isGreaterThan(0.1);
    assertThat(loss(frames, fit.change())).isLessThan(1e-10);
  }

  @Test
  void noSmallStepFromTheMinimumLowersLossPlusRidge() {
    List<Frame> frames = noisy(labelled(8, truth(0.1)));
    double ridge = 0.7;
    OutputLayerFit fit = fit(frames, OptionalDouble.of(ridge));
    double minimum = penalised(frames, fit.change(), ridge);
    Random random = new Random(3);
    for (int trial = 0; trial < 20; trial++) {
      double[] other = fit.change().clone();
      for (int k = 0; k < other.length; k++) {
        other[k] += 1e-3 * random.nextGaussian();
      }
      assertThat(penalised(frames, other, ridge)).isGreaterThan(minimum);
    }
  }

  /** Loss plus ridge times the mean square change of the forces, from the model itself. */
  private double penalised(List<Frame> frames, double[] change, double ridge) {
    double[] changed = start.clone();
    for (int k = 0; k < changed.length; k++) {
      changed[k] += change[k];
    }
    double sum = 0;
    try (FeatureKernel kernel = new GemmFeatures(model, parameters)) {
      for (Frame frame : frames) {
        double[] x = kernel.of(frame).force();
        double square = 0;
        for (int row = 0; row < 3 * frame.atomCount(); row++) {
          double force = 0;
          for (int k = 0; k < change.length; k++) {
            force += x[row * change.length + k] * change[k];
          }
          square += force * force;
        }
        sum += square / (3 * frame.atomCount());
      }
    }
    return loss(frames, change) + ridge * sum / frames.size();
  }

  private static List<Frame> noisy(List<Frame> frames) {
    Random random = new Random(4);
    List<Frame> noisy = new ArrayList<>();
    for (Frame frame : frames) {
      double[] force = frame.labels().force().clone();
      for (int k = 0; k < force.length; k++) {
        force[k] += 0.2 * random.nextGaussian();
      }
      Labels labels =
          new Labels(
              frame.labels().energy() + 0.1 * random.nextGaussian(),
              force,
              frame.labels().virial());
      noisy.add(frame.withLabels(labels));
    }
    return noisy;
  }

  @Test
  void aShiftOfAllAtomsIsLearntWhateverTheRidge() {
    double[] shifted = start.clone();
    for (int bias : parameters.biases()) {
      shifted[bias] -= 0.6;
    }
    List<Frame> frames = labelled(10, shifted);
    for (double ridge : new double[] {0, 1e-3, 1, 1e3, 1e6}) {
      OutputLayerFit fit = fit(frames, OptionalDouble.of(ridge));
      assertThat(loss(frames, fit.change())).as("ridge %s", ridge).isLessThan(1e-12);
      for (int bias : parameters.biases()) {
        assertThat(fit.change()[bias]).as("ridge %s", ridge).isCloseTo(-0.6, within(1e-2));
      }
    }
  }

  @Test
  void elementsThatAlwaysComeInTheSameRatioShareTheShift() {
    List<Frame> frames = new ArrayList<>();
    for (int k = 0; k < 6; k++) {
      Frame any = RandomModels.agAuFrame(200 + k, 8);
      int[] z = {47, 79, 47, 79, 47, 79, 47, 79};
      Frame frame = new Frame("half", k, z, any.coord(), any.cell(), Labels.NONE);
      Prediction p = new ReferenceModel(model).evaluate(frame);
      frames.add(frame.withLabels(new Labels(p.energy() - 4, p.force(), p.virial())));
    }
    for (OptionalDouble ridge : List.of(OptionalDouble.of(0), OptionalDouble.empty())) {
      double[] change = fit(frames, ridge).change();
      for (int bias : parameters.biases()) {
        assertThat(change[bias]).isCloseTo(-0.5, within(1e-2));
      }
    }
  }

  @Test
  void aLargerRidgeKeepsTheForcesNearerToTheModelsOwn() {
    List<Frame> frames = noisy(labelled(8, truth(0.1)));
    double[] none = new double[start.length];
    double before = Double.MAX_VALUE;
    for (double ridge : new double[] {1e-2, 1, 100, 1e4}) {
      double[] change = fit(frames, OptionalDouble.of(ridge)).change();
      double moved = penalised(frames, change, 1) - loss(frames, change);
      assertThat(moved).isLessThan(before);
      before = moved;
    }
    assertThat(before).isLessThan(1e-4);
    assertThat(penalised(frames, none, 1)).isEqualTo(loss(frames, none));
  }

  @Test
  void crossValidationTakesLittleRidgeForPerfectLabelsAndMoreForNoise() {
    List<Frame> perfect = labelled(20, truth(0.1));
    OutputLayerFit sure = fit(perfect, OptionalDouble.empty());
    OutputLayerFit unsure = fit(noisy(labelled(20, truth(0.01))), OptionalDouble.empty());
    assertThat(sure.chosen()).isTrue();
    assertThat(sure.ridge()).isLessThan(unsure.ridge());
  }

  @Test
  void frameByFrameWhatIsLabelledCounts() {
    double[] truth = truth(0.1);
    List<Frame> frames = new ArrayList<>();
    for (Frame frame : labelled(30, truth)) {
      Labels all = frame.labels();
      Labels part =
          switch (frames.size() % 3) {
            case 0 -> new Labels(all.energy(), null, null);
            case 1 -> new Labels(null, all.force(), null);
            default -> new Labels(null, null, all.virial());
          };
      frames.add(frame.withLabels(part));
    }
    assertThat(loss(frames, fit(frames, OptionalDouble.of(0)).change())).isLessThan(1e-9);
    OutputLayerFit chosen = fit(frames, OptionalDouble.empty());
    assertThat(loss(frames, chosen.change())).isLessThan(loss(frames, new double[start.length]));
  }

  @Test
  void oneFrameIsEnough() {
    List<Frame> one = labelled(1, truth(0.01));
    OutputLayerFit fit = fit(one, OptionalDouble.empty());
    assertThat(loss(one, fit.change())).isLessThan(loss(one, new double[start.length]));
  }

  @Test
  void badInputIsNamed() {
    List<Frame> frames = labelled(2, start);
    Frame first = frames.get(0);
    Labels nan = new Labels(Double.NaN, null, null);
    assertThatThrownBy(() -> sums(List.of(first.withLabels(nan))))
        .isInstanceOf(InputException.class)
        .hasMessageContaining(first.name())
        .hasMessageContaining("energy");
    Labels shorter = new Labels(null, new double[3], null);
    assertThatThrownBy(() -> sums(List.of(first.withLabels(shorter))))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("force label holds 3 numbers");
    assertThatThrownBy(() -> fit(frames, OptionalDouble.of(-1)))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("-1");
    assertThatThrownBy(() -> fit(List.of(), OptionalDouble.empty()))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("no labelled frame");
    assertThatThrownBy(() -> fit(List.of(first.withLabels(Labels.NONE)), OptionalDouble.empty()))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("no label says anything");
    assertThatThrownBy(() -> new LossPrefactors(1, Double.NaN, 1))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("NaN");
  }
}
