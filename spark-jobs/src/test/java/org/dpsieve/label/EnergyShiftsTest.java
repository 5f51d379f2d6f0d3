package org.dpsieve.label;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class EnergyShiftsTest {
  private static EnergyShifts.Pair pair(int ag, int au, double difference) {
    return new EnergyShifts.Pair(Map.of("Ag", ag, "Au", au), difference);
  }

  @Test
  void shiftsOfTwoElementsAndWhatTheyLeave() {
    EnergyShifts shifts =
        EnergyShifts.of(
                List.of(
                    pair(4, 0, 4 * -1.5 + 0.04),
                    pair(4, 0, 4 * -1.5 - 0.04),
                    pair(2, 2, 2 * -1.5 + 2 * 0.25),
                    pair(0, 8, 8 * 0.25)))
            .orElseThrow();
    assertThat(shifts.perAtom().get("Ag")).isCloseTo(-1.5, within(1e-12));
    assertThat(shifts.perAtom().get("Au")).isCloseTo(0.25, within(1e-12));
    assertThat(shifts.apart()).isTrue();
    assertThat(shifts.left()).isCloseTo(0.01 / Math.sqrt(2), within(1e-12));
    assertThat(shifts.text()).startsWith("Ag -1.5000, Au +0.2500 eV per atom, which leave 0.0071");
  }

  @Test
  void oneCompositionDoesNotTellElementsApart() {
    EnergyShifts shifts =
        EnergyShifts.of(List.of(pair(4, 4, 8), pair(4, 4, 8), pair(8, 8, 16))).orElseThrow();
    assertThat(shifts.perAtom().get("Ag")).isCloseTo(1, within(1e-12));
    assertThat(shifts.perAtom().get("Au")).isCloseTo(1, within(1e-12));
    assertThat(shifts.apart()).isFalse();
    assertThat(shifts.text()).endsWith("do not tell these types apart");
    assertThat(EnergyShifts.of(List.of())).isEmpty();
  }

  /** Two shifts leave nothing of two frames, which says nothing of other frames. */
  @Test
  void asManyFramesAsTypesAreTooFew() {
    assertThat(EnergyShifts.of(List.of(pair(4, 0, 1), pair(0, 4, 1)))).isEmpty();
    assertThat(EnergyShifts.of(List.of(pair(4, 0, 1), pair(0, 4, 1), pair(4, 4, 2)))).isPresent();
  }
}
