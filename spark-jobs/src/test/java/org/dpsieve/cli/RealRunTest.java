package org.dpsieve.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.dpsieve.frame.Frame;
import org.dpsieve.frame.FrameId;
import org.dpsieve.testing.DeepmdKit;
import org.dpsieve.testing.Dispatcher;
import org.dpsieve.testing.OwnProcess;
import org.dpsieve.testing.Programs;
import org.dpsieve.testing.Shared;
import org.dpsieve.testing.SlurmService;
import org.dpsieve.testing.Systems;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The README's walk-through, {@code conf/espresso}, with fewer steps and labels: {@code dp train}
 * and {@code pw.x} as jobs of a real Slurm, and the program killed once while jobs run.
 */
@Timeout(1800)
@Tag("peer")
class RealRunTest {
  private static final int MODELS = 2;
  private static final int LABELS = 3;

  @TempDir private Path folder;
  private Path started;
  private Map<String, String> environment;

  @Test
  void killedWhileItsJobsRunItEndsWithoutRunningAnyOfThemTwice() throws Exception {
    Path dp = DeepmdKit.dp();
    Path pw = Programs.find("DPSIEVE_PW", "pw.x");
    String python = Dispatcher.python();
    try (SlurmService slurm = SlurmService.start(folder.resolve("slurm"))) {
      started = Files.createFile(folder.resolve("started"));
      Path bin = Files.createDirectory(folder.resolve("bin"));
      counted(bin.resolve("dp"), dp);
      counted(bin.resolve("pw.x"), pw);
      environment =
          Map.of(
              "DPSIEVE_DP",
              bin.resolve("dp").toString(),
              "DPSIEVE_PW",
              bin.resolve("pw.x").toString(),
              "SLURM_CONF",
              slurm.configuration(),
              "DPSIEVE_DPDISPATCHER_PYTHON",
              python);
      Path simplify = simplify();
      Path workdir = folder.resolve("run");

      Process killed = start(simplify, workdir, "killed.log");
      while (starts("dp train").isEmpty()) { // in iteration 1, after the first labels
        assertThat(killed.isAlive()).as(log("killed.log")).isTrue();
        Thread.sleep(200);
      }
      killed.destroyForcibly().waitFor(); // kill -9
      assertThat(slurm.ask("squeue", "-h", "-o", "%T")).contains("RUNNING");

      Process again = start(simplify, workdir, "again.log");
      assertThat(again.waitFor(20, TimeUnit.MINUTES)).as(log("again.log")).isTrue();
      assertThat(again.exitValue()).as(log("again.log")).isZero();
      assertThat(slurm.ask("squeue", "-h")).isEmpty();

      assertThat(starts("dp train")).hasSize(2 * MODELS).doesNotHaveDuplicates();
      assertThat(starts("pw.x")).hasSize(2 * LABELS).doesNotHaveDuplicates();
      assertThat(starts("dp train").stream().filter(line -> line.contains("--init-frz-model")))
          .hasSize(MODELS);
      assertThat(starts("dp train").stream().filter(line -> line.contains("--init-model")))
          .hasSize(MODELS);
      checkResult(workdir);
    }
  }

  /** The labels are what pw.x gives with D3: half an eV per atom below what it gave without. */
  private void checkResult(Path workdir) throws IOException {
    JsonNode summary = new ObjectMapper().readTree(workdir.resolve("result/summary.json").toFile());
    assertThat(summary.path("labelled").asInt()).as(summary.toString()).isEqualTo(2 * LABELS);
    Map<String, Frame> pool =
        Systems.read(Shared.repository().resolve("conf/espresso/pbe")).stream()
            .collect(Collectors.toMap(FrameId::of, Function.identity()));
    List<Frame> labelled = Systems.read(workdir.resolve("result/data"));
    assertThat(labelled).hasSize(2 * LABELS);
    for (Frame frame : labelled) {
      double shift = frame.labels().energy() - pool.get(FrameId.of(frame)).labels().energy();
      assertThat(shift / frame.atomCount()).isBetween(-0.75, -0.4);
    }
    for (int m = 0; m < MODELS; m++) {
      assertThat(workdir.resolve("result/graph.00%d.pb".formatted(m))).exists();
    }
  }

  /** A program that notes where it was started before it runs the real one. */
  private void counted(Path wrapper, Path program) throws IOException {
    Files.writeString(
        wrapper,
        "#!/bin/sh\necho \"$(basename \"$0\") $* in $PWD\" >> '%s'\nexec '%s' \"$@\"\n"
            .formatted(started, program));
    Files.setPosixFilePermissions(wrapper, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private List<String> starts(String command) throws IOException {
    return Files.readAllLines(started).stream().filter(line -> line.startsWith(command)).toList();
  }

  private Path simplify() throws IOException {
    Path example = Shared.repository().resolve("conf/espresso");
    return Files.writeString(
        folder.resolve("simplify.json"),
        Files.readString(example.resolve("simplify.json"))
            .replace("\"pick_data\": \"pbe\"", "\"pick_data\": \"%s/pbe\"".formatted(example))
            .replace("\"models/[0-3]\"", "\"%s/models/[0-1]\"".formatted(example))
            .replace("\"numb_models\": 4", "\"numb_models\": " + MODELS)
            .replace("\"fp_pp_path\": \".\"", "\"fp_pp_path\": \"%s\"".formatted(example))
            .replace("\"numb_steps\": 400", "\"numb_steps\": 40")
            .replace("\"model_devi_f_trust_lo\": 0.05", "\"model_devi_f_trust_lo\": 0.001")
            .replace("_pick_number\": 8", "_pick_number\": " + LABELS));
  }

  private Process start(Path simplify, Path workdir, String log) throws IOException {
    ProcessBuilder builder =
        OwnProcess.simplify(
            simplify,
            Shared.repository().resolve("conf/espresso/machine.json"),
            workdir,
            folder.resolve(log));
    builder.environment().putAll(environment);
    return builder.start();
  }

  private String log(String name) throws IOException {
    return Files.readString(folder.resolve(name));
  }
}
