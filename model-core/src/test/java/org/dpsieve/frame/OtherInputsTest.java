package org.dpsieve.frame;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OtherInputsTest {
  @ParameterizedTest
  @CsvSource({
    "spin.npy, 0 0 0, false",
    "spin.npy, 0 0 1.2, true",
    "Spin, 1, false",
    "spin, 2, true",
    "multiplicity, 1, false",
    "spin_multiplicity, 3, true",
    "charge, 0, false",
    "charge, 1, true",
    "total_charge, -1, true",
    "charge_spin.npy, 0 1, false",
    "efield, 0 0 0.1, true",
    "efield, NaN 0 0, true",
    "energy, 5, false",
    "magmoms, 5, false",
  })
  void whatIsAskedOfACalculationIsAProblemUnlessItSaysNothing(
      String name, String values, boolean problem) {
    double[] numbers = Arrays.stream(values.split(" ")).mapToDouble(Double::parseDouble).toArray();
    assertThat(OtherInputs.problem(name, numbers).isPresent()).isEqualTo(problem);
  }

  @Test
  void aStateIsTheSameInWhateverOrderTheAtomsAre() {
    String state =
        OtherInputs.state(Map.of("magmoms", new double[] {5, -5, 0}), new int[] {26, 26, 8});
    assertThat(
            OtherInputs.state(Map.of("magmoms", new double[] {-0.0, -5, 5}), new int[] {8, 26, 26}))
        .isEqualTo(state)
        .startsWith("magmoms=");
    assertThat(OtherInputs.state(Map.of("magmoms", new double[] {5, 5, 0}), new int[] {26, 26, 8}))
        .isNotEqualTo(state);
    assertThat(
            OtherInputs.state(
                Map.of("magmoms", new double[] {0, 0, 5, 0, 0, -5}), new int[] {26, 26}))
        .isEqualTo(
            OtherInputs.state(
                Map.of("magmoms", new double[] {0, 0, -5, 0, 0, 5}), new int[] {26, 26}));
    assertThat(OtherInputs.state(Map.of(), new int[] {8})).isNull();
  }
}
