package org.dpsieve.outputlayer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Random;
import org.dpsieve.frame.Frame;
import org.dpsieve.frame.Labels;
import org.dpsieve.infer.Prediction;
import org.dpsieve.kernel.reference.ReferenceModel;
import org.dpsieve.model.DeepPotential;
import org.dpsieve.testing.RandomModels;
import org.junit.jupiter.api.Test;

class TransferFitTest {
  private static final LossPrefactors PREFACTORS = LossPrefactors.DEFAULT;
  private static final int POOL = 60;
  private static final int LABELLED = 20;

  /** What the features cannot express, eV/Å: in old and new labels alike. */
  private static final double ROUGH = 0.003;

  private final DeepPotential model = RandomModels.agAu(1);
  private final OutputParameters parameters =
      OutputParameters.of(model, new boolean[] {true, true});
  private final double[] start = parameters.read(model);
  private final double[] before = moved(start, 0.1, 2);
  private final double[] after = moved(before, 0.01, 3);
  private final List<Frame> pool = new ArrayList<>();
  private final List<Labels> old = new ArrayList<>();
  private final List<Labels> fresh = new ArrayList<>();

  TransferFitTest() {
    ReferenceModel first = new ReferenceModel(parameters.write(model, before));
    ReferenceModel second = new ReferenceModel(parameters.write(model, after));
    Random random = new Random(5);
    for (int k = 0; k < POOL; k++) {
      Frame frame = RandomModels.agAuFrame(100 + k, 6 + k % 5);
      pool.add(frame);
      double[] rough = random.doubles(3L * frame.atomCount(), -ROUGH, ROUGH).toArray();
      old.add(labels(first.evaluate(frame), rough));
      fresh.add(labels(second.evaluate(frame), rough));
    }
  }

  private static Labels labels(Prediction p, double[] rough) {
    double[] force = p.force().clone();
    for (int k = 0; k < force.length; k++) {
      force[k] += rough[k];
    }
    return new Labels(p.energy() + rough[0], force, p.virial());
  }

  private static double[] moved(double[] from, double spread, long seed) {
    Random random = new Random(seed);
    return Arrays.stream(from).map(p -> p + spread * random.nextGaussian()).toArray();
  }

  private NormalEquations[] empty() {
    NormalEquations[] folds = new NormalEquations[OutputLayerFit.FOLDS];
    Arrays.setAll(folds, k -> new NormalEquations(parameters.size()));
    return folds;
  }

  private OldLayers layers(List<Labels> labels) {
    return new OldLayers(oldSums(labels), PREFACTORS, parameters.biases());
  }

  private NormalEquations[] oldSums(List<Labels> labels) {
    NormalEquations[] folds = empty();
    try (FeatureKernel kernel = new GemmFeatures(model, parameters)) {
      for (int k = 0; k < POOL; k++) {
        Frame frame = pool.get(k).withLabels(labels.get(k));
        folds[k % folds.length].add(frame, kernel.of(frame), start);
      }
    }
    return folds;
  }

  private NormalEquations[] sums(List<Labels> labels, List<Labels> beside) {
    NormalEquations[] folds = empty();
    try (FeatureKernel kernel = new GemmFeatures(model, parameters)) {
      for (int k = 0; k < LABELLED; k++) {
        Frame frame = pool.get(k).withLabels(labels.get(k));
        folds[k % folds.length].add(frame, kernel.of(frame), start, beside.get(k), start);
      }
    }
    return folds;
  }

  private static double[] sum(double[] a, double[] b) {
    double[] sum = a.clone();
    for (int k = 0; k < sum.length; k++) {
      sum[k] += b[k];
    }
    return sum;
  }

  private TransferFit fit(
      List<Labels> labels, List<Labels> beside, OldLayers layers, TransferFit.Mode mode) {
    NormalEquations[] folds = sums(labels, beside);
    return TransferFit.of(
        folds, folds, PREFACTORS, parameters.biases(), layers, mode, OptionalDouble.empty());
  }

