package org.dpsieve.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.dpsieve.testing.Mutations;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Spoilt parameter files, see {@link Mutations}. */
@Tag("slow")
class MutatedConfigTest {
  @TempDir Path folder;

  @Test
  void simplify() throws IOException {
    Fixture run = Fixture.in(folder);
    mutate(run, run.simplify, Files.readAllBytes(run.simplify));
  }

  @ParameterizedTest
  @ValueSource(strings = {"machine.json", "old-machine.json"})
  void machine(String resource) throws IOException {
    Fixture run = Fixture.in(folder);
    mutate(run, run.machine, Fixture.resource(resource).getBytes(StandardCharsets.UTF_8));
  }

  private static void mutate(Fixture run, Path file, byte[] source) {
    Mutations.run(
        file.getFileName().toString(),
        source,
        150,
        Mutations::text,
        bytes -> {
          Files.write(file, bytes);
          assertThat(run.read().simplify().typeMap()).isNotEmpty();
        });
  }
}
