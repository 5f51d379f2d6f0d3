package org.dpsieve.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.dpsieve.spark.Versions;
import org.dpsieve.testing.Shared;
import org.dpsieve.testing.Terminal;
import org.junit.jupiter.api.Test;

/** The version is the same wherever it stands. */
class VersionTest {
  private static final Path ROOT = Shared.repository();

  /** The first match's group in a file of the checkout. */
  private static String first(String file, String pattern) throws IOException {
    Matcher matcher =
        Pattern.compile(pattern, Pattern.DOTALL).matcher(Files.readString(ROOT.resolve(file)));
    assertThat(matcher.find()).as(file).isTrue();
    return matcher.group(1);
  }

  @Test
  void everyFileHasTheVersionOfThePom() throws IOException {
    String version = first("pom.xml", "<artifactId>dpsieve</artifactId>\\s*<version>([^<]+)<");
    assertThat(version).matches("\\d+\\.\\d+\\.\\d+");
    for (String module : new String[] {"model-core", "spark-jobs"}) {
      assertThat(first(module + "/pom.xml", "<parent>.*?<version>([^<]+)<")).isEqualTo(version);
    }
    assertThat(first("CITATION.cff", "\nversion: (\\S+)")).isEqualTo(version);
    assertThat(first("python/pyproject.toml", "\nversion = \"([^\"]+)\"")).isEqualTo(version);
    assertThat(first("CHANGELOG.md", "\n## \\[(\\d[^\\]]*)]")).isEqualTo(version);
  }

  @Test
  void theProgramSaysTheVersionItWasBuiltWith() {
    Terminal terminal = new Terminal();
    terminal.succeed("--version");
    assertThat(terminal.out().strip()).isEqualTo("dpsieve " + Versions.dpsieve());
    terminal.clear();
    terminal.succeed("simplify", "--version");
    assertThat(terminal.out().strip()).isEqualTo("dpsieve " + Versions.dpsieve());
  }
}
