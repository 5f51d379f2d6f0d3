package org.dpsieve.pick;

import static org.assertj.core.api.Assertions.assertThat;
import static org.dpsieve.pick.FrameClass.ACCURATE;
import static org.dpsieve.pick.FrameClass.CANDIDATE;
import static org.dpsieve.pick.FrameClass.FAILED;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import java.util.zip.GZIPInputStream;
import org.dpsieve.testing.Shared;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TrustLevelsTest {
  private static final TrustLevels LEVELS =
      new TrustLevels(new TrustBand(0.2, 0.5), new TrustBand(0.01, 0.03));

  @ParameterizedTest
  @CsvSource({
    "0.1,   0.005, ACCURATE",
    "0.2,   0.005, CANDIDATE", // lo is inclusive
    "0.1,   0.01,  CANDIDATE", // one is enough
    "0.499, 0.029, CANDIDATE",
    "0.5,   0.005, FAILED", // hi is inclusive
    "0.3,   0.03,  FAILED", // failed wins over candidate
    "0.1,   0.9,   FAILED",
    "NaN,   0.005, FAILED",
    "0.1,   NaN,   FAILED",
    "NaN,   0.02,  FAILED", // and is not outvoted
    "Infinity, 0,  FAILED",
  })
  void asDpgenAndNaNIsFailed(double force, double energy, FrameClass expected) {
    assertThat(LEVELS.classify(force, energy)).isEqualTo(expected);
  }

  /**
   * {@code trust_f} of {@code dpsieve status --json}, and the line that settings are compared by.
   */
  @Test
  void aBandIsWrittenAsItsTwoLevels() throws IOException {
    assertThat(new ObjectMapper().writeValueAsString(new TrustBand(0.2, 100)))
        .isEqualTo("{\"lo\":0.2,\"hi\":100.0}");
    assertThat(new TrustBand(0.2, 100).text()).isEqualTo("0.2 to 100.0");
    assertThat(new TrustBand(0.2, 1e10).text()).isEqualTo("0.2 to 1.0E10");
    assertThat(TrustBand.OFF.text()).isEqualTo("off");
  }

  @Test
  void errorAgainstStoredLabelsCountsWhereAsked() {
    TrustLevels levels =
        new TrustLevels(
            new TrustBand(0.2, 0.5), TrustBand.OFF, new TrustBand(0.3, 0.6), TrustBand.OFF);
    assertThat(levels.usesTrueError()).isTrue();
    assertThat(levels.classify(0.1, 9, 0.29, 9)).isEqualTo(ACCURATE);
    assertThat(levels.classify(0.1, 9, 0.3, 9)).isEqualTo(CANDIDATE);
    assertThat(levels.classify(0.3, 9, 0.6, 9)).isEqualTo(FAILED);
    assertThat(LEVELS.usesTrueError()).isFalse();
  }

  @Test
  void crossedLevelsMakeNoCandidateAndNoError() {
    TrustLevels crossed = new TrustLevels(new TrustBand(0.5, 0.3), TrustBand.OFF);
    assertThat(crossed.classify(0.29, 0)).isEqualTo(ACCURATE);
    assertThat(crossed.classify(0.4, 0)).isEqualTo(FAILED);
  }

  @Test
  void classesOfDpgensOwnRun() throws IOException {
    Path details = Shared.path("expected/dpgen-run/iter.000001/details.gz");
    TrustLevels levels = new TrustLevels(new TrustBand(0.20, 100), TrustBand.OFF);
    Map<FrameClass, Integer> counts = new EnumMap<>(FrameClass.class);
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(
                new GZIPInputStream(Files.newInputStream(details)), StandardCharsets.UTF_8))) {
      lines
          .lines()
          .filter(line -> !line.startsWith("#"))
          .map(line -> line.strip().split("\\s+"))
          .map(c -> levels.classify(Double.parseDouble(c[4]), Double.parseDouble(c[7])))
          .forEach(frameClass -> counts.merge(frameClass, 1, Integer::sum));
    }
    assertThat(counts).containsOnly(Map.entry(ACCURATE, 2127), Map.entry(CANDIDATE, 373));
  }
}
