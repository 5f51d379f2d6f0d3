package org.dpsieve.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 20, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RegularFileTest {
  @TempDir Path folder;

  @Test
  void readsFilesAndLinksToThem() throws IOException {
    Path file = Files.writeString(folder.resolve("a"), "0123456789");
    Path link = Files.createSymbolicLink(folder.resolve("link"), Path.of("a"));
    assertThat(RegularFile.text(link, 10)).isEqualTo("0123456789");
    assertThat(RegularFile.tail(file, 3)).isEqualTo("789".getBytes(StandardCharsets.US_ASCII));
    assertThat(RegularFile.tail(file, 30)).hasSize(10);
    assertThatThrownBy(() -> RegularFile.text(file, 9))
        .hasMessage("it has 10 bytes, at most 9 are read");
  }

  @Test
  void nothingBeyondTheSizeAtOpening() throws IOException {
    Path file = Files.writeString(folder.resolve("a"), "0123");
    try (InputStream in = RegularFile.open(file, 100)) {
      assertThat(in.read()).isEqualTo('0');
      Files.writeString(file, "456789", StandardOpenOption.APPEND);
      assertThat(in.skip(1)).isEqualTo(1);
      assertThat(in.readAllBytes()).isEqualTo("23".getBytes(StandardCharsets.US_ASCII));
      assertThat(in.read()).isEqualTo(-1);
    }
  }

  /** To open any of these might never return. */
  @Test
  void whatIsNoFileIsNamed() throws IOException, InterruptedException {
    Path pipe = folder.resolve("pipe");
    assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
    Path zero = Files.createSymbolicLink(folder.resolve("zero"), Path.of("/dev/zero"));
    Path toPipe = Files.createSymbolicLink(folder.resolve("toPipe"), pipe);
    for (Path special : new Path[] {pipe, zero, toPipe}) {
      assertThatThrownBy(() -> RegularFile.open(special, 100))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("pipe, a device or a socket");
      assertThatThrownBy(() -> RegularFile.tail(special, 100)).isInstanceOf(IOException.class);
    }
    assertThatThrownBy(() -> RegularFile.open(folder, 100)).hasMessageContaining("is a folder");
    Path nowhere = Files.createSymbolicLink(folder.resolve("nowhere"), Path.of("none"));
    assertThatThrownBy(() -> RegularFile.open(nowhere, 100)).hasMessageContaining("leads nowhere");
    assertThat(RegularFile.exists(nowhere)).isTrue();
    assertThatThrownBy(() -> RegularFile.open(folder.resolve("none"), 1))
        .isInstanceOf(NoSuchFileException.class);
  }
}
