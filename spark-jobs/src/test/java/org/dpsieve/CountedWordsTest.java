package org.dpsieve;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.dpsieve.testing.Shared;
import org.dpsieve.text.Counted;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Messages, console lines and pages count things by {@link Counted}: never "1 frames". */
class CountedWordsTest {
  /** What is counted in them, as {@code %d [some words] frames} would have it. */
  private static final Pattern BY_HAND =
      Pattern.compile(
          "(?:%,?d|%s) (?:(?:more|old|new|other|bad|real|hidden|equal|frame|labelled|unlabelled) )*"
              + "(?:atoms|bytes|candidates|columns|components|duplicates|elements|entries|errors"
              + "|files|formulas|frames|geometries|groups|inputs|iterations|keys|labels|layers"
              + "|members|models|numbers|others|outputs|parameters|partitions|picks|points"
              + "|problems|reasons|records|remarks|rows|steps|systems|tasks|teachers|types|values)\\b"
              + "|%,?d (?:[A-Za-z]+ )*[A-Za-z]+%s");

  /** Words that look like it: kinds of labels, a verb. */
  private static final Pattern NO_COUNT = Pattern.compile("no %s labels|%s elements that type_map");

  @Test
  void noMessagePutsNumberAndNounTogetherItself() throws IOException {
    List<String> found = new ArrayList<>();
    for (String module : List.of("model-core", "spark-jobs")) {
      Path sources = Shared.repository().resolve(module).resolve("src/main/java");
      try (Stream<Path> files = Files.walk(sources)) {
        for (Path file : files.filter(path -> path.toString().endsWith(".java")).toList()) {
          for (String line : Files.readAllLines(file)) {
            if (isByHand(line)) {
              found.add(file.getFileName() + ": " + line.strip());
            }
          }
        }
      }
    }
    assertThat(found).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"%d frames -> %s\"",
        "\"%,d of %,d labelled frames\"",
        "\"%s more labels\"",
        "\"%d system%s\"",
      })
  void whatIsWrittenByHandIsFound(String line) {
    assertThat(isByHand(line)).isTrue();
  }

  private static boolean isByHand(String line) {
    Matcher matcher = BY_HAND.matcher(line);
    return matcher.find() && !NO_COUNT.matcher(line).find();
  }
}
