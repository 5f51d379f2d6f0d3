package org.dpsieve.uncertainty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.dpsieve.frame.Labels;
import org.dpsieve.infer.Prediction;
import org.junit.jupiter.api.Test;

class ExpectedErrorTest {
  private static final ExpectedError.Scale TWICE = new ExpectedError.Scale(2, 2);
  private static final ExpectedError.Scale ONCE = new ExpectedError.Scale(1, 1);

  private final FrameSigma sigma =
      new FrameSigma(
          new Prediction[] {model(10, 1), model(14, -1)},
          0.5,
          0.6,
          0.7,
          new double[2],
          new double[2],
          new double[2],
          null);

  /** Two atoms. */
  private static Prediction model(double energy, double x) {
    return new Prediction(energy, new double[] {x, 0, 0, 0, 0, 0}, new double[9], new double[2]);
  }

  private static PredictedLabels label(Double energy, double[] force) {
    return new PredictedLabels(new Labels(energy, force, null), 0.1, new double[] {0.2, 0.3});
  }

  @Test
  void whatIsKnownAndWhatIsGuessedAddUp() {
    ExpectedError error =
        ExpectedError.of(sigma, ONCE, label(10.0, new double[] {1, 0, 0, 3, 0, 0}), TWICE);
    // energies are off by 0 and 2 eV per atom, forces of the atoms by 0 and 2, and by 3 each
    assertThat(error.energy()).isCloseTo(Math.sqrt(2 + 0.04), within(1e-12));
    double first = 2 + 3 * 0.16;
    double second = 9 + 3 * 0.36;
    assertThat(error.force()).isCloseTo(Math.sqrt(second), within(1e-12));
    assertThat(error.rmsForce()).isCloseTo(Math.sqrt((first + second) / 6), within(1e-12));
  }

  @Test
  void withoutAnOldLabelThePosteriorAlone() {
    ExpectedError error = ExpectedError.of(sigma, TWICE, label(null, null), ONCE);
    assertThat(error.energy()).isEqualTo(1.0);
    assertThat(error.force()).isEqualTo(1.2);
    assertThat(error.rmsForce()).isEqualTo(1.4);
    double[] none = {Double.NaN, 0, 0, 0, 0, 0};
    assertThat(ExpectedError.of(sigma, TWICE, label(Double.NaN, none), ONCE)).isEqualTo(error);
  }
}
