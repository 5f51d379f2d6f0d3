package org.dpsieve.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.dpsieve.frame.Frame;
import org.dpsieve.infer.Ensemble;
import org.dpsieve.infer.Prediction;
import org.dpsieve.io.deepmd.DeepmdSystems;
import org.dpsieve.model.format.ModelFiles;
import org.dpsieve.testing.Shared;
import org.dpsieve.testing.Terminal;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code dpsieve draws} on a few of the built-in frames. */
class DrawsCommandTest {
  private static final Path BUILT_IN = Shared.repository().resolve("conf/ag-au");
  private static final Path MODEL = BUILT_IN.resolve("models/0/graph.pb");
  private static final Path LABELLED = BUILT_IN.resolve("pbe/Ag4Au4");

  @TempDir private Path folder;
  private final Terminal terminal = new Terminal();

  /** Their mean is what transfer writes, and they disagree most where the model errs. */
  @Test
  void membersAreModelFilesAroundTheOneThatTransferWrites() throws IOException {
    Path draws = folder.resolve("draws");
    Path solved = folder.resolve("solved.pb");
    terminal.succeed("draws", "-m", MODEL, "-s", LABELLED, "-o", draws, "-n", "3");
    assertThat(terminal.out()).contains("written: 3 models", "000/graph.pb and so on");
    terminal.succeed("transfer", "-m", MODEL, "-s", LABELLED, "-o", solved);
    List<Path> files =
        IntStream.range(0, 3).mapToObj(m -> draws.resolve("00%d/graph.pb".formatted(m))).toList();
    List<Frame> frames = DeepmdSystems.readNpy(BUILT_IN.resolve("pbe/Ag6Au2")).subList(0, 5);
    try (Ensemble members =
            Ensemble.of(files.stream().map(file -> ModelFiles.read(file, List.of())).toList());
        Ensemble one = Ensemble.of(List.of(ModelFiles.read(solved, List.of())))) {
      List<Prediction[]> said = members.evaluate(frames);
      List<Prediction[]> mean = one.evaluate(frames);
      double spread = 0;
      double error = 0;
      int count = 0;
      for (int k = 0; k < frames.size(); k++) {
        double[] force = mean.get(k)[0].force();
        for (int c = 0; c < force.length; c++) {
          double sum = 0;
          for (Prediction member : said.get(k)) {
            double off = member.force()[c] - force[c];
            sum += member.force()[c] / 3;
            spread += off * off / 3;
          }
          assertThat(sum).isCloseTo(force[c], within(1e-9));
          double off = frames.get(k).labels().force()[c] - force[c];
          error += off * off;
          count++;
        }
      }
      assertThat(Math.sqrt(spread / count) / Math.sqrt(error / count)).isBetween(0.3, 3.0);
    }
    assertThat(terminal.run("draws", "-m", MODEL, "-s", LABELLED, "-o", draws)).isEqualTo(2);
    assertThat(terminal.err()).contains("expected a new folder in one that exists");
  }

  @Test
  void oneMemberIsNoEnsemble() {
    Path draws = folder.resolve("draws");
    assertThat(terminal.run("draws", "-m", MODEL, "-s", LABELLED, "-o", draws, "-n", "1"))
        .isEqualTo(2);
    assertThat(terminal.err()).contains("--members: found 1, expected at least 2");
    assertThat(Files.exists(draws)).isFalse();
  }
}
