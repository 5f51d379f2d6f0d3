package org.dpsieve.uncertainty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.dpsieve.frame.Frame;
import org.dpsieve.frame.Labels;
import org.dpsieve.infer.EnsembleOptions;
import org.dpsieve.infer.Prediction;
import org.dpsieve.kernel.reference.ReferenceModel;
import org.dpsieve.model.DeepPotential;
import org.dpsieve.model.Precision;
import org.dpsieve.model.format.ModelFiles;
import org.dpsieve.outputlayer.OldShare;
import org.dpsieve.outputlayer.OutputParameters;
import org.dpsieve.outputlayer.OutputPosterior;
import org.dpsieve.testing.GoldenArchitecture;
import org.dpsieve.testing.RandomModels;
import org.junit.jupiter.api.Test;

/**
 * Against each model and its fit to old labels evaluated by the plain loops, one after the other.
 */
class LabelEnsembleTest {
  private static final boolean[] BOTH = {true, true};
  private static final EnsembleOptions NETS = new EnsembleOptions(false, Precision.FLOAT64);

  private final List<DeepPotential> trained =
      List.of(RandomModels.agAu(1), RandomModels.agAu(2), RandomModels.agAu(3));
  private final List<double[]> fitted = new ArrayList<>();
  private final List<OutputPosterior> posteriors = new ArrayList<>();
  private final List<Frame> frames = new ArrayList<>();

  LabelEnsembleTest() {
    for (int m = 0; m < trained.size(); m++) {
      double[] parameters = OutputParameters.of(trained.get(m), BOTH).read(trained.get(m));
      Random random = new Random(m);
      fitted.add(Arrays.stream(parameters).map(p -> p + random.nextGaussian()).toArray());
      int size = parameters.length;
      double[] root = new double[size * size];
      for (int k = 0; k < size; k++) {
        root[k * size + k] = 0.1 * (k + 1);
      }
      posteriors.add(new OutputPosterior(root, size));
    }
    for (int k = 0; k < 6; k++) {
      Frame frame = RandomModels.agAuFrame(4 + k % 3, 20 + k);
      double[] force = new Random(k).doubles(3L * frame.atomCount(), -1, 1).toArray();
      double[] virial = new Random(k + 9).doubles(9, -1, 1).toArray();
      frames.add(
          frame.withLabels(
              new Labels(
                  k % 2 == 0 ? -3.0 * k : null,
                  k % 3 == 0 ? null : force,
                  k % 3 == 1 ? null : virial)));
    }
  }

  private double[] withLevels(int m) {
    OutputParameters parameters = OutputParameters.of(trained.get(m), BOTH);
    return parameters.readWithLevels(parameters.write(trained.get(m), fitted.get(m)));
  }

  private List<PredictedLabels> predicted(Uncertainty uncertainty, OldShare... shares) {
    List<LabelEnsemble.Member> members = new ArrayList<>();
    for (int m = 0; m < shares.length; m++) {
      members.add(new LabelEnsemble.Member(trained.get(m), withLevels(m), shares[m]));
    }
    try (LabelEnsemble ensemble = new LabelEnsemble(members, uncertainty, NETS)) {
      return ensemble.evaluate(frames);
    }
  }

  private static double[] mixed(double share, double[] old, double[] now, double[] fit) {
    double[] sum = now.clone();
    Arrays.setAll(sum, c -> now[c] + share * (old[c] - fit[c]));
    return sum;
  }

  @Test
  void labelsAreOldOnesAndTheMeanChange() {
    OldShare[] shares = {OldShare.ALL, new OldShare(0.5, 1, 0.25), new OldShare(0, 0.75, 0.75)};
    List<PredictedLabels> found = predicted(new Uncertainty(BOTH, posteriors, 2, 3), shares);
    for (int k = 0; k < frames.size(); k++) {
      Labels old = frames.get(k).labels();
      double energy = 0;
      double[] force = new double[3 * frames.get(k).atomCount()];
      double[] virial = new double[9];
      for (int m = 0; m < shares.length; m++) {
        OutputParameters parameters = OutputParameters.of(trained.get(m), BOTH);
        Prediction now = new ReferenceModel(trained.get(m)).evaluate(frames.get(k));
        Prediction fit =
            new ReferenceModel(parameters.write(trained.get(m), fitted.get(m)))
                .evaluate(frames.get(k));
        if (old.energy() != null) {
          energy +=
              (now.energy() + shares[m].energy() * (old.energy() - fit.energy())) / shares.length;
        }
        if (old.force() != null) {
          double[] one = mixed(shares[m].force(), old.force(), now.force(), fit.force());
          Arrays.setAll(force, c -> force[c] + one[c] / shares.length);
        }
        if (old.virial() != null) {
          double[] one = mixed(shares[m].virial(), old.virial(), now.virial(), fit.virial());
          Arrays.setAll(virial, c -> virial[c] + one[c] / shares.length);
        }
      }
      Labels labels = found.get(k).labels();
      assertThat(labels.energy() == null).isEqualTo(old.energy() == null);
      if (old.energy() != null) {
        assertThat(labels.energy()).isCloseTo(energy, within(1e-9));
      }
      requireNear(labels.force(), old.force() == null ? null : force);
      requireNear(labels.virial(), old.virial() == null ? null : virial);
    }
  }

  private static void requireNear(double[] found, double[] expected) {
    if (expected == null) {
      assertThat(found).isNull();
    } else {
      assertThat(found).containsExactly(expected, within(1e-9));
    }
  }

