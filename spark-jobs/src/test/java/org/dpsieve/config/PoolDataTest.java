package org.dpsieve.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What simplify.json says of the pool and of other data. */
class PoolDataTest {
  @TempDir private Path folder;
  private Fixture run;

  @BeforeEach
  void aCorrectRun() throws IOException {
    run = Fixture.in(folder);
  }

  @Test
  void aTildeIsExplained() throws IOException {
    assertThat(run.set("pick_data", "[\"~/pool\"]").complaint()).contains("~ is not expanded");
  }

  @Test
  void dataOnAnotherFileSystemAreLeftToTheRun() throws IOException {
    run.set("pick_data", "[\"hdfs://host/pool\"]");
    assertThat(run.read().simplify().pool().pickData()).isEqualTo(List.of("hdfs://host/pool"));
  }

  @Test
  void theInitialDataTakeTheirPrefix() throws IOException {
    run.set("init_data_prefix", "\"pool\"").set("init_data_sys", "[\"Ag1\"]");
    assertThat(run.read().simplify().pool().initData())
        .containsExactly(folder.resolve("pool/Ag1").toString());
  }

  @Test
  void anEmptyPoolIsNoPool() throws IOException {
    Files.createDirectories(folder.resolve("void"));
    assertThat(run.set("pick_data", "\"void\"").complaint()).contains("no system in it");
  }

  @Test
  void aPoolWithoutTheLabelsThatTheRunNeedsIsRefused() throws IOException {
    Files.delete(folder.resolve("pool/Ag1/set.000/energy.npy"));
    assertThat(run.complaint())
        .contains("pick_data: 1 of 1 system has a set without energy.npy", "labeled true");
    run.set("labeled", "false").set("fp_style", "\"d3\"");
    assertThat(run.complaint()).contains("fp_style d3 adds to the labels");
  }

  @Test
  void aPoolWithoutAnyForcesIsRefused() throws IOException {
    Files.delete(folder.resolve("pool/Ag1/set.000/force.npy"));
    assertThat(run.complaint())
        .contains("pick_data: none of 1 system has force.npy in every set", "labeled true");
  }
}
