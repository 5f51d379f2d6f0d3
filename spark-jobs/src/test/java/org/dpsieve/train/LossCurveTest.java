package org.dpsieve.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(20)
class LossCurveTest {
  private static final String NAMES = "#  step  rmse_trn rmse_e_trn rmse_f_trn lr\n";

  @TempDir private Path folder;

  @Test
  void theLastWholeLineOfALongFileIsFound() throws IOException {
    StringBuilder text = new StringBuilder(NAMES);
    for (int step = 0; step <= 20_000; step++) {
      text.append("%8d 1.0 %.3e 0.25 1e-3\n".formatted(step, step / 1e6));
    }
    Path file = folder.resolve("lcurve.out");
    Files.writeString(file, text + "   20001 1.0 0.9");
    assertThat(LossCurve.last(file).orElseThrow().toString())
        .isEqualTo("step 20000, rmse_e 0.0200 eV/atom, rmse_f 0.250 eV/Å");
  }

  @Test
  void whatIsNoCurveSaysNothing() throws IOException, InterruptedException {
    assertThat(LossCurve.last(folder.resolve("none"))).isEmpty();
    assertThat(LossCurve.last(folder)).isEmpty();
    assertThat(LossCurve.last(Files.write(folder.resolve("bytes"), new byte[] {-1, -2, 10, 0})))
        .isEmpty();
    Path pipe = folder.resolve("pipe");
    assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
    assertThat(LossCurve.last(pipe)).isEmpty();
    Path zero = Files.createSymbolicLink(folder.resolve("zero"), Path.of("/dev/zero"));
    assertThat(LossCurve.last(zero)).isEmpty();
    Files.writeString(folder.resolve("checkpoint"), "model_checkpoint_path: \"../../x\"\n");
    Files.createDirectories(folder.resolve("a/b"));
    assertThat(Checkpoint.prefix(folder)).isEqualTo("model.ckpt");
    Files.writeString(folder.resolve("model.ckpt-9.index"), "");
    Files.writeString(folder.resolve("checkpoint"), "model_checkpoint_path: \"model.ckpt-9\"\n");
    assertThat(Checkpoint.prefix(folder)).isEqualTo("model.ckpt-9");
  }
}
