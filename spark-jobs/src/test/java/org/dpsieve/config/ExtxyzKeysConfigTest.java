package org.dpsieve.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.dpsieve.error.InputException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExtxyzKeysConfigTest {
  @TempDir Path folder;
  private Fixture run;

  @BeforeEach
  void aPoolWithOtherNames() throws IOException {
    run = Fixture.in(folder);
    Files.writeString(
        folder.resolve("pool.xyz"),
        "1\nLattice=\"4 0 0 0 4 0 0 0 4\" Properties=species:S:1:pos:R:3:REF_forces:R:3 REF_energy=-1\n"
            + "Ag 0 0 0 0 0 0\n");
    run.set("pick_data", "\"pool.xyz\"");
  }

  @Test
  void thePlanSaysThatLabelsAreNotRead() {
    assertThat(PoolSurvey.of(run.read().simplify()).pool())
        .contains("1 system, 1 frame", "extxyz_keys energy=REF_energy,forces=REF_forces");
    assertThat(run.identity()).doesNotContainKey("extxyz_keys");
  }

  @Test
  void namedTheyAreReadAndPartOfTheRun() throws IOException {
    run.set("extxyz_keys", "\"energy=REF_energy,forces=REF_forces\"");
    SimplifyConfig config = run.read().simplify();
    assertThat(config.pool().extxyzKeys().names())
        .isEqualTo(Map.of("energy", "ref_energy", "forces", "ref_forces"));
    assertThat(PoolSurvey.of(config).pool()).doesNotContain("extxyz_keys");
    assertThat(run.identity()).containsKey("extxyz_keys");
  }

  @Test
  void otherQuantitiesAreAProblemOfTheFile() throws IOException {
    run.set("extxyz_keys", "\"energie=E\"");
    assertThatThrownBy(run::read)
        .isInstanceOf(InputException.class)
        .hasMessageContaining("extxyz_keys")
        .hasMessageContaining("'energie' is no quantity");
  }
}
