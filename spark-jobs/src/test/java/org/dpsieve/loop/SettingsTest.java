package org.dpsieve.loop;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import org.dpsieve.config.TargetError;
import org.junit.jupiter.api.Test;

class SettingsTest {
  private static Settings settings(OptionalInt taskMax, TargetError target) {
    return new Settings(
        new RunKeys(new TreeMap<>(Map.of("seed", "1")), new TreeMap<>()),
        "off",
        false,
        8,
        10,
        taskMax,
        0,
        0.2,
        OptionalInt.empty(),
        OptionalInt.empty(),
        Optional.ofNullable(target),
        false);
  }

  private static Facts.Expected expected(double energy, double force) {
    return new Facts.Expected(5, energy, force, energy, force);
  }

  @Test
  void anIterationLabelsAsManyAsItsKeySaysAndNoMoreThanFpTaskMax() {
    Settings free = settings(OptionalInt.empty(), null);
    assertThat(free.atMost(0)).isEqualTo(8);
    assertThat(free.atMost(1)).isEqualTo(10);
    Settings bound = settings(OptionalInt.of(9), null);
    assertThat(bound.atMost(0)).isEqualTo(8);
    assertThat(bound.atMost(1)).isEqualTo(9);
  }

  @Test
  void aTargetIsReachedBelowIt() {
    Settings both =
        settings(
            OptionalInt.empty(),
            new TargetError(OptionalDouble.of(0.002), OptionalDouble.of(0.05)));
    assertThat(both.reached(expected(0.0019, 0.049))).isTrue();
    assertThat(both.reached(expected(0.002, 0.049))).as("energy as large").isFalse();
    assertThat(both.reached(expected(0.0019, 0.05))).as("force as large").isFalse();
    assertThat(both.reached(expected(Double.NaN, 0.049))).as("nothing is expected").isFalse();
    assertThat(both.reached(null)).as("nobody looked").isFalse();
  }

  @Test
  void onlyWhatIsGivenCounts() {
    Settings force =
        settings(
            OptionalInt.empty(), new TargetError(OptionalDouble.empty(), OptionalDouble.of(0.05)));
    assertThat(force.reached(expected(9, 0.049))).isTrue();
    assertThat(settings(OptionalInt.empty(), null).reached(expected(0, 0))).isFalse();
  }

  @Test
  void whatTheUserAnswersForIsAllThatAcceptingChanges() {
    Settings before = settings(OptionalInt.of(9), null);
    Settings after = before.accepting(Set.of("seed"));
    assertThat(after.keys().accepted()).containsExactly("seed");
    assertThat(after).usingRecursiveComparison().ignoringFields("keys").isEqualTo(before);
  }
}
