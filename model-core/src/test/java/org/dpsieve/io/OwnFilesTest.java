package org.dpsieve.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.dpsieve.error.InputException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(20)
class OwnFilesTest {
  @TempDir private Path folder;

  @Test
  void aLogIsAFile() throws IOException, InterruptedException {
    Path log = folder.resolve("log");
    OwnFiles.appendLine(log, "a");
    Files.writeString(log, "a\nhalf");
    OwnFiles.appendLine(log, "b");
    assertThat(log).hasContent("a\nhalf\nb\n");
    assertThat(OwnFiles.lines(log)).containsExactly("a", "half", "b");

    Path pipe = folder.resolve("pipe");
    assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
    for (Path none : new Path[] {pipe, folder}) {
      assertThatThrownBy(() -> OwnFiles.appendLine(none, "c"))
          .isInstanceOf(InputException.class)
          .hasMessageContaining("expected a file; remove it and run again");
      assertThatThrownBy(() -> OwnFiles.lines(none)).isInstanceOf(InputException.class);
    }
    Path link = Files.createSymbolicLink(folder.resolve("link"), folder.resolve("nowhere"));
    assertThatThrownBy(() -> OwnFiles.appendLine(link, "c"))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("is a link, which is not followed");
    assertThat(folder.resolve("nowhere")).doesNotExist();
  }
}
