package org.dpsieve.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.NoSuchFileException;
import org.apache.spark.SparkException;
import org.dpsieve.error.InputException;
import org.dpsieve.testing.Terminal;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** What a person is told, and with which exit code. */
class FailuresTest {
  private final StringWriter err = new StringWriter();

  private int code(Throwable failure) {
    CommandLine commandLine = Dpsieve.commandLine();
    commandLine.setErr(new PrintWriter(err, true));
    return Failures.ofWork(failure, commandLine);
  }

  @Test
  void findsTheMessageAmongTheCauses() {
    Throwable input = new InputException("a.npy: truncated");
    assertThat(code(new SparkException("Job aborted", new RuntimeException(input)))).isEqualTo(2);
    assertThat(err.toString().strip()).isEqualTo("error: a.npy: truncated");
  }

  @Test
  void findsTheMessageInWhatSparkQuotes() {
    String quoted =
        "Job aborted due to stage failure: Task 0 in stage 1.0 failed 4 times, most recent failure:"
            + " Lost task 0.3 in stage 1.0 (TID 7) (host executor 1):"
            + " org.dpsieve.error.InputException: Frame x#3: element Fe\nof atom 0\n"
            + "\tat org.dpsieve.infer.Ensemble.check(Ensemble.java:7)\n\nDriver stacktrace:";
    assertThat(code(new SparkException(quoted))).isEqualTo(2);
    assertThat(err.toString().strip())
        .isEqualTo("error: Frame x#3: element Fe\nof atom 0".replace("\n", System.lineSeparator()));
  }

  @Test
  void aFullDiskAMissingFileAndNoMemoryAreTheUsers() {
    assertThat(code(new IllegalStateException(new IOException("No space left on device"))))
        .isEqualTo(2);
    assertThat(code(new NoSuchFileException("graph.pb"))).isEqualTo(2);
    assertThat(code(new OutOfMemoryError("Java heap space"))).isEqualTo(2);
    assertThat(err.toString())
        .contains("disk is full", "graph.pb: not found", "DPSIEVE_MEMORY")
        .doesNotContain("\tat ");
  }

  @Test
  void everythingElseIsOurs() {
    assertThat(code(new IllegalStateException("no such branch"))).isEqualTo(3);
    assertThat(err.toString()).contains("defect of dpsieve", "no such branch");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "simplfy a b",
        "simplify",
        "simplify a b c",
        "simplify a b --seed x",
        "simplify a b --maxiter 3",
        "model-devi -m",
        "model-devi -f one",
        "export f -o d --format npy",
        "labels --style abinit x -o y",
        "transfer -m a -s b -o c --ridge much",
      })
  void aWrongCommandLineIsOneShortMessage(String line) {
    Terminal terminal = new Terminal();
    Object[] command = line.isEmpty() ? new Object[0] : line.split(" ");
    assertThat(terminal.run(command)).isEqualTo(2);
    assertThat(terminal.err()).startsWith("error: ").contains("--help'").doesNotContain("\tat ");
    assertThat(terminal.err().lines().count()).isLessThan(5);
  }
}
