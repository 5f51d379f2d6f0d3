package org.dpsieve.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.dpsieve.error.InputException;
import org.dpsieve.io.OwnFiles;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What happens to a run's folder while nobody works in it. */
class DamagedRunTest {
  @TempDir private Path folder;
  private Path root;

  @BeforeEach
  void aRun() {
    root = folder.resolve("run");
    simplify().run();
  }

  private Simplify simplify() {
    return new FakeRun().in(root);
  }

  /** Every file that a manifest lists, every manifest and run.json, each with one bit flipped. */
  @Test
  void oneFlippedBitAnywhereIsNamed() throws IOException {
    List<Path> files;
    try (Stream<Path> walk = Files.walk(root)) {
      files =
          walk.filter(Files::isRegularFile)
              .filter(file -> !file.getFileName().toString().equals("record.dpgen"))
              .toList();
    }
    assertThat(files).hasSizeGreaterThan(25);
    Random random = new Random(20240519);
    for (Path file : files) {
      byte[] whole = Files.readAllBytes(file);
      if (whole.length == 0) {
        continue;
      }
      for (int flip = 0; flip < 5; flip++) {
        byte[] damaged = whole.clone();
        damaged[random.nextInt(whole.length)] ^= (byte) (1 << random.nextInt(7));
        Files.write(file, damaged);
        assertThatThrownBy(() -> simplify().run())
            .as("%s: %s", file, new String(damaged, StandardCharsets.UTF_8))
            .isInstanceOf(InputException.class)
            .message()
            .satisfiesAnyOf(
                message ->
                    assertThat(message)
                        .contains(file.toString(), "Put back what was there", "and run again"),
                message -> assertThat(message).contains("run.json", "whose run this is"),
                message -> assertThat(message).contains("differs in")); // the name of the seal
      }
      Files.write(file, whole);
    }
    simplify().run();
  }

  @Test
  void aPutBackOrRemovedStageGoesOn() throws IOException {
    Path labels = new Workdir(root).labels(1);
    Path file = labels.resolve("labels.txt");
    byte[] whole = Files.readAllBytes(file);
    Files.writeString(file, Files.readString(file).replace('1', '2'));
    assertThatThrownBy(() -> simplify().run())
        .isInstanceOf(InputException.class)
        .hasMessageContaining("%s: its content has changed since it was written", file)
        .hasMessageContaining("remove %s and run again", labels);
    OwnFiles.remove(labels);
    simplify().run();
    assertThat(file).hasBinaryContent(whole);
    assertThat(root.resolve("iter.000002/00.train.bk000")).doesNotExist();
  }

  @Test
  void aTableWithAFileTooManyIsRefused() throws IOException {
    Path more = Files.writeString(new Workdir(root).picks(1).resolve("part-00001.parquet"), "");
    assertThatThrownBy(() -> simplify().run())
        .isInstanceOf(InputException.class)
        .hasMessageContaining(more + ": does not belong to this table");
  }

  /** Its counts are all that is shown of a stage. */
  @ParameterizedTest
  @ValueSource(strings = {"{", "", "[]", "{}", "null", "{\"inputs\": 5}", "no JSON"})
  void aManifestThatIsNoneIsClear(String text) throws IOException {
    Path manifest = new Workdir(root).labels(1).resolve("_stage.json");
    Files.writeString(manifest, text);
    for (Runnable call :
        List.<Runnable>of(() -> simplify().run(), () -> new RunStatus(new Workdir(root)).lines())) {
      assertThatThrownBy(call::run)
          .isInstanceOf(InputException.class)
          .hasMessageContaining(manifest + ": ")
          .hasMessageContaining("and run again")
          .hasMessageNotContaining("REDACTED");
    }
  }

  @Test
  void aCountChangedInAManifestIsRefusedByStatusToo() throws IOException {
    Path manifest = new Workdir(root).labels(1).resolve("_stage.json");
    String text = Files.readString(manifest);
    assertThat(text).contains("\"labelled\" : 10");
    Files.writeString(manifest, text.replace("\"labelled\" : 10", "\"labelled\" : 41"));
    assertThatThrownBy(() -> new RunStatus(new Workdir(root)).lines())
        .isInstanceOf(InputException.class)
        .hasMessageContaining("its seal does not fit");
  }

