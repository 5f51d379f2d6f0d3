package org.dpsieve.spark.node;

import java.io.IOException;
import java.io.InputStream;
import java.io.Serializable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.dpsieve.io.OwnFiles;
import org.dpsieve.io.RegularFile;
import org.dpsieve.label.TaskOutcome;
import org.dpsieve.node.LocalProcess;
import org.dpsieve.node.NodeTask;
import org.dpsieve.node.TaskEnd;
import org.dpsieve.node.TaskFiles;

/**
 * A task on its way to an executor and back, with its files: driver and executors need not share a
 * file system.
 *
 * @param name the task's
 * @param files path in the task's folder to content
 * @param limit seconds; 0 for none
 */
record RemoteTask(
    String name,
    String command,
    Map<String, byte[]> files,
    List<String> backward,
    String log,
    double limit,
    Map<String, String> environment)
    implements Serializable {

  /** How it ended, where, and what it left. */
  record Result(TaskEnd end, String host, LinkedHashMap<String, byte[]> files)
      implements Serializable {}

  /** Bytes of all files of a task: they are in memory here and there, several times. */
  private static final long LARGEST = 256 << 20;

  static RemoteTask of(NodeTask task, double limit, Map<String, String> environment)
      throws IOException {
    LinkedHashMap<String, byte[]> files = new LinkedHashMap<>();
    collect(task.folder(), TaskFiles.matching(task.folder(), task.forward()), files);
    collect(task.folder(), TaskFiles.matching(task.folder(), task.resume()), files);
    return new RemoteTask(
        task.name(),
        task.command(),
        files,
        List.copyOf(task.backward()),
        task.log(),
        limit,
        new LinkedHashMap<>(environment));
  }

  /**
   * Regular files alone, links to them too.
   *
   * @throws IOException when they are too large
   */
  private static void collect(Path folder, List<Path> found, Map<String, byte[]> files)
      throws IOException {
    long left = LARGEST;
    for (byte[] before : files.values()) {
      left -= before.length;
    }
    for (Path path : found) {
      try (Stream<Path> walk = Files.walk(path)) {
        for (Path file : (Iterable<Path>) walk.filter(Files::isRegularFile)::iterator) {
          String name = folder.relativize(file).toString();
          if (Files.size(file) > left) {
            throw new IOException(
                "%s: with it the task's files have more than the %d MB that backend spark carries; use local or dpdispatcher"
                    .formatted(name, LARGEST >> 20));
          }
          try (InputStream in = RegularFile.open(file, left)) {
            files.put(name, in.readAllBytes());
          }
          left -= files.get(name).length;
        }
      }
    }
  }

  static void write(Path folder, Map<String, byte[]> files) throws IOException {
    for (Map.Entry<String, byte[]> file : files.entrySet()) {
      Path target = folder.resolve(file.getKey());
      Files.createDirectories(target.getParent());
      Files.write(target, file.getValue());
    }
  }

  /** Runs it in a scratch folder of the executor's machine, which is removed afterwards. */
  Result run(String host) throws IOException {
    Path scratch = Files.createTempDirectory("dpsieve-task");
    Path folder = Files.createDirectory(scratch.resolve(name));
    LocalProcess process = null;
    try {
      NodeTask task = new NodeTask(folder, command, List.of(), List.of("*"), backward, log);
      write(folder, files);
      process = LocalProcess.start(task, environment);
      TaskEnd end = process.await(limit);
      LinkedHashMap<String, byte[]> left = new LinkedHashMap<>();
      try {
        collect(folder, TaskFiles.matching(folder, List.of(log)), left);
        collect(folder, TaskFiles.matching(folder, backward), left);
      } catch (IOException e) {
        left.clear();
        end = TaskEnd.failed(name, TaskOutcome.CRASHED, e.getMessage());
      }
      return new Result(end, host, left);
    } catch (InterruptedException e) {
      process.kill(); // Spark takes the task back
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    } finally {
      OwnFiles.remove(scratch);
    }
  }
}
