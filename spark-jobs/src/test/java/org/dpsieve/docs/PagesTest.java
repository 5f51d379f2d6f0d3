package org.dpsieve.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.dpsieve.testing.Shared;
import org.junit.jupiter.api.Test;

/** README and docs: short where it must be, and every link and quoted file and message is there. */
class PagesTest {
  private static final int README_LINES = 150;
  private static final Pattern LINK = Pattern.compile("]\\(([^)\\s]+)\\)");
  private static final Pattern FENCE = Pattern.compile("(?ms)^\\s*```.*?^\\s*```");
  private static final Pattern CODE = Pattern.compile("`[^`\n]+`");
  private static final Pattern HEADING = Pattern.compile("(?m)^#{1,6} (.+)$");
  private static final Pattern SNIPPET = Pattern.compile("--8<-- \"([^\"]+)\"");
  private static final Pattern MESSAGE = Pattern.compile("(?m)^### `(.+)`$");
  private static final Pattern COLUMN = Pattern.compile("\\.add\\(\\s*\"(\\w+)\"");
  private static final Pattern CONF = Pattern.compile("\\b(?:conf|scripts)/[\\w./-]*\\w");

  private static final Path ROOT = Shared.repository();

  private static List<Path> pages() throws IOException {
    try (Stream<Path> files = Files.walk(ROOT.resolve("docs"))) {
      return Stream.concat(
              files.filter(file -> file.toString().endsWith(".md")),
              Stream.of("README.md", "CHANGELOG.md", "CONTRIBUTING.md").map(ROOT::resolve))
          .sorted()
          .toList();
    }
  }

  private static String text(Path page) {
    try {
      return Files.readString(page);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Where a heading is linked to, as GitHub and mkdocs make it. */
  private static String anchor(String heading) {
    return heading
        .strip()
        .toLowerCase(Locale.ROOT)
        .replaceAll("[^\\p{L}\\p{N} _-]", "")
        .strip()
        .replace(' ', '-');
  }

  private static Set<String> anchors(Path page) {
    Set<String> anchors = new HashSet<>();
    Matcher heading = HEADING.matcher(FENCE.matcher(text(page)).replaceAll(""));
    while (heading.find()) {
      anchors.add(anchor(heading.group(1)));
    }
    return anchors;
  }

  @Test
  void theReadmeIsShort() {
    assertThat(text(ROOT.resolve("README.md")).lines().count()).isLessThanOrEqualTo(README_LINES);
  }

  @Test
  void everyLinkLeadsSomewhere() throws IOException {
    List<String> broken = new ArrayList<>();
    int links = 0;
    for (Path page : pages()) {
      String prose = CODE.matcher(FENCE.matcher(text(page)).replaceAll("")).replaceAll("code");
      Matcher link = LINK.matcher(prose);
      while (link.find()) {
        String target = link.group(1);
        if (target.matches("\\w+:.*")) {
          continue;
        }
        links++;
        String[] parts = target.split("#", 2);
        Path file = parts[0].isEmpty() ? page : page.getParent().resolve(parts[0]).normalize();
        if (!Files.exists(file)
            || parts.length > 1
                && file.toString().endsWith(".md")
                && !anchors(file).contains(parts[1])) {
          broken.add(ROOT.relativize(page) + ": " + target);
        }
      }
    }
    assertThat(broken).isEmpty();
    assertThat(links).isGreaterThan(50);
  }

  @Test
  void everyPageIsInTheSite() throws IOException {
    String site = Files.readString(ROOT.resolve("mkdocs.yml"));
    Path docs = ROOT.resolve("docs");
    assertThat(
            pages().stream()
                .filter(page -> page.startsWith(docs))
                .map(page -> docs.relativize(page).toString().replace('\\', '/'))
                .filter(name -> !site.contains(" " + name + "\n")))
        .isEmpty();
  }

  @Test
  void filesThatAreShownOrNamedAreThere() throws IOException {
    List<String> missing = new ArrayList<>();
    for (Path page : pages()) {
      if (page.endsWith("CHANGELOG.md")) {
        continue; // of older versions
      }
      for (Pattern pattern : List.of(SNIPPET, CONF)) {
        Matcher name = pattern.matcher(text(page));
        while (name.find()) {
          String file = name.group(name.groupCount());
          if (!Files.exists(ROOT.resolve(file))) {
            missing.add(ROOT.relativize(page) + ": " + file);
          }
        }
      }
    }
    assertThat(missing).isEmpty();
  }

  @Test
  void everyColumnOfATableIsDescribed() throws IOException {
    String page = text(ROOT.resolve("docs/reference/files.md"));
    String main = "spark-jobs/src/main/java/org/dpsieve/spark/";
    List<String> unknown = new ArrayList<>();
    int count = 0;
    for (String source : List.of("deviation/DeviationStage.java", "frames/FrameRows.java")) {
      Matcher column = COLUMN.matcher(text(ROOT.resolve(main + source)));
      while (column.find()) {
        count++;
        if (!page.contains("`" + column.group(1) + "`")) {
          unknown.add(column.group(1));
        }
      }
    }
    assertThat(unknown).isEmpty();
    assertThat(count).isGreaterThan(20);
  }

  @Test
  void messagesOfTroubleshootingAreOnesTheProgramSays() throws IOException {
    String said;
    try (Stream<Path> files =
        Stream.concat(
            Stream.concat(
                Files.walk(ROOT.resolve("model-core/src/main/java")),
                Files.walk(ROOT.resolve("spark-jobs/src/main/java"))),
            Stream.of(
                ROOT.resolve("scripts/dpsieve"),
                ROOT.resolve("scripts/build"),
                ROOT.resolve("python/src/dpsieve/_java.py"),
                ROOT.resolve("spark-jobs/src/main/resources/org/dpsieve/node/dispatch.py")))) {
      said =
          files
              .filter(Files::isRegularFile)
              .map(PagesTest::text)
              .map(text -> text.replaceAll("\"\\s*\\+\\s*\"", ""))
              .collect(Collectors.joining("\n"));
    }
    List<String> unknown = new ArrayList<>();
    Matcher message = MESSAGE.matcher(text(ROOT.resolve("docs/troubleshooting.md")));
    int count = 0;
    while (message.find()) {
      count++;
      if (!said.contains(message.group(1))) {
        unknown.add(message.group(1));
      }
    }
    assertThat(unknown).isEmpty();
    assertThat(count).isGreaterThan(20);
  }
}
