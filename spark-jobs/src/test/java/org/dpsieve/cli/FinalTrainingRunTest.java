package org.dpsieve.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.dpsieve.io.RegularFile;
import org.dpsieve.io.npy.NpyArray;
import org.dpsieve.testing.DeepmdKit;
import org.dpsieve.testing.SmallRun;
import org.dpsieve.testing.Terminal;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real {@code dp train} on the whole pool at the new level, in the end; of one model. */
class FinalTrainingRunTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private Path folder;
  private final Terminal terminal = new Terminal();

  private Path simplify(String more) throws IOException {
    Path file = folder.resolve("simplify.json");
    SmallRun.simplify(
        file, 20, "\"max_iter\": 2, \"old_labels\": \"use\", " + more, "Ag8", "Au8", "Ag4Au4");
    return Files.writeString(
        file,
        Files.readString(file)
            .replace("\"f_trust_lo\":0.05", "\"f_trust_lo\":0.0") // one model never disagrees
            .replace("models/[01]", "models/0")
            .replaceFirst("\"numb_models\":\\s*2", "\"numb_models\": 1"));
  }

  private Path machine(String command) throws IOException {
    return Files.writeString(
        folder.resolve("machine.json"),
        """
        {"train": {"engine": "output-layer", "backend": "local", "retry_count": 0, "poll_interval": 0.2,
                   "command": "%s"},
         "model_devi": {}, "fp": {}}
        """
            .formatted(command));
  }

  @Test
  @Tag("peer")
  void theFinalModelsAreTrainedOnWhatIsThereWithAllLayersFreeAndAFailureCostsNothingElse()
      throws Exception {
    Path dp = DeepmdKit.dp();
    Path simplify = simplify("\"final_training\": {\"numb_steps\": 20}");
    Path run = folder.resolve("run");
    terminal.succeed("simplify", simplify, machine("OMP_NUM_THREADS=1 " + dp), "--dry-run");
    assertThat(terminal.out()).contains("train on result/pool, all layers free, 20 steps");
    assertThat(terminal.run("simplify", simplify, machine("false"), "--workdir", run))
        .as(terminal::said)
        .isEqualTo(4);
    assertThat(terminal.said()).contains("final_training: 1 of 1 model could not be trained");
    String before = RegularFile.sha256(run.resolve("result/_stage.json"));
    terminal.clear();
    terminal.succeed("simplify", simplify, machine("OMP_NUM_THREADS=1 " + dp), "--workdir", run);
    assertThat(terminal.out()).contains("result/final/graph.000 on ");
    assertThat(RegularFile.sha256(run.resolve("result/_stage.json"))).isEqualTo(before);
    assertThat(run.resolve("result/final/graph.000.pb")).exists();
    assertThat(run.resolve("final.tasks")).doesNotExist();

    JsonNode input = JSON.readTree(run.resolve("result/final/000/input.json").toFile());
    assertThat(input.findValues("trainable")).isEmpty();
    assertThat(input.at("/training/numb_steps").asInt()).isEqualTo(20);
    assertThat(input.at("/loss/start_pref_pf").asDouble()).isEqualTo(1);
    assertThat(input.at("/loss/start_pref_f").asDouble()).isZero();
    terminal.clear();
    terminal.succeed("simplify", simplify, machine("OMP_NUM_THREADS=1 " + dp), "--workdir", run);
    terminal.clear();
    terminal.succeed("status", run);
    requireReadByDpdata(run.resolve("result/pool"));
  }

  /** dpdata passes over what is ours, and reads the labels that we wrote. */
  private void requireReadByDpdata(Path pool) throws Exception {
    Path python = DeepmdKit.python();
    try (Stream<Path> systems = Files.list(pool)) {
      for (Path system : systems.toList()) {
        Process process =
            new ProcessBuilder(
                    python.toString(),
                    "-c",
                    "import dpdata, sys; s = dpdata.LabeledSystem(sys.argv[1], fmt='deepmd/npy');"
                        + " print(sorted(s.data), repr(float(s['energies'][0])), len(s))",
                    system.toString())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        String said = new String(process.getInputStream().readAllBytes());
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        double energy = NpyArray.open(system.resolve("set.000/energy.npy")).read()[0];
        assertThat(said).contains(Double.toString(energy)).doesNotContain("sigma", "computed");
      }
    }
  }

  @Test
  void whatItCannotDoIsSaidBeforeAnyWork() throws IOException {
    String asked = "\"final_training\": {\"numb_steps\": 0}, \"result_pool\": \"extxyz\"";
    Path simplify = simplify(asked);
    assertThat(terminal.run("simplify", simplify, SmallRun.machine(), "--dry-run")).isEqualTo(2);
    assertThat(terminal.err())
        .contains(
            "numb_steps", "but result_pool is extxyz", "train.backend: is missing: final_training");
    terminal.clear();
    Path ignoring =
        Files.writeString(
            folder.resolve("other.json"),
            Files.readString(simplify)
                .replace("\"old_labels\": \"use\"", "\"old_labels\": \"ignore\"")
                .replace("extxyz", "deepmd/xyz"));
    assertThat(terminal.run("simplify", ignoring, machine("dp"), "--dry-run")).isEqualTo(2);
    assertThat(terminal.err())
        .contains(
            "unknown format 'deepmd/xyz'; known: deepmd/npy, deepmd/hdf5, extxyz, none",
            "made with old labels alone: set old_labels to auto or use");
  }
}
