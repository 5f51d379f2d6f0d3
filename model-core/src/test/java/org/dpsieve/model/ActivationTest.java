package org.dpsieve.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ActivationTest {
  static Stream<Activation> all() {
    return Arrays.stream(Activation.Function.values())
        .map(f -> f == Activation.Function.GELU ? Activation.GELU : new Activation(f, 1.5));
  }

  @ParameterizedTest
  @MethodSource("all")
  void derivativeIsTheSlope(Activation activation) {
    double h = 1e-6;
    for (double x = -8.03; x < 9; x += 0.37) { // never on a kink
      double slope = (activation.value(x + h) - activation.value(x - h)) / (2 * h);
      assertThat(activation.derivative(x))
          .as("%s at %s", activation, x)
          .isCloseTo(slope, within(1e-8));
    }
  }

  @ParameterizedTest
  @MethodSource("all")
  void isFiniteFarOutAndKeepsNaN(Activation activation) {
    for (double x : new double[] {-1e3, 0, 1e3}) {
      assertThat(activation.value(x)).isFinite();
      assertThat(activation.derivative(x)).isFinite();
    }
    assertThat(activation.value(Double.NaN)).isNaN();
  }

  @Test
  void hasKnownValues() {
    assertThat(Activation.SOFTPLUS.value(0)).isCloseTo(Math.log(2), within(1e-15));
    assertThat(Activation.SIGMOID.value(0)).isEqualTo(0.5);
    assertThat(Activation.RELU6.value(7)).isEqualTo(6);
    assertThat(Activation.RELU.value(-1)).isZero();
    // torch.nn.functional.gelu(1, approximate='tanh')
    assertThat(Activation.GELU.value(1)).isCloseTo(0.8411919906082768, within(1e-15));
    assertThat(Activation.silut(1.5).value(1)).isEqualTo(Activation.SILU.value(1));
  }
}
