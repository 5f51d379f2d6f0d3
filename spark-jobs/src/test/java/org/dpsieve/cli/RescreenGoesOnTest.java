package org.dpsieve.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.dpsieve.testing.OwnProcess;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** rescreen after it was killed, and over a library that has changed. */
@Tag("slow")
class RescreenGoesOnTest extends RescreenedTree {
  @Test
  void aStoppedCallGoesOnWithWhatIsMissing() throws IOException {
    Path whole = folder.resolve("whole");
    rescreen(tree, whole);
    Map<String, String> expected = contents(whole);
    // as a killed call leaves it: some files, no manifest, scraps of tasks
    Path stopped = folder.resolve("stopped");
    Path staged = folder.resolve("_staged-stopped");
    copy(whole, staged);
    Files.delete(staged.resolve("_manifest.json"));
    List<String> parts =
        expected.keySet().stream().filter(name -> name.startsWith("part-")).toList();
    assertThat(parts).hasSizeGreaterThan(2);
    long kept = 0;
    for (int i = 0; i < parts.size(); i++) {
      if (i % 2 == 0) {
        Files.delete(staged.resolve(parts.get(i)));
      } else {
        kept += spark.read().parquet(staged.resolve(parts.get(i)).toString()).count();
      }
    }
    Files.writeString(staged.resolve("_17-" + parts.get(0)), "half a file");
    rescreen(tree, stopped);
    assertThat(terminal.err()).contains("evaluated: " + (440 - kept) + " frames");
    assertThat(contents(stopped)).isEqualTo(expected);
    assertThat(staged).doesNotExist();
    // and once more there is nothing to do
    rescreen(tree, stopped);
    assertThat(terminal.err()).doesNotContain("evaluate");
    assertThat(contents(stopped)).isEqualTo(expected);
  }

  @Test
  void whatHasChangedSinceIsNamed() throws IOException {
    Path output = folder.resolve("out");
    rescreen(tree, output);
    Path part;
    try (Stream<Path> files = Files.list(output)) {
      part =
          files
              .filter(f -> f.getFileName().toString().startsWith("part-"))
              .sorted()
              .findFirst()
              .orElseThrow();
    }
    byte[] bytes = Files.readAllBytes(part);
    bytes[bytes.length / 2] ^= 4;
    Files.write(part, bytes);
    refused(
        part.getFileName() + ": its content has changed since it was written",
        arguments(tree, output).toArray());
  }

  @Test
  void newSystemsAloneAreEvaluated() throws IOException {
    Path grown = folder.resolve("grown");
    rescreen(tree, grown);
    copy(EXAMPLE.resolve("pbe/Ag7Au20"), tree.resolve("Ag5-new"));
    rescreen(tree, grown);
    assertThat(terminal.err()).contains("evaluated: 80 frames");
    Path fresh = folder.resolve("fresh");
    rescreen(tree, fresh);
    assertThat(terminal.err()).contains("evaluated: 520 frames");
    assertThat(contents(grown)).isEqualTo(contents(fresh));
  }

  @Test
  void aDatasetImportedAnewIsEvaluatedOnlyWhereItIsNew() throws IOException {
    Path result = folder.resolve("result");
    assertThat(run("import", "-s", tree, "-o", folder.resolve("one"))).isZero();
    rescreen(folder.resolve("one"), result);
    copy(EXAMPLE.resolve("pbe/Ag7Au20"), tree.resolve("more"));
    assertThat(run("import", "-s", tree, "-o", folder.resolve("two"))).isZero();
    rescreen(folder.resolve("two"), result);
    assertThat(terminal.err()).contains("evaluated: 80 frames");
    rescreen(folder.resolve("two"), folder.resolve("fresh"));
    assertThat(contents(result)).isEqualTo(contents(folder.resolve("fresh")));
  }

  @Test
  void plantedLinksAreRemovedAndWhatTheyLeadToStays() throws IOException {
    Path precious = Files.createDirectories(folder.resolve("precious"));
    Files.writeString(precious.resolve("thesis.txt"), "precious");
    Files.createSymbolicLink(folder.resolve("_staged-result"), precious);
    Files.createSymbolicLink(folder.resolve("result.summary.tsv"), precious.resolve("thesis.txt"));
    Files.createSymbolicLink(folder.resolve("_staged-result.picks"), folder.resolve("nowhere"));
    rescreen(tree, folder.resolve("result"), "--f-lo", "0.01", "--f-hi", "9", "--pick", 3);
    assertThat(precious.resolve("thesis.txt")).hasContent("precious");
    assertThat(Files.readString(folder.resolve("result.summary.tsv"))).contains("(all)");
    assertThat(folder.resolve("result.picks/_manifest.json")).exists();

    Files.createSymbolicLink(folder.resolve("dead"), folder.resolve("nowhere"));
    assertThat(run(arguments(tree, folder.resolve("dead")).toArray())).isEqualTo(2);
    assertThat(terminal.err()).contains("dead: is a link that leads nowhere; remove it");
    assertThat(run("export", folder.resolve("result.picks"), "-o", folder.resolve("dead")))
        .isEqualTo(2);
    assertThat(terminal.err()).contains("dead: is a link that leads nowhere; remove it");
    assertThat(folder.resolve("nowhere")).doesNotExist();
  }

  @Test
  void killedForRealItEndsWithTheSameBytes() throws Exception {
    Path pool = EXAMPLE.resolve("pbe");
    Path whole = folder.resolve("whole");
    rescreen(pool, whole);
    Path killed = folder.resolve("killed");
    Path staged = folder.resolve("_staged-killed");
    Process process =
        OwnProcess.of(
                folder.resolve("log"), arguments(pool, killed, "--master", "local[1]").toArray())
            .start();
    while (process.isAlive() && parts(staged) < 2) {
      Thread.sleep(5);
    }
    process.destroyForcibly().waitFor();
    assertThat(killed).as(Files.readString(folder.resolve("log"))).doesNotExist();
    assertThat(parts(staged)).isPositive();
    rescreen(pool, killed);
    assertThat(terminal.err()).doesNotContain("evaluated: 2,600");
    assertThat(contents(killed)).isEqualTo(contents(whole));
  }

  private static long parts(Path staged) {
    if (!Files.isDirectory(staged)) {
      return 0;
    }
    try (Stream<Path> files = Files.list(staged)) {
      return files.filter(file -> file.getFileName().toString().startsWith("part-")).count();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
