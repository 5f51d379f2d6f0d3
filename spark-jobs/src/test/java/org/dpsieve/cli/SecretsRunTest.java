package org.dpsieve.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.dpsieve.testing.Dispatcher;
import org.dpsieve.testing.Shared;
import org.dpsieve.testing.SlurmService;
import org.dpsieve.testing.SmallRun;
import org.dpsieve.testing.Terminal;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A whole run that trains by Slurm on another machine (sshd on the loopback address), with a
 * password in machine.json. {@code dp} is a shell script here that hands out a finished model.
 */
@Timeout(300)
@Tag("peer")
class SecretsRunTest {
  private static final String PASSWORD = "correct horse battery";

  @TempDir private Path folder;

  @Test
  void aPasswordReachesNoFileAndNoTerminal() throws Exception {
    String dispatcher = Dispatcher.python();
    Terminal terminal = new Terminal();
    Path run = folder.resolve("run");
    try (SlurmService slurm = SlurmService.start(folder.resolve("slurm"))) {
      Path machine = machine(slurm, slurm.wrap(dispatcher));
      for (String command : List.of("--dry-run", "--max-iter=1")) {
        terminal.succeed("simplify", simplify(), machine, "--workdir", run, command);
      }
    }
    terminal.succeed("status", run);
    assertThat(terminal.said())
        .containsPattern("000 +finished .*Slurm job \\d+ on 127.0.0.1")
        .doesNotContain(PASSWORD);
    List<Path> files = new ArrayList<>();
    for (Path root : List.of(run, folder.resolve("remote"))) {
      try (Stream<Path> walk = Files.walk(root)) {
        files.addAll(walk.filter(Files::isRegularFile).toList());
      }
    }
    assertThat(files).anyMatch(file -> file.endsWith("report.html"));
    for (Path file : files) {
      assertThat(new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1))
          .as(file.toString())
          .doesNotContain(PASSWORD);
    }
  }

  private Path simplify() throws Exception {
    Path file = folder.resolve("simplify.json");
    SmallRun.simplify(file, 4, "\"label_budget\": 100", "Ag8");
    return Files.writeString(
        file,
        Files.readString(file)
            .replace("\"f_trust_lo\":0.05", "\"f_trust_lo\":0.0") // one model never disagrees
            .replace("models/[01]", "models/0")
            .replaceFirst("\"numb_models\":\\s*2", "\"numb_models\": 1")
            .replaceFirst("\"trainable\":\\s*false", "\"trainable\": true")
            .replaceFirst("\"trainable\":\\s*\\[[^]]*\\]", "\"trainable\": true"));
  }

  private Path machine(SlurmService slurm, String python) throws Exception {
    Path other = Shared.repository().resolve("conf/ag-au/models/1/graph.pb");
    Path dp =
        Files.writeString(
            folder.resolve("dp.sh"),
            """
            case $1 in
              train) echo "# step rmse_trn rmse_f_trn lr" > lcurve.out; touch model.ckpt.index checkpoint ;;
              freeze) cp '%s' "$3" ;;
            esac
            """
                .formatted(other));
    Map<String, Object> profile = new HashMap<>(slurm.remoteProfile());
    profile.put("password", PASSWORD);
    Files.createDirectories(folder.resolve("remote"));
    Map<String, Object> train =
        Map.of(
            "engine",
            "dp",
            "command",
            "sh " + dp,
            "machine",
            Map.of(
                "batch_type", "Slurm",
                "context_type", "SSHContext",
                "local_root", "./",
                "remote_root", folder.resolve("remote").toString(),
                "remote_profile", profile),
            "resources",
            Map.of(
                "number_node", 1,
                "cpu_per_node", 1,
                "gpu_per_node", 0,
                "queue_name", "normal",
                "group_size", 1),
            "dpdispatcher_python",
            python,
            "poll_interval",
            0.5);
    Path file = folder.resolve("machine.json");
    new ObjectMapper()
        .writeValue(file.toFile(), Map.of("train", train, "model_devi", Map.of(), "fp", Map.of()));
    return file;
  }
}
