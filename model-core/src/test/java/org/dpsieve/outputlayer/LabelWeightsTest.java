package org.dpsieve.outputlayer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import org.dpsieve.frame.Frame;
import org.dpsieve.frame.Labels;
import org.junit.jupiter.api.Test;

class LabelWeightsTest {
  private static final int SIZE = 3;
  private static final LossPrefactors ALL = new LossPrefactors(2, 1, 0.5);

  private final Random random = new Random(7);

  private double[] numbers(int count) {
    return random.doubles(count, -1, 1).toArray();
  }

  private NormalEquations equations(
      FrameFeatures features, Labels labels, Labels old, LabelWeights weights) {
    Frame frame = new Frame("test", 0, new int[] {47, 79}, new double[6], null, labels);
    NormalEquations equations = new NormalEquations(SIZE);
    double[] start = {0.1, 0.2, 0.3};
    equations.add(frame, features, start, old, start, weights);
    return equations;
  }

  private Labels labels() {
    return new Labels(random.nextDouble(), numbers(6), numbers(9));
  }

  /** The loss is a sum of squares, each times its weight. */
  @Test
  void aLabelCountsAsItsWeightSays() {
    FrameFeatures features =
        new FrameFeatures(
            2, FrameFeatures.Constant.of(0.5), numbers(SIZE), numbers(6 * SIZE), numbers(9 * SIZE));
    Labels labels = labels();
    Labels old = labels();
    double[] change = numbers(SIZE);
    NormalEquations plain = equations(features, labels, old, null);
    NormalEquations ones = equations(features, labels, old, new LabelWeights(new double[] {1, 1}));
    assertThat(ones.loss(ALL, change)).isEqualTo(plain.loss(ALL, change));

    NormalEquations half =
        equations(features, labels, old, new LabelWeights(new double[] {0.5, 0.5}));
    assertThat(half.loss(ALL, change)).isCloseTo(plain.loss(ALL, change) / 2, within(1e-14));
    OldShare share = new OldShare(0.3, 0.2, 0.1);
    assertThat(half.changed(change, share).loss(ALL, new double[SIZE]))
        .isCloseTo(plain.changed(change, share).loss(ALL, new double[SIZE]) / 2, within(1e-14));

    LossPrefactors forces = new LossPrefactors(0, 1, 0);
    double[] rows = new double[6];
    for (int row = 0; row < 6; row++) {
      rows[row] = labels.force()[row];
      for (int k = 0; k < SIZE; k++) {
        rows[row] -=
            features.force()[row * SIZE + k] * (new double[] {0.1, 0.2, 0.3}[k] + change[k]);
      }
    }
    double expected =
        (Arrays.stream(rows, 0, 3).map(r -> 0.8 * r * r).sum()
                + Arrays.stream(rows, 3, 6).map(r -> 0.2 * r * r).sum())
            / 6;
    NormalEquations uneven =
        equations(features, labels, old, new LabelWeights(new double[] {0.8, 0.2}));
    assertThat(uneven.loss(forces, change)).isCloseTo(expected, within(1e-14));
  }

  @Test
  void noiseAsLargeAsTheErrorHalvesAWeight() {
    assertThat(LabelWeights.of(0, 0.05)).isEqualTo(1);
    assertThat(LabelWeights.of(0.05, 0.05)).isEqualTo(0.5);
    assertThat(LabelWeights.of(0.1, 0.05)).isEqualTo(0.2);
    assertThat(new LabelWeights(new double[] {0.5, 1}).frame()).isEqualTo(0.75);
  }
}
