package org.dpsieve.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import org.dpsieve.frame.Frame;
import org.dpsieve.frame.Labels;
import org.dpsieve.io.LocalStorage;
import org.dpsieve.io.deepmd.DeepmdSystems;
import org.dpsieve.io.extxyz.ExtxyzWriter;
import org.dpsieve.testing.LocalSpark;
import org.dpsieve.testing.Shared;
import org.dpsieve.testing.SmallRun;
import org.dpsieve.testing.Terminal;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A pool with a frame of each kind that makes no sense, from the import to the report. */
@Tag("slow")
class WildFramesRunTest {
  private static final Path EXAMPLE = Shared.repository().resolve("conf/ag-au");

  @TempDir private Path folder;

  private final Terminal terminal = new Terminal();

  @BeforeAll
  static void open() {
    LocalSpark.session();
  }

  private static Frame with(Frame frame, double[] coord, double[] cell, Labels labels) {
    return new Frame(frame.system(), frame.index(), frame.z(), coord, cell, labels);
  }

  private static UnaryOperator<Frame> coord(int place, double value) {
    return frame -> {
      double[] coord = frame.coord().clone();
      coord[place] = value;
      return with(frame, coord, frame.cell(), frame.labels());
    };
  }

  /** The second atom so far from the first. */
  private static UnaryOperator<Frame> near(double distance) {
    return frame -> {
      double[] coord = frame.coord().clone();
      coord[3] = coord[0] + distance;
      coord[4] = coord[1];
      coord[5] = coord[2];
      return with(frame, coord, frame.cell(), frame.labels());
    };
  }

  private static UnaryOperator<Frame> cell(double... cell) {
    return frame -> with(frame, frame.coord(), cell, frame.labels());
  }

  private static UnaryOperator<Frame> scaled(double factor) {
    return frame ->
        with(
            frame,
            Arrays.stream(frame.coord()).map(x -> factor * x).toArray(),
            Arrays.stream(frame.cell()).map(x -> factor * x).toArray(),
            frame.labels());
  }

  private static UnaryOperator<Frame> labels(UnaryOperator<Labels> labels) {
    return frame -> frame.withLabels(labels.apply(frame.labels()));
  }

  /** Set aside by the import. */
  private static final List<UnaryOperator<Frame>> BAD =
      List.of(
          coord(0, Double.NaN),
          coord(4, Double.POSITIVE_INFINITY),
          coord(5, 1e12),
          near(0),
          near(1e-5),
          cell(4, 0, 0, 0, 4, 0, 4, 4, 0),
          cell(0, 0, 0, 0, 0, 0, 0, 0, 0),
          cell(1e100, 0, 0, 0, 1e100, 0, 0, 0, 1e100),
          labels(l -> new Labels(Double.NaN, l.force(), l.virial())));

  /** Sound for the import. */
  private static final List<UnaryOperator<Frame>> WILD =
      List.of(
          near(0.05),
          near(0.5),
          scaled(0.3),
          scaled(0.01),
          scaled(30),
          cell(8.2, 0, 0, 82000, 8.2, 0, 0, 0, 8.2),
          labels(l -> new Labels(1e12, l.force(), l.virial())),
          labels(
              l -> new Labels(l.energy(), Arrays.stream(l.force()).map(f -> 1e10).toArray(), null)),
          labels(l -> new Labels(l.energy(), null, null)),
          labels(l -> new Labels(null, l.force(), null)));

  private Path pool() throws IOException {
    List<Frame> frames = DeepmdSystems.readNpy(EXAMPLE.resolve("pbe/Ag4Au4"));
    Path pool = Files.createDirectories(folder.resolve("pool"));
    try (ExtxyzWriter wild =
            new ExtxyzWriter(new LocalStorage(), pool.resolve("wild.xyz").toString());
        ExtxyzWriter good =
            new ExtxyzWriter(new LocalStorage(), pool.resolve("good.xyz").toString())) {
      int next = 0;
      for (UnaryOperator<Frame> change : BAD) {
        wild.add(change.apply(frames.get(next++)));
      }
      for (UnaryOperator<Frame> change : WILD) {
        wild.add(change.apply(frames.get(next++)));
      }
      for (int k = 0; k < 40; k++) {
        good.add(frames.get(next++));
      }
    }
    return pool;
  }

  @ParameterizedTest
  @ValueSource(strings = {"random", "information"})
  void aRunWithWildFramesGoesToItsEnd(String strategy) throws IOException {
    Path simplify =
        SmallRun.simplify(
            folder.resolve("simplify.json"),
            15,
            "\"pick_strategy\":\"%s\"".formatted(strategy),
            "Ag8");
    Files.writeString(
        simplify,
        Files.readString(simplify).replaceFirst("\\[\"[^\"]*Ag8\"\\]", "\"" + pool() + "\""));
    Path workdir = folder.resolve("run");
    terminal.succeed(
        "simplify", simplify, SmallRun.machine(), "--workdir", workdir, "--max-iter", 3);
    assertThat(terminal.said())
        .contains("note: pick_data: 0 duplicates and " + BAD.size() + " bad frames set aside: ")
        .contains("2: the cell has no volume", "coordinate of atom N is NaN", "energy is NaN")
        .contains("report: ");
  }
}