  /** Runs that an earlier version began go on. */
  @Test
  void manifestsWithoutASealAreTakenAsTheyAre() throws IOException {
    Path manifest = new Workdir(root).result().resolve("_stage.json");
    String text = Files.readString(manifest);
    Files.writeString(manifest, text.replaceFirst(",\\s*\"seal\" : \"[0-9a-f]{64}\"", ""));
    assertThat(manifest).content().doesNotContain("seal");
    assertThat(simplify().run().verdict()).isEqualTo(Verdict.CONVERGED);
  }

  @Test
  void withoutRunJsonItSaysSo() throws IOException {
    Files.delete(root.resolve("run.json"));
    assertThatThrownBy(() -> simplify().run())
        .isInstanceOf(InputException.class)
        .hasMessageContaining("run.json: missing")
        .hasMessageNotContaining("dpgen");
  }

  @Test
  void garbageInFilesForPeopleStopsNothing() throws IOException {
    byte[] garbage = new byte[1000];
    new Random(7).nextBytes(garbage);
    Files.write(root.resolve("record.dpgen"), garbage);
    Files.write(root.resolve("timings.jsonl"), garbage);
    Files.write(root.resolve("iter.000001/tasks.fp.jsonl"), garbage);
    new Timings(root.resolve("timings.jsonl")).add(1, "train", 2);
    assertThat(simplify().run().verdict()).isEqualTo(Verdict.CONVERGED);
    assertThat(new RunStatus(new Workdir(root)).lines()).last().asString().startsWith("ended");
    assertThat(Files.readAllLines(root.resolve("record.dpgen"))).startsWith("0 0").endsWith("3 5");
    assertThat(new Timings(root.resolve("timings.jsonl")).of(1)).containsEntry("train", 2.0);
  }

  @Test
  void linksUnderTheNamesOfTemporaryFilesAreNotFollowed() throws IOException {
    Path victim = Files.writeString(folder.resolve("victim"), "untouched");
    Path other = Files.createDirectory(folder.resolve("other"));
    Files.writeString(other.resolve("file"), "untouched");
    OwnFiles.remove(root);
    Files.createDirectories(root.resolve("iter.000001"));
    for (String name : List.of("record.dpgen", "run.json", "result")) {
      Files.createSymbolicLink(root.resolve(name + ".writing"), victim);
    }
    Files.createSymbolicLink(root.resolve("frames.writing"), other);
    Files.createSymbolicLink(
        root.resolve("iter.000001/00.train.writing"), folder.resolve("nowhere"));
    Files.move(root.resolve("iter.000001"), folder.resolve("kept")); // else it is not a new run
    simplify().iterate();
    Files.createSymbolicLink(
        root.resolve("iter.000001"), folder.resolve("kept")); // a link to a folder is fine
    simplify().run();
    assertThat(victim).hasContent("untouched");
    assertThat(other.resolve("file")).hasContent("untouched");
    assertThat(folder.resolve("nowhere")).doesNotExist();
    assertThat(folder.resolve("kept/00.train/graph.000.pb")).exists();
    assertThat(root.resolve("record.dpgen")).isRegularFile();
  }

  @Test
  void logsThatAreLinksAreRefused() throws IOException {
    Path victim = Files.writeString(folder.resolve("victim"), "untouched");
    Path log = Files.createSymbolicLink(folder.resolve("timings.jsonl"), victim);
    assertThatThrownBy(() -> new Timings(log).add(0, "import", 1))
        .isInstanceOf(InputException.class)
        .hasMessageContaining(log + ": is a link");
    assertThat(victim).hasContent("untouched");
  }

  @Test
  void aLinkForALockIsNotFollowed() throws IOException {
    Path victim = Files.writeString(folder.resolve("victim"), "untouched");
    Files.createSymbolicLink(root.resolve(".dpsieve.lock"), victim);
    assertThatThrownBy(() -> new Workdir(root).lock().close())
        .isInstanceOf(InputException.class)
        .hasMessageContaining(".dpsieve.lock");
    assertThat(victim).hasContent("untouched");
  }

  /** On a full disk the lock file cannot be written; nobody is kept out by that afterwards. */
  @Test
  void aLockThatCannotBeWrittenIsLetGo() throws IOException {
    Workdir workdir = new Workdir(root);
    assumeThat(Path.of("/dev/full")).as("a device without space").exists();
    Path lock = root.resolve(".dpsieve.lock");
    Files.deleteIfExists(lock);
    try (FileChannel full = FileChannel.open(Path.of("/dev/full"), StandardOpenOption.WRITE)) {
      assertThatThrownBy(() -> Workdir.hold(root, full))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("No space left");
      assertThat(full.isOpen()).isFalse();
    }
    workdir.lock().close();
  }
}