  @Test
  void standardDeviationsAreThoseOfTheSameModelsByThePosterior() {
    Uncertainty uncertainty = new Uncertainty(BOTH, posteriors, 2, 3);
    List<PredictedLabels> found = predicted(uncertainty, OldShare.ALL, OldShare.ALL, OldShare.ALL);
    try (var ensemble = org.dpsieve.infer.Ensemble.of(trained, NETS)) {
      List<FrameSigma> expected =
          new UncertainEnsemble(trained, ensemble, uncertainty).evaluate(frames);
      for (int k = 0; k < frames.size(); k++) {
        assertThat(found.get(k).known()).isTrue();
        assertThat(found.get(k).energySigma())
            .isCloseTo(expected.get(k).energy(), within(1e-9 * expected.get(k).energy()));
        assertThat(found.get(k).forceSigma())
            .containsExactly(expected.get(k).component(), within(1e-9));
      }
    }
  }

  /** The second and third model alone use old labels, in an ensemble of three. */
  @Test
  void togetherAnswersAreThoseOfEachApart() {
    Uncertainty uncertainty = new Uncertainty(BOTH, posteriors, 2, 3);
    Uncertainty ofLabels = new Uncertainty(BOTH, posteriors.subList(1, 3), 0.5, 0.7);
    List<LabelEnsemble.Member> members = new ArrayList<>();
    for (int m = 1; m < 3; m++) {
      members.add(
          new LabelEnsemble.Member(
              trained.get(m), withLevels(m), new OldShare(0.25 * m, 0.5, 1 - 0.25 * m)));
    }
    try (var ensemble = org.dpsieve.infer.Ensemble.of(trained, NETS);
        LabelEnsemble apart = new LabelEnsemble(members, ofLabels, NETS)) {
      List<FrameSigma> sigmas =
          new UncertainEnsemble(trained, ensemble, uncertainty).evaluate(frames);
      List<PredictedLabels> labels = apart.evaluate(frames);
      List<UncertainEnsemble.Answer> answers =
          new UncertainEnsemble(
                  trained,
                  ensemble,
                  uncertainty,
                  null,
                  new UncertainEnsemble.Predicting(members, new int[] {1, 2}, ofLabels))
              .answer(frames);
      for (int k = 0; k < frames.size(); k++) {
        FrameSigma sigma = answers.get(k).sigma();
        assertThat(sigma.energy()).isEqualTo(sigmas.get(k).energy());
        assertThat(sigma.component()).containsExactly(sigmas.get(k).component());
        Labels together = answers.get(k).labels().labels();
        assertThat(together.energy()).isEqualTo(labels.get(k).labels().energy());
        assertThat(together.force()).isEqualTo(labels.get(k).labels().force());
        assertThat(together.virial()).isEqualTo(labels.get(k).labels().virial());
        assertThat(answers.get(k).labels().energySigma()).isEqualTo(labels.get(k).energySigma());
      }
    }
  }

  @Test
  void ofAnElementWithoutNewLabelsNothingIsKnown() {
    boolean[] silver = {true, false};
    OutputParameters parameters = OutputParameters.of(trained.get(0), silver);
    double[] own = parameters.readWithLevels(trained.get(0));
    OutputPosterior posterior =
        new OutputPosterior(new double[own.length * own.length], own.length);
    try (LabelEnsemble ensemble =
        new LabelEnsemble(
            List.of(new LabelEnsemble.Member(trained.get(0), own, OldShare.ALL)),
            new Uncertainty(silver, List.of(posterior), 1, 1),
            NETS)) {
      for (Frame frame : frames) {
        boolean gold = Arrays.stream(frame.z()).anyMatch(z -> z == 79);
        assertThat(ensemble.evaluate(List.of(frame)).get(0).known()).isEqualTo(!gold);
      }
    }
  }

  /** A file of one net for all types keeps what their biases differ by elsewhere. */
  @Test
  void aModelThatCameBackFromItsFileSaysTheSame() {
    byte[] file = new GoldenArchitecture("../dpa4c/plain").file("dp");
    DeepPotential start = ModelFiles.read("plain.dp", file);
    boolean[] present = new boolean[start.typeCount()];
    present[0] = true;
    present[1] = true;
    OutputParameters parameters = OutputParameters.of(start, present);
    assertThat(parameters.biases()).hasSize(2);
    double[] changed = parameters.read(start);
    changed[parameters.bias(0)] -= 100;
    changed[parameters.bias(1)] += 300;
    DeepPotential trained = parameters.write(start, changed);
    byte[] written = ModelFiles.withOutputLayer("plain.dp", file, trained);
    DeepPotential back = ModelFiles.read("plain.dp", written);
    int size = parameters.size();
    OutputPosterior posterior = new OutputPosterior(new double[size * size], size);
    Uncertainty certain = new Uncertainty(present, List.of(posterior), 1, 1);
    double[] own = parameters.readWithLevels(start);
    for (DeepPotential model : List.of(trained, back)) {
      LabelEnsemble.Member member = new LabelEnsemble.Member(model, own, OldShare.ALL);
      try (LabelEnsemble ensemble = new LabelEnsemble(List.of(member), certain, NETS)) {
        Frame frame = frames.get(0).withLabels(new Labels(-7.0, null, null));
        long gold = Arrays.stream(frame.z()).filter(z -> z == 79).count();
        double change = 300.0 * gold - 100.0 * (frame.atomCount() - gold);
        assertThat(ensemble.evaluate(List.of(frame)).get(0).labels().energy())
            .isCloseTo(-7 + change, within(1e-9));
      }
    }
  }
}
