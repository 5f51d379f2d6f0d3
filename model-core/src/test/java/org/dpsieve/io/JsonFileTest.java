package org.dpsieve.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.type.TypeReference;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.dpsieve.error.InputException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonFileTest {
  private record Numbers(double[] values, long count) {}

  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{",
        "{\"a\": [1, 2",
        "{\"a\": }",
        "{\"a\": \"x",
        "[1, 2}",
        "\u0000\u0001",
        "tru"
      })
  void whatIsWrongNamesTheFileAndNothingOfTheParser(String text) throws IOException {
    Path file = Files.writeString(folder.resolve("a.json"), text);
    assertThatThrownBy(() -> JsonFile.tree(file))
        .isInstanceOf(InputException.class)
        .hasMessageStartingWith(file + ": ")
        .satisfies(e -> assertThat(e.getMessage()).doesNotContain("Source", "REDACTED", "\n"));
  }

  @Test
  void numbersKeepTheirDigitsAndWrongTypesAreSaid() throws IOException {
    Path file =
        Files.writeString(folder.resolve("n"), "{\"values\": [0.1, NaN, 1e300], \"count\": 3}");
    Numbers numbers = JsonFile.read(file, Numbers.class);
    assertThat(numbers.values()).containsExactly(0.1, Double.NaN, 1e300);
    assertThatThrownBy(() -> JsonFile.read(file, new TypeReference<Map<String, Integer>>() {}))
        .isInstanceOf(InputException.class)
        .hasMessageStartingWith(file + ": no valid JSON")
        .satisfies(e -> assertThat(e.getMessage()).doesNotContain("Source", "REDACTED"));
  }

  @Test
  @Timeout(20)
  void onlyFilesAreRead() throws IOException, InterruptedException {
    assertThatThrownBy(() -> JsonFile.tree(folder)).hasMessageContaining("folder");
    assertThatThrownBy(() -> JsonFile.tree(folder.resolve("none")))
        .hasMessageEndingWith("no such file");
    Path pipe = folder.resolve("pipe");
    assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
    assertThatThrownBy(() -> JsonFile.tree(pipe)).hasMessageContaining("it is a pipe");
    Path link = Files.createSymbolicLink(folder.resolve("zero"), Path.of("/dev/zero"));
    assertThatThrownBy(() -> JsonFile.tree(link)).hasMessageContaining("a device");
    assertThatThrownBy(() -> RegularFile.copyTree(link, folder.resolve("copy")))
        .hasMessageContaining("a device");
    assertThatThrownBy(() -> RegularFile.copyTree(pipe, folder.resolve("copy")))
        .hasMessageContaining("it is a pipe");
  }
}
