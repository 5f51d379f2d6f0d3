package org.dpsieve.uncertainty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.dpsieve.infer.Prediction;
import org.junit.jupiter.api.Test;

class FrameWidthTest {
  private static final int NUMBERS = 12; // of the energy's row

  private static double[] row(Random random) {
    return random.doubles(NUMBERS, -1, 1).toArray();
  }

  private static double[] about(double[] row) {
    Prediction one = new Prediction(1, new double[] {0.3, 0, 0, 0, 0.4, 0}, new double[9], null);
    return FrameWidth.about(0.2, 0.1, new Prediction[] {one}, new Prediction[] {one}, row);
  }

  /** Errors that the row foretells, up to a part that nothing does. */
  private static List<List<FrameWidth.Seen>> folds(int frames, double told, double noise) {
    Random random = new Random(1);
    List<List<FrameWidth.Seen>> folds = new ArrayList<>();
    for (int fold = 0; fold < 5; fold++) {
      folds.add(new ArrayList<>());
    }
    for (int k = 0; k < frames; k++) {
      double[] row = row(random);
      double logarithm = told * row[2] + noise * random.nextGaussian();
      folds.get(k % 5).add(new FrameWidth.Seen(about(row), Math.exp(logarithm)));
    }
    return folds;
  }

  @Test
  void whatFramesHaveInCommonWithThoseThatWereOffIsLearnt() {
    List<List<FrameWidth.Seen>> folds = folds(150, 1, 0.1);
    FrameWidth.Learnt learnt = FrameWidth.of(folds).orElseThrow();
    Random other = new Random(2);
    for (int k = 0; k < 20; k++) {
      double[] row = row(other);
      assertThat(Math.log(learnt.width().factor(about(row)))).isCloseTo(row[2], within(0.25));
    }
    for (int fold = 0; fold < 5; fold++) {
      for (int k = 0; k < folds.get(fold).size(); k++) {
        assertThat(Math.log(learnt.factors()[fold][k]))
            .as("by the other folds")
            .isCloseTo(Math.log(folds.get(fold).get(k).ratio()), within(0.6));
      }
    }
  }

  /** In seconds: labels come by the ten thousand. */
  @Test
  void ofManyFramesSomeAreLookedAtAndAllAreWidened() {
    List<List<FrameWidth.Seen>> folds = folds(4_000, 1, 0.1);
    FrameWidth.Learnt learnt = FrameWidth.of(folds).orElseThrow();
    double[] row = row(new Random(2));
    assertThat(Math.log(learnt.width().factor(about(row)))).isCloseTo(row[2], within(0.1));
    assertThat(learnt.factors()[4]).hasSize(800).doesNotContain(0);
    assertThat(Math.log(learnt.factors()[4][799]))
        .isCloseTo(Math.log(folds.get(4).get(799).ratio()), within(0.6));
  }

  @Test
  void farFromAllFramesItIsTheirMean() {
    FrameWidth width = FrameWidth.of(folds(150, 1, 0.1)).orElseThrow().width();
    double[] far = new double[NUMBERS];
    far[2] = 100;
    assertThat(Math.log(width.factor(about(far)))).isCloseTo(width.level(), within(1e-9));
    assertThat(width.level()).isBetween(-0.3, 0.3);
  }

  @Test
  void noWidthIsAboveOrBelowWhatWasFound() {
    FrameWidth width = FrameWidth.of(folds(150, 1, 0.1)).orElseThrow().width();
    FrameWidth steep =
        new FrameWidth(
            width.mean(),
            width.scale(),
            width.seen(),
            Arrays.stream(width.share()).map(share -> 100 * share).toArray(),
            width.reach(),
            width.level(),
            width.least(),
            width.most());
    double[] row = new double[NUMBERS];
    row[2] = 0.5;
    assertThat(Math.log(steep.factor(about(row)))).isEqualTo(width.most());
    row[2] = -0.5;
    assertThat(Math.log(steep.factor(about(row)))).isEqualTo(width.least());
  }

  /** Where one member says another force than the other, errors are larger. */
  @Test
  void whereMembersDisagreeIsLearnt() {
    Random random = new Random(1);
    List<List<FrameWidth.Seen>> folds = new ArrayList<>();
    for (int fold = 0; fold < 5; fold++) {
      folds.add(new ArrayList<>());
      for (int k = 0; k < 20; k++) {
        double apart = Math.exp(random.nextGaussian());
        folds.get(fold).add(new FrameWidth.Seen(disagreeing(apart), 3 * Math.sqrt(apart)));
      }
    }
    FrameWidth width = FrameWidth.of(folds).orElseThrow().width();
    assertThat(width.factor(disagreeing(0.5))).isCloseTo(3 * Math.sqrt(0.5), within(0.3));
    assertThat(width.factor(disagreeing(2))).isCloseTo(3 * Math.sqrt(2), within(0.4));
  }

  private static double[] disagreeing(double apart) {
    Prediction one = new Prediction(1, new double[] {1, 0, 0}, new double[9], null);
    Prediction other = new Prediction(1, new double[] {1 + apart, 0, 0}, new double[9], null);
    return FrameWidth.about(
        0.2, 0.1, new Prediction[] {one}, new Prediction[] {one, other}, new double[NUMBERS]);
  }

  @Test
  void ofFewFramesOrOfNothingButChanceNothingIsLearnt() {
    assertThat(FrameWidth.of(folds(15, 1, 0.1))).isEmpty();
    assertThat(FrameWidth.of(List.of())).isEmpty();
    FrameWidth.of(folds(100, 0, 1))
        .ifPresent(
            learnt ->
                assertThat(learnt.width().factor(about(new double[NUMBERS]))).isBetween(0.7, 1.4));
  }

  @Test
  void framesOfWhichNothingIsKnownStayAsTheyAre() {
    List<List<FrameWidth.Seen>> folds = folds(100, 1, 0.1);
    folds.get(3).add(1, null);
    folds.get(3).add(new FrameWidth.Seen(about(new double[NUMBERS]), Double.NaN));
    FrameWidth.Learnt learnt = FrameWidth.of(folds).orElseThrow();
    assertThat(learnt.factors()[3]).hasSize(22);
    assertThat(learnt.factors()[3][1]).isEqualTo(1);
    assertThat(learnt.factors()[3][21]).isEqualTo(1);
    assertThat(learnt.factors()[4])
        .isEqualTo(FrameWidth.of(folds(100, 1, 0.1)).orElseThrow().factors()[4]);
    assertThat(
            FrameWidth.about(
                Double.NaN, 1, new Prediction[] {}, new Prediction[] {}, new double[1]))
        .isNull();
  }
}
