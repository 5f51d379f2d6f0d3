package org.dpsieve.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.dpsieve.io.LocalStorage;
import org.dpsieve.io.npy.NpyWriter;
import org.dpsieve.testing.Shared;
import org.dpsieve.testing.SmallRun;
import org.dpsieve.testing.Terminal;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the dry run promises is what the run does. */
@Tag("slow")
class DryRunTest {
  @TempDir private Path folder;

  private final Terminal terminal = new Terminal();
  private Path pool;
  private Path simplify;

  @BeforeEach
  void aSmallRunWithAPoolOfItsOwn() throws IOException {
    pool = folder.resolve("pool");
    copy(Shared.repository().resolve("conf/ag-au/pbe/Ag8"), pool.resolve("Ag8"));
    simplify = folder.resolve("simplify.json");
    SmallRun.simplify(simplify, 4, "\"max_iter\": 1, \"seed\": 1", "Ag8");
    Files.writeString(
        simplify,
        Files.readString(simplify)
            .replaceFirst("\"pick_data\":\\s*\\[[^]]*]", "\"pick_data\": \"" + pool + "\""));
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      files.forEach(
          file -> {
            try {
              Path target = to.resolve(from.relativize(file).toString());
              Files.createDirectories(target.getParent());
              Files.copy(file, target);
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            }
          });
    }
  }

  private void system(String name, String typeMap, int frames) throws IOException {
    Path system = Files.createDirectories(pool.resolve(name));
    Files.writeString(system.resolve("type.raw"), "0\n");
    Files.writeString(system.resolve("type_map.raw"), typeMap);
    LocalStorage storage = new LocalStorage();
    String set = system.resolve("set.000").toString();
    double[] box = new double[9 * frames];
    double[] coord = new double[3 * frames];
    for (int frame = 0; frame < frames; frame++) {
      coord[3 * frame] = frame;
      for (int i = 0; i < 3; i++) {
        box[9 * frame + 4 * i] = 20;
      }
    }
    NpyWriter.write(storage, set + "/coord.npy", coord, frames, 3);
    NpyWriter.write(storage, set + "/box.npy", box, frames, 9);
    NpyWriter.write(storage, set + "/energy.npy", new double[frames], frames, 1);
    NpyWriter.write(storage, set + "/force.npy", new double[3 * frames], frames, 3);
  }

  @Test
  void aSystemThatCannotBeReadEndsBothWithTheSameWords() throws IOException {
    system("void", "Ag\nAu\n", 0);
    assertThat(terminal.run("simplify", simplify, SmallRun.machine(), "--dry-run")).isEqualTo(2);
    assertThat(terminal.err()).contains(pool.resolve("void") + ": no frames");
    assertThat(terminal.out()).contains("2 systems, ").doesNotContain("sets them aside");
    terminal.clear();
    Path run = folder.resolve("run");
    assertThat(terminal.run("simplify", simplify, SmallRun.machine(), "--workdir", run))
        .isEqualTo(2);
    assertThat(terminal.err()).contains(pool.resolve("void") + ": no frames");
  }

  @Test
  void elementsThatTheModelsDoNotKnowAreCountedBySystemAndMendedInThePool() throws IOException {
    system("cu", "Cu\n", 5);
    system("nested/fe", "Ag\nFe\n", 2); // its atoms are silver
    system("nested/zn", "Zn\nAg\n", 1);
    String told =
        "pick_data: 2 of 4 systems hold elements that type_map does not have, [Ag, Au] (cu: 5 frames with Cu; nested/zn: 1 frame with Zn)";
    assertThat(terminal.run("simplify", simplify, SmallRun.machine(), "--dry-run")).isEqualTo(2);
    assertThat(terminal.err()).contains(told);
    terminal.clear();
    Path run = folder.resolve("run");
    assertThat(terminal.run("simplify", simplify, SmallRun.machine(), "--workdir", run))
        .isEqualTo(2);
    assertThat(terminal.err()).contains(told, "nothing was imported");
    assertThat(run.resolve("frames")).doesNotExist();

    Files.move(pool.resolve("cu"), folder.resolve("cu"));
    Files.move(pool.resolve("nested/zn"), folder.resolve("zn"));
    terminal.clear();
    terminal.succeed("simplify", simplify, SmallRun.machine(), "--dry-run");
    terminal.succeed("iterate", simplify, SmallRun.machine(), "--workdir", run);
    assertThat(terminal.out())
        .containsPattern("\n +0 +4 +122 ") // iteration, labelled, left
        .doesNotContain("have changed");
  }

  @Test
  void onlyWhatThereIsIsCountedAndAPoolThatChangedIsNoticedAndCanBeImportedAgain()
      throws IOException {
    Files.writeString(
        simplify,
        Files.readString(simplify)
            .replace("f_trust_lo", "model_devi_f_trust_lo")
            .replace("f_trust_hi", "model_devi_f_trust_hi"));
    Path run = folder.resolve("run");
    terminal.succeed("simplify", simplify, SmallRun.machine(), "--workdir", run);
    assertThat(terminal.out())
        .doesNotContain(" 0 old", " 0 remark")
        .containsPattern("note: \\d+ [a-z ]+( and \\d+ remarks?)? about the two files");
    system("one", "Ag\nAu\n", 3);
    terminal.clear();
    terminal.succeed("simplify", simplify, SmallRun.machine(), "--workdir", run);
    assertThat(terminal.out())
        .contains(
            "the data have changed since they were imported: 1 new (pool/one)",
            "remove that folder and run again")
        .contains("pool of 120 frames");
    Files.move(run.resolve("frames"), folder.resolve("frames"));
    terminal.clear();
    terminal.succeed("simplify", simplify, SmallRun.machine(), "--workdir", run);
    assertThat(terminal.out()).contains("pool of 123 frames").doesNotContain("have changed");
  }

  @Test
  void programsThatTasksNeedAreLookedFor() throws IOException {
    Path machine =
        Files.writeString(
            folder.resolve("machine.json"),
            """
            {"train": {"engine": "dp", "command": "dp", "dpdispatcher_python": "%s",
                       "machine": {"batch_type": "Shell", "context_type": "LocalContext", "remote_root": "%s"},
                       "resources": {"group_size": 1}}}
            """
                .formatted(folder.resolve("no-python"), folder));
    assertThat(terminal.run("simplify", simplify, machine, "--dry-run")).isEqualTo(2);
    assertThat(terminal.err())
        .contains("no-python: cannot be started", "pip install dpdispatcher")
        .doesNotContain("\tat ");
  }
}
