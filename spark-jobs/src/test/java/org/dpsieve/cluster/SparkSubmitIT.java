package org.dpsieve.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.File;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import java.util.zip.ZipFile;
import org.dpsieve.testing.LocalSpark;
import org.dpsieve.testing.PySpark;
import org.dpsieve.testing.Shared;
import org.dpsieve.testing.SmallRun;
import org.dpsieve.testing.Terminal;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The application jar in a Spark that knows nothing of us: spark-submit, spark-sql, PySpark. */
@Timeout(1200)
class SparkSubmitIT {
  private static final Path EXAMPLE = Shared.repository().resolve("conf/ag-au");
  private static final long MOST_BYTES = 160_000_000;

  /** Of a spark-submit without a logging of its user's; Spark's own is thousands. */
  private static final int MOST_LINES = 60;

  @TempDir private Path folder;

  @Test
  void theJarIsSmallAndHasNoClassThatSparkHas() throws IOException {
    assertThat(Files.size(PySpark.applicationJar())).isLessThan(MOST_BYTES);
    List<String> ours = classes(PySpark.applicationJar());
    assertThat(ours).doesNotHaveDuplicates().anyMatch(name -> name.startsWith("org/dpsieve/cli/"));
    Set<String> twice = new HashSet<>();
    try (DirectoryStream<Path> jars =
        Files.newDirectoryStream(PySpark.home().resolve("jars"), "*.jar")) {
      for (Path jar : jars) {
        classes(jar).stream().filter(Set.copyOf(ours)::contains).forEach(twice::add);
      }
    }
    assertThat(twice).isEmpty();
  }

  private static List<String> classes(Path jar) throws IOException {
    try (ZipFile zip = new ZipFile(jar.toFile())) {
      return zip.stream()
          .map(Object::toString)
          .filter(name -> name.endsWith(".class") && !name.endsWith("module-info.class"))
          .toList();
    }
  }

  /** One spark-submit per iteration: plain on local[2], then scripts/dpsieve on a cluster. */
  @Test
  void anIterationPerSubmitGivesTheBytesOfOneRun() throws Exception {
    Path parameters =
        SmallRun.simplify(folder.resolve("simplify.json"), 8, "\"max_iter\": 2", "Ag8");
    Path run = folder.resolve("run");
    List<String> iterate =
        List.of("iterate", parameters.toString(), SmallRun.machine().toString(), "--workdir");
    List<String> plain = new ArrayList<>();
    plain.add(PySpark.home().resolve("bin/spark-submit").toString());
    plain.addAll(List.of("--master", "local[2]", "--class", "org.dpsieve.cli.Dpsieve"));
    plain.add(PySpark.applicationJar().toString());
    plain.addAll(iterate);
    plain.add(run.toString());
    assertThat(PySpark.run(folder, plain, Map.of()).strip()).endsWith("\ncontinue");
    assertThat(besideTheResult()).hasSizeLessThan(MOST_LINES);

    List<Process> cluster = new ArrayList<>();
    try {
      String master = startCluster(cluster);
      List<String> script = new ArrayList<>();
      script.add(Shared.repository().resolve("scripts/dpsieve").toString());
      script.addAll(iterate);
      script.add(run.toString());
      String said =
          PySpark.run(
              folder,
              script,
              Map.of(
                  "DPSIEVE_MEMORY",
                  "1g",
                  "DPSIEVE_SUBMIT_ARGS",
                  "--master %s --executor-memory 1g --conf spark.ui.enabled=false"
                      .formatted(master)));
      assertThat(said.strip().lines().reduce((first, second) -> second).orElse(""))
          .isIn("continue", "converged");
    } finally {
      for (Process process : cluster) {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly().waitFor();
      }
    }
    Path whole = folder.resolve("whole");
    simplify(parameters, whole);
    for (String iteration : List.of("iter.000000", "iter.000001")) {
      assertThat(contents(run.resolve(iteration)))
          .isEqualTo(contents(whole.resolve(iteration)))
          .isNotEmpty();
    }
  }

  /** What the one program that ran has said. */
  private List<String> besideTheResult() throws IOException {
    try (DirectoryStream<Path> said = Files.newDirectoryStream(folder, "stderr*.txt")) {
      return Files.readAllLines(said.iterator().next());
    }
  }

  private static void simplify(Path parameters, Path workdir) {
    LocalSpark.session();
    new Terminal().succeed("simplify", parameters, SmallRun.machine(), "--workdir", workdir);
  }

  private static Map<String, Long> contents(Path folder) throws IOException {
    Map<String, Long> found = new TreeMap<>();
    try (Stream<Path> walk = Files.walk(folder)) {
      for (Path file : walk.filter(Files::isRegularFile).toList()) {
        CRC32C crc = new CRC32C();
        crc.update(Files.readAllBytes(file));
        found.put(folder.relativize(file).toString(), crc.getValue());
      }
    }
    return found;
  }

