package org.dpsieve.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.dpsieve.testing.LocalSpark;
import org.dpsieve.testing.Shared;
import org.dpsieve.testing.Terminal;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** Four small systems of the built-in pool, and rescreen over them. */
abstract class RescreenedTree {
  static final Path EXAMPLE = Shared.repository().resolve("conf/ag-au");
  static final List<Path> MODELS =
      Stream.of("0", "1").map(m -> EXAMPLE.resolve("models/" + m + "/graph.pb")).toList();

  @TempDir Path folder;

  final SparkSession spark = LocalSpark.session();
  final Terminal terminal = new Terminal();
  Path tree;

  /** Four small systems. */
  @BeforeEach
  void smallTree() throws IOException {
    tree = folder.resolve("tree");
    try (Stream<Path> systems = Files.list(EXAMPLE.resolve("pbe"))) {
      for (Path system : systems.sorted().toList()) {
        if (system.getFileName().toString().matches("Ag(8|17|4Au4)|Au8")) {
          copy(system, tree.resolve(system.getFileName().toString()));
        }
      }
    }
  }

  static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> paths = Files.walk(from)) {
      for (Path path : paths.toList()) {
        Path target = to.resolve(from.relativize(path).toString());
        if (Files.isDirectory(path)) {
          Files.createDirectories(target);
        } else {
          Files.copy(path, target);
        }
      }
    }
  }

  int run(Object... arguments) {
    terminal.clear();
    return terminal.run(arguments);
  }

  List<Object> arguments(Object frames, Object output, Object... more) {
    List<Object> all = new ArrayList<>(List.of("rescreen", "-m"));
    all.addAll(MODELS);
    all.addAll(List.of("--frames", frames, "-o", output));
    all.addAll(List.of(more));
    return all;
  }

  void rescreen(Object frames, Object output, Object... more) {
    assertThat(run(arguments(frames, output, more).toArray())).as(terminal::said).isZero();
  }

  /** Everything below a folder, by path. */
  static Map<String, String> contents(Path folder) throws IOException {
    Map<String, String> found = new TreeMap<>();
    try (Stream<Path> paths = Files.walk(folder)) {
      for (Path path : paths.filter(Files::isRegularFile).toList()) {
        found.put(
            folder.relativize(path).toString(),
            new String(Files.readAllBytes(path), StandardCharsets.ISO_8859_1));
      }
    }
    return found;
  }

  static List<String> texts(Dataset<Row> rows) {
    return rows.collectAsList().stream().map(Row::toString).sorted().toList();
  }

  void refused(String message, Object... arguments) {
    assertThat(run(arguments)).as(terminal::said).isEqualTo(2);
    assertThat(terminal.err()).contains(message);
  }
}
