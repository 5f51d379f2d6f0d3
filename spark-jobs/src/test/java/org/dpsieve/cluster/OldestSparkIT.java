package org.dpsieve.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.dpsieve.testing.LocalSpark;
import org.dpsieve.testing.PySpark;
import org.dpsieve.testing.Shared;
import org.dpsieve.testing.SmallRun;
import org.dpsieve.testing.Terminal;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The application jar on the oldest Spark that it says it runs on: a run, and a real table of
 * Iceberg, which has no library for the Spark of the other tests.
 */
@Timeout(600)
class OldestSparkIT {
  private static final Path HOME = Shared.repository().resolve("target/oldest");
  private static final Path EXAMPLE = Shared.repository().resolve("conf/ag-au");
  private static final String MODELS = EXAMPLE + "/models/[01]/graph.pb";
  private static final int FRAMES = 6;

  /** The pool's first frames by LeMat-Traj's names. */
  private static final String TABLE =
      """
      CREATE TABLE lake.db.lemat USING iceberg AS
      SELECT concat('Ag8-', index) AS id, transform(z, e -> 'Ag') AS species_at_sites, energy,
        transform(sequence(0, natoms - 1), i -> slice(coord, 3 * i + 1, 3)) AS cartesian_site_positions,
        transform(sequence(0, 2), i -> slice(cell, 3 * i + 1, 3)) AS lattice_vectors,
        transform(sequence(0, natoms - 1), i -> slice(force, 3 * i + 1, 3)) AS forces,
        cast(NULL AS array<array<double>>) AS stress_tensor
      FROM deepmd.`%s` WHERE index < %d""";

  @TempDir private Path folder;

  @Test
  void aTableOfIcebergHasTheNumbersOfItsFrames() throws Exception {
    String source = EXAMPLE.resolve("pbe/Ag8").toString();
    String devi = "model_devi('%s', z, coord, cell).max_devi_f".formatted(MODELS);
    String query = "SELECT index, %s AS d FROM deepmd.`%s` WHERE index < %d";
    String sql =
        run(
            "spark-sql",
            "--conf",
            "spark.sql.catalogImplementation=in-memory",
            "-e",
            TABLE.formatted(source, FRAMES) + "; " + query.formatted(devi, source, FRAMES));
    Map<String, Double> queried = new LinkedHashMap<>();
    sql.strip()
        .lines()
        .map(line -> line.split("\t"))
        .forEach(row -> queried.put("Ag8-" + row[0], Double.parseDouble(row[1])));
    assertThat(queried).as(sql).hasSize(FRAMES);

    submit(
        "rescreen",
        "-m",
        EXAMPLE.resolve("models/0/graph.pb").toString(),
        EXAMPLE.resolve("models/1/graph.pb").toString(),
        "--table",
        "lake.db.lemat",
        "--mapping",
        "lemat-traj",
        "-o",
        folder.resolve("out").toString(),
        "--output-table",
        folder.resolve("result").toString());
    SparkSession here = LocalSpark.session();
    Map<String, Double> expected = new LinkedHashMap<>();
    here.read()
        .format("deepmd")
        .load(source)
        .where("index < " + FRAMES)
        .selectExpr("index", devi + " AS d")
        .collectAsList()
        .forEach(row -> expected.put("Ag8-" + row.getInt(0), row.getDouble(1)));
    requireSame(here.read().parquet(folder.resolve("out").toString()), expected, queried);
    // data files of Iceberg are Parquet, so that those of the one snapshot can be read without it
    Path result = folder.resolve("result/data");
    assertThat(folder.resolve("result/metadata")).isDirectory();
    requireSame(here.read().parquet(result.toString()), expected, queried);
  }

