package org.dpsieve.loop;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SourceFilesTest {
  @TempDir Path folder;
  private Path pool;

  @BeforeEach
  void aPoolOfTwoSystems() throws IOException {
    pool = folder.resolve("pool");
    for (String system : List.of("a", "b")) {
      Files.createDirectories(pool.resolve(system + "/set.000"));
      Files.writeString(pool.resolve(system + "/type.raw"), "0\n");
      Files.writeString(pool.resolve(system + "/set.000/coord.npy"), "numbers");
    }
    SourceFiles.of(sources()).write(new Workdir(folder.resolve("run")));
  }

  private List<String> sources() {
    return List.of(pool.toString(), "hdfs://host/pool");
  }

  private String difference() {
    return SourceFiles.read(new Workdir(folder.resolve("run")))
        .orElseThrow()
        .difference(SourceFiles.of(sources()))
        .orElse("");
  }

  @Test
  void whatIsAsItWasHasNoDifference() throws IOException {
    assertThat(difference()).isEmpty();
    Path moved = Files.createDirectories(folder.resolve("elsewhere")).resolve("pool");
    pool = Files.move(pool, moved);
    assertThat(difference()).isEmpty();
  }

  @Test
  void eachSystemThatChangedIsNamed() throws IOException {
    Files.writeString(pool.resolve("a/set.000/coord.npy"), "other numbers");
    assertThat(difference()).isEqualTo("1 changed (pool/a)");
    Files.createDirectories(pool.resolve("c"));
    Files.writeString(pool.resolve("c/type.raw"), "0\n");
    Files.delete(pool.resolve("b/set.000/coord.npy"));
    Files.delete(pool.resolve("b/type.raw"));
    assertThat(difference()).isEqualTo("1 gone (pool/b), 1 new (pool/c), 1 changed (pool/a)");
  }

  /** Of a label mended in place the size is the same. */
  @Test
  void aFileWrittenAnewHasChanged() throws IOException {
    Files.setLastModifiedTime(
        pool.resolve("b/set.000/coord.npy"), FileTime.fromMillis(1_700_000_000_000L));
    assertThat(difference()).isEqualTo("1 changed (pool/b)");
  }

  @Test
  void aFileMayBeASource() throws IOException {
    pool = Files.writeString(folder.resolve("pool.xyz"), "1\n");
    SourceFiles.of(sources()).write(new Workdir(folder.resolve("run")));
    assertThat(difference()).isEmpty();
    Files.writeString(pool, "12\n");
    assertThat(difference()).isEqualTo("1 changed (pool.xyz)");
  }
}
