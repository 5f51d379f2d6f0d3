package org.dpsieve.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.dpsieve.node.TaskJournal;
import org.dpsieve.testing.OwnProcess;
import org.dpsieve.testing.Shared;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A real standalone cluster: a master and two workers, one of which says that it has a GPU. */
@Timeout(300)
@Tag("slow")
class StandaloneClusterTest {
  @TempDir Path folder;
  private final List<Process> processes = new ArrayList<>();

  @AfterEach
  void stopTheCluster() throws InterruptedException {
    for (Process process : processes) {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroy();
      if (!process.waitFor(20, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    }
  }

  @Test
  void tasksThatAskForAGpuRunOnlyWhereThereIsOne() throws Exception {
    int port;
    try (ServerSocket free = new ServerSocket(0)) {
      port = free.getLocalPort();
    }
    Path script = folder.resolve("gpus.sh");
    Files.writeString(script, "#!/bin/sh\necho '{\"name\": \"gpu\", \"addresses\": [\"0\"]}'\n");
    Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
    String master = "spark://127.0.0.1:" + port;
    start(
        "master",
        List.of(),
        "org.apache.spark.deploy.master.Master",
        List.of("--host", "127.0.0.1", "--port", "" + port, "--webui-port", "0"));
    waitFor("master", "I have been elected leader");
    worker("cpu", master, List.of());
    worker(
        "gpu",
        master,
        List.of(
            "-Dspark.worker.resource.gpu.amount=1",
            "-Dspark.worker.resource.gpu.discoveryScript=" + script));
    Process driver =
        start(
            "driver",
            List.of(
                "-Dspark.master=" + master,
                "-Dspark.app.name=gpu-tasks",
                "-Dspark.driver.host=127.0.0.1",
                "-Dspark.ui.enabled=false",
                "-Dspark.dynamicAllocation.enabled=true",
                "-Dspark.dynamicAllocation.executorIdleTimeout=1s",
                "-Dspark.dynamicAllocation.initialExecutors=0",
                "-Dspark.executor.memory=512m",
                "-Dspark.executor.cores=1",
                "-Dspark.executor.extraClassPath=" + System.getProperty("java.class.path")),
            GpuTasks.class.getName(),
            List.of(folder.resolve("run").toString()));
    assertThat(driver.waitFor(200, TimeUnit.SECONDS)).as(() -> read("driver")).isTrue();
    assertThat(driver.exitValue()).as(() -> read("driver")).isZero();
    for (int i : new int[] {0, 2}) {
      assertThat(folder.resolve("run/gpu/task.000.%06d/result".formatted(i)))
          .hasContent("gpu " + i);
      assertThat(folder.resolve("run/cpu/task.000.%06d/result".formatted(i))).exists();
    }
    assertThat(folder.resolve("run/labels")).hasContent("{at=gpu, GPU 0} gpu, GPU 0");
    assertThat(TaskJournal.read(folder.resolve("run/tasks.1.jsonl")))
        .extracting(TaskJournal.Entry::state)
        .containsExactly("finished", "crashed", "finished");
  }

  private void worker(String kind, String master, List<String> properties) throws Exception {
    start(
        kind,
        properties,
        "org.apache.spark.deploy.worker.Worker",
        List.of(
            "--host",
            "127.0.0.1",
            "--webui-port",
            "0",
            "--cores",
            "1",
            "--memory",
            "1g",
            "--work-dir",
            folder.resolve("work-" + kind).toString(),
            master));
    waitFor(kind, "Successfully registered with master");
  }

  private Process start(String name, List<String> properties, String main, List<String> arguments)
      throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
    command.add("@" + Shared.repository().resolve("conf/jvm.flags"));
    command.add("@" + Shared.repository().resolve("conf/test-jvm.flags"));
    command.add("-Xmx512m");
    command.add("-Dlog4j2.configurationFile=" + logging());
    command.addAll(properties);
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), main));
    command.addAll(arguments);
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve(name + ".log").toFile());
    builder.environment().put("WORKER_KIND", name);
    builder
        .environment()
        .put(
            "SPARK_HOME",
            SparkHome.create(Path.of("target", "spark-home").toAbsolutePath()).toString());
    builder.environment().put("SPARK_SCALA_VERSION", "2.13");
    builder.environment().put("SPARK_LOCAL_IP", "127.0.0.1");
    OwnProcess.compileLess(builder.environment());
    Process process = builder.start();
    processes.add(0, process);
    return process;
  }

  private Path logging() throws IOException {
    Path file = folder.resolve("log4j2.properties");
    Files.writeString(
        file,
        """
        rootLogger.level = info
        rootLogger.appenderRef.stdout.ref = console
        appender.console.type = Console
        appender.console.name = console
        appender.console.layout.type = PatternLayout
        appender.console.layout.pattern = %p %c{1}: %m%n
        """);
    return file;
  }

  private void waitFor(String name, String text) throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (!read(name).contains(text)) {
      assertThat(System.nanoTime()).as(() -> read(name)).isLessThan(deadline);
      Thread.sleep(200);
    }
  }

  private String read(String name) {
    try {
      File log = folder.resolve(name + ".log").toFile();
      return Files.readString(log.toPath());
    } catch (IOException e) {
      return e.toString();
    }
  }
}
