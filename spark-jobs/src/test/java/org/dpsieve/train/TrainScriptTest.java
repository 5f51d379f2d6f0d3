package org.dpsieve.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a training task does around {@code dp}, which is a shell script here. */
@Timeout(60)
class TrainScriptTest {
  private static final String HEADER =
      "#  step      rmse_val      rmse_trn    rmse_e_trn    rmse_f_trn    rmse_v_trn         lr\\n";

  @TempDir private Path folder;

  @BeforeEach
  void scriptInPlace() throws IOException {
    try (InputStream script = DpInput.class.getResourceAsStream("train.sh")) {
      Files.copy(script, folder.resolve("train.sh"));
    }
  }

  /**
   * @param training what {@code dp train} does
   */
  private int run(String training, String compressed) throws IOException, InterruptedException {
    return run("sh dp", training, compressed);
  }

  private int run(String command, String training, String compressed)
      throws IOException, InterruptedException {
    Files.writeString(
        folder.resolve("dp"),
        """
        echo "$@" >> called
        case $1 in
          train) %s ;;
          freeze) echo frozen > $3 ;;
          compress) echo compressed > $5 ;;
        esac
        """
            .formatted(training));
    Process process =
        new ProcessBuilder(
                List.of(
                    "sh",
                    "train.sh",
                    command,
                    "model.ckpt.index",
                    "--init-model old/model.ckpt",
                    "frozen_model.pb",
                    compressed))
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("log").toFile())
            .start();
    assertThat(process.waitFor(40, TimeUnit.SECONDS)).isTrue();
    return process.exitValue();
  }

  private List<String> called() throws IOException {
    return Files.readAllLines(folder.resolve("called"));
  }

  @Test
  void trainsFreezesAndCompresses() throws Exception {
    assertThat(run("touch model.ckpt.index", "frozen_model_compressed.pb")).isZero();
    assertThat(called())
        .containsExactly(
            "train input.json --init-model old/model.ckpt",
            "freeze -o frozen_model.pb",
            "compress -i frozen_model.pb -o frozen_model_compressed.pb -t input.json");
    assertThat(folder.resolve("frozen_model_compressed.pb")).exists();
  }

  @ParameterizedTest
  @ValueSource(strings = {"OMP_NUM_THREADS=3 sh dp", "export OMP_NUM_THREADS=3; sh dp"})
  void theCommandIsAShells(String command) throws Exception {
    assertThat(run(command, "echo $OMP_NUM_THREADS", "")).isZero();
    assertThat(Files.readAllLines(folder.resolve("log"))).containsExactly("3");
  }

  @Test
  void goesOnFromItsCheckpoint() throws Exception {
    Files.writeString(folder.resolve("model.ckpt.index"), "");
    Files.writeString(folder.resolve("lcurve.out"), "# of the first attempt\n");
    assertThat(run("true", "")).isZero();
    assertThat(called())
        .containsExactly("train input.json --restart model.ckpt", "freeze -o frozen_model.pb");
    assertThat(folder.resolve("lcurve.out")).exists();
  }

  @Test
  void aFailedTrainingIsNotFrozen() throws Exception {
    assertThat(run("exit 3", "")).isEqualTo(3);
    assertThat(called()).hasSize(1);
  }

  @Test
  void aLossThatIsNoNumberEndsItAtOnce() throws Exception {
    String curve =
        HEADER + "     200           nan           nan      1e-3      0.1      nan  1e-3\\n";
    long start = System.nanoTime();
    assertThat(run("printf '%s' > lcurve.out; exec sleep 30".formatted(curve), "")).isEqualTo(65);
    assertThat((System.nanoTime() - start) / 1e9).as("seconds").isLessThan(25);
    assertThat(called()).hasSize(1);
    assertThat(Files.readString(folder.resolve("log"))).contains("NaN in lcurve.out", "start_lr");
  }

  /** {@code If there is no available reference data, rmse_*_{val,trn} will print nan}. */
  @Test
  void aColumnOfLabelsThatAreNotThereIsNoBreakdown() throws Exception {
    String curve =
        HEADER + "     200           nan      1.2e-1      1e-3      0.1      nan  1e-3\\n";
    assertThat(run("printf '%s' > lcurve.out".formatted(curve), "")).isZero();
    assertThat(called()).hasSize(2);
  }
}
