package org.dpsieve.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.dpsieve.testing.LocalSpark;
import org.dpsieve.testing.Shared;
import org.dpsieve.testing.Terminal;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A frames dataset with one bit flipped: named, and never read as another. */
@Tag("slow")
class DamagedDatasetTest {
  private static final Path EXAMPLE = Shared.repository().resolve("conf/ag-au");

  @TempDir private Path folder;
  private final Terminal terminal = new Terminal();
  private Path part;
  private byte[] whole;

  @BeforeEach
  void dataset() throws IOException {
    LocalSpark.session();
    terminal.succeed("import", "-s", EXAMPLE.resolve("pbe/Ag8"), "-o", folder.resolve("frames"));
    part = folder.resolve("frames/part-00000.parquet");
    whole = Files.readAllBytes(part);
  }

  @Test
  void exportNamesTheFile() throws IOException {
    Random random = new Random(20240519);
    for (int flip = 0; flip < 5; flip++) {
      flip(random.nextInt(whole.length));
      terminal.clear();
      assertThat(terminal.run("export", folder.resolve("frames"), "-o", folder.resolve("x" + flip)))
          .isEqualTo(2);
      assertThat(terminal.err()).contains(part + ": its content has changed since it was written");
      assertThat(folder.resolve("x" + flip)).doesNotExist();
    }
  }

  /** A library is read once, not twice: pages have checksums of their own. */
  @Test
  void rescreenRefusesAPageThatHasChanged() throws IOException {
    flip(whole.length / 2);
    terminal.clear();
    assertThat(
            terminal.run(
                "rescreen",
                "-m",
                EXAMPLE.resolve("models/0/graph.pb"),
                EXAMPLE.resolve("models/1/graph.pb"),
                "--frames",
                folder.resolve("frames"),
                "-o",
                folder.resolve("out")))
        .as(terminal::said)
        .isEqualTo(2);
    assertThat(terminal.err()).contains("part-00000.parquet: damaged");
  }

  private void flip(int at) throws IOException {
    byte[] damaged = whole.clone();
    damaged[at] ^= 16;
    Files.write(part, damaged);
  }
}