  /** All stages of a loop, on the old Spark and on the one of this JVM. */
  @Test
  void aRunPicksLabelsAndTrainsAsOnTheNewest() throws Exception {
    Path parameters =
        SmallRun.simplify(folder.resolve("simplify.json"), 8, "\"max_iter\": 1", "Ag8");
    Path old = folder.resolve("old");
    String said =
        submit(
            "simplify",
            parameters.toString(),
            SmallRun.machine().toString(),
            "--workdir",
            old.toString());
    assertThat(said).contains("Stopped at max_iter");
    assertThat(besideTheResult()).noneMatch(line -> line.startsWith("Warning: Version of"));
    Path newest = folder.resolve("newest");
    LocalSpark.session();
    new Terminal().succeed("simplify", parameters, SmallRun.machine(), "--workdir", newest);
    for (String part : List.of("iter.000001/00.train", "result")) {
      assertThat(contents(old.resolve(part)))
          .isEqualTo(contents(newest.resolve(part)))
          .isNotEmpty();
    }
  }

  /** What the one program that ran has said. */
  private List<String> besideTheResult() throws IOException {
    try (DirectoryStream<Path> said = Files.newDirectoryStream(folder, "stderr*.txt")) {
      return Files.readAllLines(said.iterator().next());
    }
  }

  /** Models and systems of arrays; files of Parquet name the library that wrote them. */
  private static Map<String, Long> contents(Path folder) throws IOException {
    Map<String, Long> found = new TreeMap<>();
    try (Stream<Path> walk = Files.walk(folder)) {
      for (Path file : walk.filter(path -> path.toString().matches(".*[.](pb|npy|raw)")).toList()) {
        CRC32C crc = new CRC32C();
        crc.update(Files.readAllBytes(file));
        found.put(folder.relativize(file).toString(), crc.getValue());
      }
    }
    return found;
  }

  /** The last bits are those of a JVM's kernels. */
  private static void requireSame(
      Dataset<Row> found, Map<String, Double> expected, Map<String, Double> queried) {
    List<Row> rows = found.select("library_id", "max_devi_f").collectAsList();
    assertThat(rows).hasSize(FRAMES);
    for (Row row : rows) {
      assertThat(row.getDouble(1)).isCloseTo(expected.get(row.getString(0)), within(1e-10));
      assertThat(row.getDouble(1)).isCloseTo(queried.get(row.getString(0)), within(1e-10));
    }
  }

  /** A command of the application jar. */
  private String submit(String... command) throws Exception {
    List<String> arguments = new ArrayList<>();
    arguments.addAll(List.of("--class", "org.dpsieve.cli.Dpsieve"));
    arguments.add(PySpark.applicationJar().toString());
    arguments.addAll(List.of(command));
    return run("spark-submit", arguments.toArray(String[]::new));
  }

  /** A program of that Spark with Iceberg's catalog {@code lake}. */
  private String run(String program, String... arguments) throws Exception {
    Path iceberg = iceberg();
    List<String> command = new ArrayList<>();
    command.add(HOME.resolve("bin").resolve(program).toString());
    command.addAll(List.of("--master", "local[2]", "--jars", iceberg.toString()));
    if (program.equals("spark-sql")) {
      command.set(command.size() - 1, PySpark.applicationJar() + "," + iceberg);
    }
    String catalog = "spark.sql.catalog.lake";
    for (String setting :
        List.of(
            "spark.ui.enabled=false",
            "spark.sql.extensions=org.dpsieve.spark.DpsieveExtensions,org.apache.iceberg.spark.extensions.IcebergSparkSessionExtensions",
            catalog + "=org.apache.iceberg.spark.SparkCatalog",
            catalog + ".type=hadoop",
            catalog + ".warehouse=" + folder.resolve("lake"))) {
      command.addAll(List.of("--conf", setting));
    }
    command.addAll(List.of(arguments));
    return PySpark.run(folder, command, Map.of("SPARK_HOME", HOME.toString()));
  }

  private static Path iceberg() throws IOException {
    Assumptions.assumeTrue(
        Files.exists(HOME.resolve("installed.txt")),
        "skipped: no Spark in target/oldest; scripts/setup-services oldest puts it there");
    try (DirectoryStream<Path> jars =
        Files.newDirectoryStream(HOME.resolve("iceberg"), "iceberg-spark-runtime-*.jar")) {
      return jars.iterator().next();
    }
  }
}