  /** Mean square error of forces, per component, against a noiseless model. */
  private double error(double[] found, double[] truth) {
    ReferenceModel model1 = new ReferenceModel(parameters.write(model, found));
    ReferenceModel model2 = new ReferenceModel(parameters.write(model, truth));
    double sum = 0;
    int count = 0;
    for (Frame frame : pool.subList(LABELLED, POOL)) {
      double[] a = model1.evaluate(frame).force();
      double[] b = model2.evaluate(frame).force();
      for (int k = 0; k < a.length; k++) {
        sum += (a[k] - b[k]) * (a[k] - b[k]);
      }
      count += a.length;
    }
    return sum / count;
  }

  private double[] solved(TransferFit fit) {
    double[] from = fit.usesOld() ? sum(start, fit.old().change()) : start;
    return sum(from, fit.fit().change());
  }

  @Test
  void whatTheOldLabelsHaveInCommonNeedNotBeLearntAgain() {
    OldLayers layers = layers(old);
    TransferFit fit = fit(fresh, old, layers, TransferFit.Mode.AUTO);
    assertThat(fit.usesOld()).isTrue();
    assertThat(fit.share()).isEqualTo(OldShare.ALL);
    assertThat(fit.changed()).isLessThan(fit.direct());
    TransferFit direct = fit(fresh, old, layers, TransferFit.Mode.IGNORE);
    assertThat(error(solved(fit), after)).isLessThan(0.75 * error(solved(direct), after));
  }

  @Test
  void uselessOldLabelsEndInExactlyTheDirectFit() {
    Random random = new Random(7);
    List<Labels> useless = new ArrayList<>();
    for (Frame frame : pool) {
      useless.add(
          new Labels(
              100 * random.nextGaussian(),
              random.doubles(3L * frame.atomCount(), -9, 9).toArray(),
              random.doubles(9, -99, 99).toArray()));
    }
    OldLayers layers = layers(useless);
    TransferFit fit = fit(fresh, useless, layers, TransferFit.Mode.AUTO);
    assertThat(fit.usesOld()).isFalse();
    NormalEquations[] plain = empty();
    try (FeatureKernel kernel = new GemmFeatures(model, parameters)) {
      for (int k = 0; k < LABELLED; k++) {
        Frame frame = pool.get(k).withLabels(fresh.get(k));
        plain[k % plain.length].add(frame, kernel.of(frame), start);
      }
    }
    OutputLayerFit expected =
        OutputLayerFit.of(plain, PREFACTORS, parameters.biases(), OptionalDouble.empty());
    assertThat(fit.fit().change()).isEqualTo(expected.change());
    assertThat(fit.fit().ridge()).isEqualTo(expected.ridge());
    assertThat(fit(fresh, useless, layers, TransferFit.Mode.USE).usesOld()).isTrue();
  }

  private static double zero(Frame frame) {
    return Arrays.stream(frame.z()).mapToDouble(z -> z == 47 ? -812.5 : -431.25).sum();
  }

  @Test
  void aCodeWithOtherZerosForEachElementChangesNothing() {
    OldLayers layers = layers(old);
    List<Labels> shifted = new ArrayList<>();
    for (int k = 0; k < POOL; k++) {
      Labels labels = fresh.get(k);
      shifted.add(new Labels(labels.energy() + zero(pool.get(k)), labels.force(), labels.virial()));
    }
    TransferFit fit = fit(fresh, old, layers, TransferFit.Mode.USE);
    TransferFit other = fit(shifted, old, layers, TransferFit.Mode.USE);
    // ridges that are as good may differ, as sums of large energies are rounded
    assertThat(error(solved(other), after)).isLessThan(1.1 * error(solved(fit), after));
    ReferenceModel plain = new ReferenceModel(parameters.write(model, solved(fit)));
    ReferenceModel moved = new ReferenceModel(parameters.write(model, solved(other)));
    for (Frame frame : pool.subList(LABELLED, POOL)) {
      assertThat(moved.evaluate(frame).energy() - plain.evaluate(frame).energy())
          .isCloseTo(zero(frame), within(0.01));
    }
  }

