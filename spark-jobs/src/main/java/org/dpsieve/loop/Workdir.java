package org.dpsieve.loop;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.dpsieve.error.InputException;
import org.dpsieve.io.OwnFiles;

/** The folder of one run: DP-GEN's layout, and the paths in it. */
public record Workdir(Path root) {
  public Workdir {
    root = root.toAbsolutePath().normalize();
  }

  /** A folder of the run as manifests name it. */
  String name(Path folder) {
    return root.relativize(folder).toString().replace('\\', '/');
  }

  public Path frames() {
    return root.resolve("frames");
  }

  public Path iteration(int iteration) {
    return root.resolve("iter.%06d".formatted(iteration));
  }

  /** The models of an iteration, {@code graph.000.pb} and so on. */
  public Path train(int iteration) {
    return iteration(iteration).resolve("00.train");
  }

  /** One row per frame of the pool that was left. */
  public Path deviation(int iteration) {
    return iteration(iteration).resolve("01.model_devi/deviation.parquet");
  }

  /** The class of each of those frames, and which are picked. */
  public Path picks(int iteration) {
    return iteration(iteration).resolve("01.model_devi/picks.parquet");
  }

  /** The picked frames with their new labels. */
  public Path labels(int iteration) {
    return iteration(iteration).resolve("02.fp/labels.parquet");
  }

  /** The frames above the trust levels, listed when they stall the run. */
  public Path failedFrames(int iteration) {
    return iteration(iteration).resolve("01.model_devi/failed.tsv");
  }

  /** The picked frames that got no label, with the reason. */
  public Path failedLabels(int iteration) {
    return iteration(iteration).resolve("02.fp/failed.tsv");
  }

  /** What became of each task of a step ({@code train}, {@code fp}). */
  public Path tasks(int iteration, String step) {
    return iteration(iteration).resolve("tasks.%s.jsonl".formatted(step));
  }

  /** Where the tasks of a training lie until all are done, beside its folder. */
  public static Path trainTasks(Path train) {
    return train.resolveSibling("00.train.tasks");
  }

  public Path result() {
    return root.resolve("result");
  }

  /** The models that {@code final_training} makes. */
  public Path finalModels() {
    return result().resolve("final");
  }

  /** Where the tasks of {@code final_training} lie until all are done. */
  public Path finalTasks() {
    return root.resolve("final.tasks");
  }

  /** What became of each of them. */
  public Path finalJournal() {
    return root.resolve("tasks.final.jsonl");
  }

  /** The models the run was given, {@code graph.000.pb} and so on: what a report compares with. */
  public Path models() {
    return root.resolve("models");
  }

  /** The run as a page for people. */
  public Path report() {
    return root.resolve("report.html");
  }

  public Path record() {
    return root.resolve("record.dpgen");
  }

  public Path identity() {
    return root.resolve("run.json");
  }

  /** The files that the frames came from, as they were. */
  Path sources() {
    return root.resolve("sources.json");
  }

  /** What was changed between two calls. */
  Path changes() {
    return root.resolve("changes.json");
  }

  public Path timings() {
    return root.resolve("timings.jsonl");
  }

  /**
   * Makes the folder if it is not there and keeps every other run out of it until closed. The
   * operating system lets go of the lock when the process ends, however it ends; elsewhere see
   * {@link HeartbeatLock}.
   *
   * @throws InputException when another process has it, or the folder cannot be written
   */
  public Closeable lock() {
    Path file = root.resolve(".dpsieve.lock");
    try {
      Files.createDirectories(root);
      if (isElsewhere()) {
        return HeartbeatLock.take(file, owner(), HeartbeatLock.BEAT, HeartbeatLock.STALE);
      }
      FileChannel channel =
          FileChannel.open(
              file,
              StandardOpenOption.CREATE,
              StandardOpenOption.READ,
              StandardOpenOption.WRITE,
              LinkOption.NOFOLLOW_LINKS);
      hold(root, channel);
      return channel;
    } catch (IOException e) {
      throw new InputException(
          "%s: cannot be written (%s). Mend it, or name another folder with --workdir"
              .formatted(file, e),
          e);
    }
  }

  /** Whether it lies on another file system than this machine's. */
  public boolean isElsewhere() {
    return !root.getFileSystem().equals(FileSystems.getDefault());
  }

  private static String owner() throws IOException {
    return "process %d on %s"
        .formatted(ProcessHandle.current().pid(), InetAddress.getLocalHost().getHostName());
  }

  /** Locks the file and writes this process' number into it, or closes it. */
  static void hold(Path root, FileChannel channel) throws IOException {
    try {
      if (!isLocked(channel)) {
        String owner = read(channel);
        throw new InputException(
            "%s: another dpsieve works here%s. Wait for it, or name another folder with --workdir"
                .formatted(root, owner.isBlank() ? "" : " (process " + owner.strip() + ")"));
      }
      channel.truncate(0);
      channel.write(
          ByteBuffer.wrap((ProcessHandle.current().pid() + "\n").getBytes(StandardCharsets.UTF_8)));
    } catch (IOException | RuntimeException e) {
      channel.close(); // or this process would keep itself out until it ends
      throw e;
    }
  }

  private static boolean isLocked(FileChannel channel) throws IOException {
    try {
      return channel.tryLock() != null;
    } catch (OverlappingFileLockException e) {
      return false;
    }
  }

  private static String read(FileChannel channel) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(64);
    channel.read(bytes, 0);
    return new String(bytes.array(), 0, bytes.position(), StandardCharsets.UTF_8);
  }

  /** Writes a text file so that it is either the old or the new one, never half of it. */
  public static void replace(Path file, String text) {
    try {
      Files.createDirectories(file.getParent());
      OwnFiles.replace(file, text.getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
