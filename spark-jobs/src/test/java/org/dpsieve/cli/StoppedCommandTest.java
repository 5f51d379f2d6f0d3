package org.dpsieve.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.dpsieve.testing.OwnProcess;
import org.dpsieve.testing.Shared;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A command that is told to end while Spark works for it. */
@Tag("slow")
class StoppedCommandTest {
  @TempDir Path folder;

  @Test
  void saysThatItWasStoppedAndNotThatItIsBroken() throws Exception {
    Path example = Shared.repository().resolve("conf/ag-au");
    Path log = folder.resolve("log");
    Path out = folder.resolve("out");
    Process process =
        OwnProcess.of(
                log,
                "rescreen",
                "-m",
                example.resolve("models/0/graph.pb"),
                example.resolve("models/1/graph.pb"),
                "--frames",
                example.resolve("pbe"),
                "-o",
                out,
                "--master",
                "local[1]")
            .start();
    try {
      Path staged = folder.resolve("_staged-out");
      while (process.isAlive() && !hasPart(staged)) {
        Thread.sleep(50);
      }
      process.destroy(); // SIGTERM
      assertThat(process.waitFor(120, TimeUnit.SECONDS)).isTrue();
      assertThat(out).as(Files.readString(log)).doesNotExist();
      assertThat(process.exitValue()).as(Files.readString(log)).isEqualTo(143);
      // whether there is time left to say anything is up to Spark's own hook
      assertThat(log).content().doesNotContain("defect");
    } finally {
      process.destroyForcibly();
    }
  }

  private static boolean hasPart(Path staged) throws IOException {
    try (Stream<Path> files = Files.exists(staged) ? Files.list(staged) : Stream.empty()) {
      return files.anyMatch(file -> file.getFileName().toString().startsWith("part-"));
    }
  }
}