  @Test
  void framesWithoutSomeOrAnyOldLabelCountAsTheyAre() {
    OldLayers layers = layers(old);
    List<Labels> some = new ArrayList<>();
    for (int k = 0; k < POOL; k++) {
      Labels labels = old.get(k);
      some.add(
          switch (k % 4) {
            case 0 -> Labels.NONE;
            case 1 -> new Labels(labels.energy(), null, null);
            default -> labels;
          });
    }
    TransferFit fit = fit(fresh, some, layers, TransferFit.Mode.AUTO);
    TransferFit direct = fit(fresh, some, layers, TransferFit.Mode.IGNORE);
    assertThat(fit.usesOld()).isTrue();
    assertThat(error(solved(fit), after)).isLessThan(error(solved(direct), after));
  }

  @Test
  void oldEnergiesAloneDoNotSpoilTheForces() {
    List<Labels> energies = new ArrayList<>();
    old.forEach(labels -> energies.add(new Labels(labels.energy(), null, null)));
    OldLayers layers = layers(energies);
    assertThat(layers.get(0).frames()).isEqualTo(POOL);
    double[] fitted = sum(start, layers.get(0).change());
    assertThat(error(fitted, before)).isLessThan(2 * error(start, before));
  }

  @Test
  void withOneLabelTheChangeStartsFromTheOldLayer() {
    OldLayers layers = layers(old);
    NormalEquations[] folds = empty();
    try (FeatureKernel kernel = new GemmFeatures(model, parameters)) {
      Frame frame = pool.get(0).withLabels(fresh.get(0));
      folds[0].add(frame, kernel.of(frame), start, old.get(0), start);
    }
    TransferFit fit =
        TransferFit.of(
            folds,
            folds,
            PREFACTORS,
            parameters.biases(),
            layers,
            TransferFit.Mode.AUTO,
            OptionalDouble.empty());
    assertThat(fit.usesOld()).isTrue();
    assertThat(error(solved(fit), after)).isLessThan(error(start, after));
  }

  @Test
  void aRowLessItsShareOfTheOldResidualIsWhatIsFitted() {
    // one frame, all sums by hand
    OldLayers layers = layers(old);
    OldShare share = new OldShare(0.5, 0.25, 0.75);
    double[] fitted = sum(start, layers.get(0).change());
    double[] change = moved(new double[start.length], 0.1, 9);
    NormalEquations one = new NormalEquations(parameters.size());
    Frame frame = pool.get(3).withLabels(fresh.get(3));
    try (FeatureKernel kernel = new GemmFeatures(model, parameters)) {
      one.add(frame, kernel.of(frame), start, old.get(3), fitted);
    }
    Prediction at =
        new ReferenceModel(parameters.write(model, sum(fitted, change))).evaluate(frame);
    Prediction of = new ReferenceModel(parameters.write(model, fitted)).evaluate(frame);
    double n = frame.atomCount();
    double energy = fresh.get(3).energy() - at.energy() - 0.5 * (old.get(3).energy() - of.energy());
    double expected = 100 / n * energy * energy;
    for (int k = 0; k < 3 * frame.atomCount(); k++) {
      double f =
          fresh.get(3).force()[k] - at.force()[k] - 0.25 * (old.get(3).force()[k] - of.force()[k]);
      expected += f * f / (3 * n);
    }
    for (int k = 0; k < 9; k++) {
      double v =
          fresh.get(3).virial()[k]
              - at.virial()[k]
              - 0.75 * (old.get(3).virial()[k] - of.virial()[k]);
      expected += v * v / (9 * n);
    }
    assertThat(one.changed(layers.get(0).change(), share).loss(PREFACTORS, change))
        .isCloseTo(expected, within(1e-6 * expected));
  }

  /** Some frames with old labels, some without or with some kinds of them. */
  private NormalEquations[] mixed(double[] fitted) {
    NormalEquations[] folds = empty();
    try (FeatureKernel kernel = new GemmFeatures(model, parameters)) {
      for (int k = 0; k < LABELLED; k++) {
        Labels known = old.get(k);
        Labels beside =
            switch (k % 4) {
              case 0 -> Labels.NONE;
              case 1 -> new Labels(known.energy(), null, null);
              default -> known;
            };
        Labels now = k % 5 == 4 ? new Labels(fresh.get(k).energy(), null, null) : fresh.get(k);
        Frame frame = pool.get(k).withLabels(now);
        NormalEquations one = new NormalEquations(parameters.size());
        one.add(frame, kernel.of(frame), start, beside, fitted);
        folds[k % folds.length].add(one);
      }
    }
    return folds;
  }

