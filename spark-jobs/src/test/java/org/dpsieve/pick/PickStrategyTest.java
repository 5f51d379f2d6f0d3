package org.dpsieve.pick;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PickStrategyTest {
  @Test
  void theNamesAreThoseOfSimplifyJson() {
    assertThat(PickStrategy.keys())
        .containsExactly("random", "deviation", "stratified", "diverse", "information");
    PickStrategy.keys()
        .forEach(key -> assertThat(PickStrategy.named(key).orElseThrow().key()).isEqualTo(key));
    assertThat(PickStrategy.named("RANDOM")).isEmpty();
    assertThat(PickStrategy.withoutFeatures()).isEqualTo("random, deviation, stratified");
  }
}
