package org.dpsieve.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.spark.sql.SparkSession;
import org.dpsieve.io.RegularFile;
import org.dpsieve.testing.LocalSpark;
import org.dpsieve.testing.OwnProcess;
import org.dpsieve.testing.SmallRun;
import org.dpsieve.testing.Terminal;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The real program on a small pool, killed in the midst of its work. */
@Tag("slow")
class KilledRunTest {
  private static final int KILLS = 2;

  @TempDir private static Path folder;
  private static Path simplify;
  private static Path machine;
  private static Path whole;
  private static SortedMap<String, String> expected;
  private static final List<Path> SNAPSHOTS = new ArrayList<>();

  @BeforeAll
  static void runUninterruptedAndKeepWhatIsOnTheDiskAfterEveryStage() throws IOException {
    machine = SmallRun.machine();
    simplify = folder.resolve("simplify.json");
    SmallRun.simplify(simplify, 12, "\"max_iter\": 2", "Ag8", "Au8", "Ag4Au4");
    whole = folder.resolve("whole");
    run(whole, () -> SNAPSHOTS.add(copy(whole, folder.resolve("after-" + SNAPSHOTS.size()))));
    expected = content(whole);
  }

  private static void run(Path workdir, Runnable afterEveryStage) {
    SmallRun.run(simplify, machine, workdir, afterEveryStage);
  }

  @Test
  void theRunIsWorthKilling() {
    assertThat(expected.keySet())
        .contains(
            "frames/pool.parquet/part-00000.parquet",
            "iter.000000/02.fp/labels.parquet/part-00000.parquet",
            "iter.000001/00.train/graph.001.pb",
            "iter.000001/01.model_devi/deviation.parquet/part-00000.parquet",
            "iter.000001/01.model_devi/picks.parquet/part-00000.parquet",
            "iter.000001/02.fp/labels.parquet/part-00000.parquet",
            "iter.000002/00.train/graph.000.pb",
            "result/summary.json",
            "result/data/Ag8Au0/type.raw",
            "result/graph.001.pb");
    assertThat(SNAPSHOTS).hasSize(9);
  }

  @Test
  void nothingInTheDataNamesThisMachineOrTheTime() throws IOException {
    for (String name : expected.keySet()) {
      if (name.endsWith(".json")) {
        assertThat(Files.readString(whole.resolve(name)))
            .as(name)
            .doesNotContain(folder.toString(), "seconds");
      }
    }
  }

  @Test
  void killedBetweenStagesItEndsWithTheSameBytesOnOtherPartitions() throws IOException {
    SparkSession session = LocalSpark.session();
    String partitions = session.conf().get("spark.sql.shuffle.partitions");
    session.conf().set("spark.sql.shuffle.partitions", 3);
    try {
      for (int after : new int[] {0, 4}) {
        run(SNAPSHOTS.get(after), () -> {});
        assertThat(content(SNAPSHOTS.get(after))).as("stage " + after).isEqualTo(expected);
      }
    } finally {
      session.conf().set("spark.sql.shuffle.partitions", partitions);
    }
  }

  @Test
  void killedAtRandomTimesItEndsWithTheSameBytes() throws Exception {
    Path workdir = folder.resolve("killed");
    Random random = new Random(20240519);
    for (int kill = 0; kill < KILLS; kill++) {
      Process process = start(workdir);
      if (!process.waitFor(3000 + random.nextInt(9000), TimeUnit.MILLISECONDS)) {
        process.destroyForcibly().waitFor(); // kill -9
      }
    }
    Terminal terminal = new Terminal();
    terminal.succeed("simplify", simplify, machine, "--workdir", workdir);
    assertThat(content(workdir)).isEqualTo(expected);
    assertThat(terminal.said()).contains("RMS error against", "Stopped at max_iter");
  }

  private static Process start(Path workdir) throws IOException {
    return OwnProcess.simplify(simplify, machine, workdir, Path.of(workdir + ".log")).start();
  }

  private static Path copy(Path from, Path to) {
    try (Stream<Path> walk = Files.walk(from)) {
      for (Path path : (Iterable<Path>) walk::iterator) {
        Path target = to.resolve(from.relativize(path).toString());
        Files.createDirectories(target.getParent());
        Files.copy(path, target);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return to;
  }

  /** Checksums of all files that must be the same in every run. */
  private static SortedMap<String, String> content(Path root) throws IOException {
    SortedMap<String, String> content = new TreeMap<>();
    try (Stream<Path> walk = Files.walk(root)) {
      for (Path file : (Iterable<Path>) walk.filter(Files::isRegularFile)::iterator) {
        String name = root.relativize(file).toString();
        if (!name.matches(
            "dpsieve.log|timings.jsonl|\\.dpsieve.lock|run.json|report.html|models/.*")) {
          content.put(name, RegularFile.sha256(file));
        }
      }
    }
    return content;
  }
}
