package org.dpsieve.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.dpsieve.config.reading.Paths;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PathsTest {
  @TempDir Path folder;

  /** What Python 3.11's glob finds. */
  @ParameterizedTest
  @CsvSource(
      delimiter = ' ',
      value = {
        "[0-3] 0;3",
        "[!0-3] -;9;];^;a",
        "[^:-9] ^",
        "[9-0] ''",
        "[!9-0] -;0;3;9;];^;a",
        "[]a] ];a",
        "[!]a] -;0;3;9;^",
        "[0-] -;0",
        "[a ''",
        "? -;0;3;9;];^;a",
        "[[] ''",
        "[\\a] a"
      })
  void globsAreThoseOfPython(String glob, String expected) throws IOException {
    for (String name : List.of("-", "0", "3", "9", "]", "^", "a", ".b", "10")) {
      Files.createFile(folder.resolve(name));
    }
    List<Path> found = new Paths(folder, folder.resolve("simplify.json")).glob(glob);
    assertThat(String.join(";", found.stream().map(f -> f.getFileName().toString()).toList()))
        .isEqualTo(expected);
  }
}
