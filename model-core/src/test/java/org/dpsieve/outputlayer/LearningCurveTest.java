package org.dpsieve.outputlayer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Test;

class LearningCurveTest {
  private static final double[] LABELS = {20, 40, 60, 80};

  private static LearningCurve.Of through(DoubleUnaryOperator left, double trained) {
    return LearningCurve.Of.through(LABELS, Arrays.stream(LABELS).map(left).toArray(), trained);
  }

  /** A linear model with noise: both extrapolations are its own curve. */
  @Test
  void floorAndSlopeAreFoundAgain() {
    LearningCurve.Of curve = through(n -> 3 + 200 / n, 3 - 200.0 / 80);
    assertThat(curve.floor()).isCloseTo(3, within(1e-6));
    assertThat(curve.slope()).isCloseTo(200, within(1e-4));
    assertThat(curve.bend()).isCloseTo(0, within(1e-2));
    assertThat(curve.limit()).isCloseTo(3, within(1e-12));
    assertThat(curve.fall()).isCloseTo(200, within(1e-12));
    LearningCurve both = new LearningCurve(curve, curve);
    assertThat(both.forceRatio(100, 200)).isCloseTo(Math.sqrt(4.0 / 5.0), within(1e-6));
    assertThat(both.energyRatio(100, 100)).isEqualTo(1);
  }

  /** Errors fall steeply while labels are few; what was learnt so far bounds what is promised. */
  @Test
  void steepFallsAreNotPromisedToGoOn() {
    LearningCurve.Of steep = through(n -> 1e6 / (n * n * n), 0.4);
    LearningCurve both = new LearningCurve(steep, steep);
    assertThat(both.energyRatio(100, 200)).isBetween(0.6, 0.9); // going on it were 0.35
  }

  @Test
  void withoutErrorsNothingIsPromised() {
    for (double square : new double[] {0, -1e-30, Double.NaN, Double.POSITIVE_INFINITY}) {
      LearningCurve.Of none = through(n -> square, 0);
      assertThat(new LearningCurve(none, none).energyRatio(100, 200)).isNaN();
    }
  }

  @Test
  void errorsNeverGrowWithLabels() {
    LearningCurve.Of rising = through(n -> 1 + n / 100, 2);
    assertThat(rising.slope()).isZero();
    assertThat(rising.bend()).isZero();
    assertThat(rising.fall()).isZero();
    assertThat(new LearningCurve(rising, rising).forceRatio(80, 180)).isEqualTo(1);
  }
}