  private String startCluster(List<Process> processes) throws Exception {
    int port;
    try (ServerSocket free = new ServerSocket(0)) {
      port = free.getLocalPort();
    }
    String master = "spark://127.0.0.1:" + port;
    String kind = "org.apache.spark.deploy.";
    processes.add(
        daemon(
            "master",
            List.of(kind + "master.Master", "--host", "127.0.0.1", "--port", "" + port),
            "I have been elected leader"));
    processes.add(
        0,
        daemon(
            "worker",
            List.of(
                kind + "worker.Worker",
                "--host",
                "127.0.0.1",
                "--cores",
                "2",
                "--memory",
                "1g",
                "--work-dir",
                folder.resolve("work").toString(),
                master),
            "Successfully registered with master"));
    return master;
  }

  private Process daemon(String name, List<String> arguments, String ready) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(PySpark.home().resolve("bin/spark-class").toString());
    command.addAll(arguments);
    command.addAll(List.of("--webui-port", "0"));
    File log = folder.resolve(name + ".log").toFile();
    Process process =
        PySpark.start(
            folder,
            log,
            command,
            Map.of(
                "SPARK_DAEMON_MEMORY",
                "256m",
                "SPARK_DAEMON_JAVA_OPTS",
                "-Dlog4j2.configurationFile=" + logging()));
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(120);
    while (!Files.readString(log.toPath()).contains(ready)) {
      assertThat(System.nanoTime()).as(Files.readString(log.toPath())).isLessThan(deadline);
      Thread.sleep(200);
    }
    return process;
  }

  /** Spark's own default says nothing of this. */
  private Path logging() throws IOException {
    return Files.writeString(
        folder.resolve("log4j2.properties"),
        """
        rootLogger.level = info
        rootLogger.appenderRef.stdout.ref = console
        appender.console.type = Console
        appender.console.name = console
        appender.console.target = SYSTEM_ERR
        appender.console.layout.type = PatternLayout
        appender.console.layout.pattern = %p %c{1}: %m%n
        """);
  }

  /** The query of docs/notebooks.md in spark-sql and in PySpark against the same in this JVM. */
  @Test
  void theSqlShellAndPythonGiveTheSameQuantiles() throws Exception {
    String view =
        "CREATE TEMPORARY VIEW frames USING deepmd OPTIONS (path '%s')"
            .formatted(EXAMPLE.resolve("pbe"));
    String query =
        "SELECT formula, percentile_approx(d.max_devi_f, array(0.5,0.9,0.99)) AS q FROM"
            + " (SELECT formula, model_devi('%s/models/*/graph.pb', z, coord, cell) AS d"
                .formatted(EXAMPLE)
            + " FROM frames WHERE natoms = 8) GROUP BY formula ORDER BY formula";
    LocalSpark.session().sql(view.replace("CREATE", "CREATE OR REPLACE"));
    List<String> expected =
        LocalSpark.session().sql(query).selectExpr("formula", "to_json(q)").collectAsList().stream()
            .map(row -> row.getString(0) + "\t" + row.getString(1))
            .toList();
    assertThat(expected).hasSize(5);

    List<String> conf = new ArrayList<>();
    for (String setting :
        List.of(
            "spark.jars=" + PySpark.applicationJar(),
            "spark.sql.extensions=org.dpsieve.spark.DpsieveExtensions",
            "spark.sql.catalogImplementation=in-memory",
            "spark.ui.enabled=false",
            "spark.sql.shuffle.partitions=2")) {
      conf.addAll(List.of("--conf", setting));
    }
    List<String> shell = new ArrayList<>();
    shell.add(PySpark.home().resolve("bin/spark-sql").toString());
    shell.addAll(List.of("--master", "local[2]"));
    shell.addAll(conf);
    shell.addAll(List.of("-e", view + "; " + query));
    requireSame(PySpark.run(folder, shell, Map.of()), expected);

    Path script =
        Files.writeString(
            folder.resolve("quantiles.py"),
            """
            import json, sys
            from pyspark.sql import SparkSession
            spark = SparkSession.builder.getOrCreate()
            spark.sql(sys.argv[1])
            for row in spark.sql(sys.argv[2]).collect():
                print(row.formula, json.dumps(row.q, separators=(",", ":")), sep="\\t")
            """);
    List<String> python = new ArrayList<>();
    python.add(PySpark.home().resolve("bin/spark-submit").toString());
    python.addAll(List.of("--master", "local[2]"));
    python.addAll(conf);
    python.addAll(List.of(script.toString(), view, query));
    requireSame(
        PySpark.run(folder, python, Map.of("PYSPARK_PYTHON", PySpark.program("python"))), expected);
  }

  /** The last bits are those of a JVM's kernels. */
  private static void requireSame(String said, List<String> expected) {
    List<String> lines = said.strip().lines().toList();
    assertThat(lines).hasSameSizeAs(expected);
    for (int i = 0; i < lines.size(); i++) {
      String[] found = lines.get(i).split("[\\[\\],\\s]+");
      String[] wanted = expected.get(i).split("[\\[\\],\\s]+");
      assertThat(found).as(said).hasSize(4);
      assertThat(found[0]).isEqualTo(wanted[0]);
      for (int k = 1; k < found.length; k++) {
        assertThat(Double.parseDouble(found[k]))
            .isCloseTo(Double.parseDouble(wanted[k]), within(1e-10));
      }
    }
  }
}