  /** Sums are made once, the layer fitted to old labels changes with every training. */
  @Test
  void oldResidualsCanBeTakenAtOtherParametersThanTheyWereAddedWith() {
    OldLayers layers = layers(old);
    OldShare share = new OldShare(0.5, 0.25, 0.75);
    double[] change = moved(new double[start.length], 0.1, 9);
    NormalEquations[] at = mixed(sum(start, layers.get(0).change()));
    NormalEquations[] before = mixed(start);
    for (int fold = 0; fold < at.length; fold++) {
      double expected = at[fold].changed(layers.get(0).change(), share).loss(PREFACTORS, change);
      assertThat(
              before[fold]
                  .withOldAt(layers.get(0).change())
                  .changed(layers.get(0).change(), share)
                  .loss(PREFACTORS, change))
          .isCloseTo(expected, within(1e-8 * expected));
    }
  }

  @Test
  void sumsThatWereKeptAreTheSame() {
    NormalEquations[] folds = mixed(start);
    NormalEquations[] read =
        NormalEquations.of(NormalEquations.numbers(folds), parameters.size(), folds.length);
    assertThat(NormalEquations.numbers(read)).containsExactly(NormalEquations.numbers(folds));
    OldLayers layers = layers(old);
    TransferFit expected = fit(folds, layers);
    TransferFit found = fit(read, layers);
    assertThat(found.fit().change()).containsExactly(expected.fit().change());
    assertThat(found.fit().ridge()).isEqualTo(expected.fit().ridge());
  }

  private TransferFit fit(NormalEquations[] folds, OldLayers layers) {
    return TransferFit.of(
        folds,
        folds,
        PREFACTORS,
        parameters.biases(),
        layers,
        TransferFit.Mode.USE,
        OptionalDouble.empty());
  }

  /** Sums of errors squared over frames that no fit has seen. */
  private double virialError(TransferFit fit) {
    ReferenceModel solved = new ReferenceModel(parameters.write(model, solved(fit)));
    double sum = 0;
    for (int k = LABELLED; k < POOL; k++) {
      double[] found = solved.evaluate(pool.get(k)).virial();
      double[] expected = fresh.get(k).virial();
      for (int c = 0; c < found.length; c++) {
        sum += Math.pow((found[c] - expected[c]) / pool.get(k).atomCount(), 2);
      }
    }
    return sum;
  }

  /**
   * Old labels whose forces and virials no one model has together: the first layer follows the
   * forces. New labels that a model can have are then fitted worse from it than without it.
   */
  @Test
  void whereOldForcesSpoilVirialsALayerIsTakenInWhichVirialsCountMore() {
    List<Labels> torn = new ArrayList<>();
    ReferenceModel other = new ReferenceModel(parameters.write(model, moved(before, 0.3, 21)));
    for (int k = 0; k < POOL; k++) {
      torn.add(
          new Labels(
              old.get(k).energy(), other.evaluate(pool.get(k)).force(), old.get(k).virial()));
    }
    OldLayers layers = layers(torn);
    TransferFit fit = fit(fresh, torn, layers, TransferFit.Mode.USE);
    assertThat(layers.count()).isEqualTo(3);
    assertThat(fit.old()).isNotSameAs(layers.get(0));
    NormalEquations[] folds = sums(fresh, torn);
    TransferFit first =
        TransferFit.of(
            folds,
            folds,
            PREFACTORS,
            parameters.biases(),
            new OldLayers(oldSums(torn), PREFACTORS, parameters.biases(), new double[] {1}),
            TransferFit.Mode.USE,
            OptionalDouble.empty());
    assertThat(virialError(fit)).isLessThan(virialError(first));
  }
}
