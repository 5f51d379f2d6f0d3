package org.dpsieve.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.dpsieve.cli.Dpsieve;
import org.dpsieve.testing.OwnProcess;
import org.dpsieve.testing.Shared;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The whole loop with driver and executors in JVMs of their own: nothing may depend on sharing one.
 */
@Tag("slow")
class ClusterTest {
  @TempDir Path folder;

  @Test
  void twoExecutorsGiveTheBytesOfOneJvm() throws Exception {
    Path parameters = writeParameters();
    simplify(parameters, "local[1]", folder.resolve("one"));
    simplify(parameters, "local-cluster[2,1,1024]", folder.resolve("cluster"));
    Map<String, Long> expected = contents(folder.resolve("one"));
    assertThat(expected).containsKey("result/summary.json");
    assertThat(contents(folder.resolve("cluster"))).isEqualTo(expected);
  }

  /** The built-in example on its smallest composition. */
  private Path writeParameters() throws IOException {
    Path example = Shared.repository().resolve("conf/ag-au");
    ObjectMapper json = new ObjectMapper();
    String text =
        Files.readAllLines(example.resolve("simplify.json")).stream()
            .filter(line -> !line.startsWith("#"))
            .collect(Collectors.joining("\n"));
    ObjectNode parameters = (ObjectNode) json.readTree(text);
    parameters.put("pick_data", example.resolve("pbe/Au8").toString());
    parameters.put("training_iter0_model_path", example.resolve("models/[0-3]").toString());
    parameters.put("init_pick_number", 10).put("iter_pick_number", 10).put("max_iter", 1);
    Path file = folder.resolve("simplify.json");
    json.writeValue(file.toFile(), parameters);
    return file;
  }

  private void simplify(Path parameters, String master, Path workdir) throws Exception {
    String classPath = System.getProperty("java.class.path");
    List<String> command =
        new ArrayList<>(
            List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
    command.add("@" + Shared.repository().resolve("conf/jvm.flags"));
    command.add("@" + Shared.repository().resolve("conf/test-jvm.flags"));
    command.addAll(
        List.of("-Xmx1g", "-Dspark.executor.extraClassPath=" + classPath, "-cp", classPath));
    command.addAll(List.of(Dpsieve.class.getName(), "simplify", parameters.toString()));
    command.add(Shared.repository().resolve("conf/ag-au/machine.json").toString());
    command.addAll(List.of("--workdir", workdir.toString(), "--master", master));
    File log = folder.resolve(workdir.getFileName() + ".log").toFile();
    ProcessBuilder process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log);
    process
        .environment()
        .put(
            "SPARK_HOME",
            SparkHome.create(Path.of("target", "spark-home").toAbsolutePath()).toString());
    process.environment().put("SPARK_SCALA_VERSION", "2.13");
    process.environment().put("SPARK_LOCAL_IP", "127.0.0.1");
    OwnProcess.compileLess(process.environment()); // its executors
    process.environment().remove("OMP_NUM_THREADS"); // one task, one core all the same
    int code = process.start().waitFor();
    assertThat(code).as(() -> read(log)).isZero();
  }

  private static String read(File log) {
    try {
      return Files.readString(log.toPath(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      return e.toString();
    }
  }

  /** Every file of the result and of the iterations, with its checksum. */
  private static Map<String, Long> contents(Path workdir) throws IOException {
    Map<String, Long> found = new TreeMap<>();
    try (Stream<Path> entries = Files.list(workdir)) {
      for (Path entry : entries.toList()) {
        String name = entry.getFileName().toString();
        if (name.equals("result") || name.startsWith("iter.")) {
          Files.walkFileTree(
              entry,
              new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                    throws IOException {
                  java.util.zip.CRC32C crc = new java.util.zip.CRC32C();
                  crc.update(Files.readAllBytes(file));
                  found.put(workdir.relativize(file).toString(), crc.getValue());
                  return FileVisitResult.CONTINUE;
                }
              });
        }
      }
    }
    return found;
  }
}
