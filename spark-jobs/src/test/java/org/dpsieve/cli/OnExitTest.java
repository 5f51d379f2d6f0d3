package org.dpsieve.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.dpsieve.testing.OwnProcess;
import org.dpsieve.testing.SmallRun;
import org.dpsieve.testing.Terminal;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The real program, stopped by a signal while a task runs. */
@Timeout(1200)
@Tag("slow")
class OnExitTest {
  @TempDir private Path folder;

  @ParameterizedTest
  @CsvSource({"TERM, cancel, cancelled", "INT, keep, running"})
  void tasksGoOnOrAreTakenBack(String signal, String onExit, String state) throws Exception {
    assumeFalse(
        signal.equals("INT") && ignoresInterrupts(),
        "skipped: SIGINT is ignored here (a command started with & or nohup), as by all we start");
    Path simplify = folder.resolve("simplify.json");
    SmallRun.simplify(simplify, 4, "\"max_iter\": 2", "Ag8");
    Files.writeString(
        simplify,
        Files.readString(simplify)
            .replace("models/[01]", "models/0")
            .replaceFirst("\"numb_models\":\\s*2", "\"numb_models\": 1"));
    Path dp =
        Files.writeString(
            folder.resolve("dp.sh"),
            """
            printf '# step rmse_trn rmse_f_trn lr\\n 40 0.5 0.25 1e-3\\n' > lcurve.out
            echo $$ > pid
            exec sleep 200
            """);
    Path machine = folder.resolve("machine.json");
    Files.writeString(
        machine,
        """
        {"train": {"engine": "dp", "backend": "local", "command": "sh %s"},
         "model_devi": {}, "fp": {}}
        """
            .formatted(dp));
    Path run = folder.resolve("run");
    Process process = start(simplify, machine, run, onExit);
    Path pid = run.resolve("iter.000001/00.train.tasks/000/pid");
    Optional<ProcessHandle> task = Optional.empty();
    try {
      await(() -> !process.isAlive() || Files.exists(pid) && Files.size(pid) > 0);
      assertThat(process.isAlive()).as(Files.readString(Path.of(run + ".log"))).isTrue();
      task = ProcessHandle.of(Long.parseLong(Files.readString(pid).strip()));
      new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid())).start().waitFor();
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
      boolean alive = task.isPresent() && task.get().isAlive();
      assertThat(alive)
          .as(Files.readString(Path.of(run + ".log")))
          .isEqualTo(onExit.equals("keep"));
      Terminal terminal = new Terminal();
      terminal.succeed("status", run);
      assertThat(terminal.out()).containsPattern("000 +" + state + " .*this machine, process \\d+");
      if (onExit.equals("keep")) {
        assertThat(terminal.out()).contains("step 40, rmse_f 0.250 eV/Å");
        // The wrapper of the task outlives the driver, too, and writes down how the task ended; the
        // folder must not be deleted under its hands.
        task.get().destroyForcibly();
        await(() -> Files.exists(pid.resolveSibling("dpsieve.exit")));
      }
    } finally {
      task.ifPresent(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
  }

  private static boolean ignoresInterrupts() throws IOException {
    Path status = Path.of("/proc/self/status");
    return Files.exists(status)
        && Files.readAllLines(status).stream()
            .filter(line -> line.startsWith("SigIgn:"))
            .anyMatch(line -> (Long.parseUnsignedLong(line.substring(7).strip(), 16) & 2) != 0);
  }

  private interface Condition {
    boolean holds() throws IOException;
  }

  private static void await(Condition condition) throws IOException, InterruptedException {
    long end = System.nanoTime() + Duration.ofSeconds(500).toNanos();
    while (!condition.holds()) {
      assertThat(System.nanoTime()).as("it takes too long").isLessThan(end);
      Thread.sleep(200);
    }
  }

  private static Process start(Path simplify, Path machine, Path run, String onExit)
      throws IOException {
    ProcessBuilder builder = OwnProcess.simplify(simplify, machine, run, Path.of(run + ".log"));
    builder.command().addAll(List.of("--on-exit", onExit));
    return builder.start();
  }
}
