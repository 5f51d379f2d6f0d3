package org.dpsieve.spark.label;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocalFileSystem;
import org.apache.hadoop.fs.Path;
import org.dpsieve.digest.Sha256;
import org.dpsieve.error.InputException;
import org.dpsieve.frame.Frame;
import org.dpsieve.frame.FrameId;
import org.dpsieve.io.RegularFile;
import org.dpsieve.label.LabelResult;
import org.dpsieve.label.OutputFiles;
import org.dpsieve.label.TaskLabeller;
import org.dpsieve.label.TaskOutcome;
import org.dpsieve.label.TaskOutputs;
import org.dpsieve.text.Counted;

/**
 * Task folders of one iteration on a Hadoop file system. Each is written beside its place and put
 * there by one rename, so that a folder with its name is complete, whatever was killed; one that is
 * there already and says the same is left alone, with all that a person or program put in it.
 */
final class TaskFolders {
  /** In each folder: which frame it is, where its atoms are, and checksums of the inputs. */
  static final String FRAME_FILE = "frame.json";

  private static final long LARGEST_INPUT = 1 << 30;
  private static final ObjectMapper JSON = new ObjectMapper();

  private final FileSystem files;
  private final Path directory;
  private final TaskLabeller labeller;

  TaskFolders(Path directory, Configuration hadoop, TaskLabeller labeller) throws IOException {
    FileSystem found = directory.getFileSystem(hadoop);
    // Without the checksum files that Hadoop puts beside local files: people edit what is here.
    this.files = found instanceof LocalFileSystem local ? local.getRaw() : found;
    this.directory = files.makeQualified(directory);
    this.labeller = labeller;
  }

  /** Writes the folder of one frame, unless it is there. */
  void write(FpTasks.Task task, Frame frame) throws IOException {
    labeller
        .check(frame)
        .ifPresent(
            finding -> {
              throw new InputException(
                  "Frame %s: fp_style %s cannot label it: %s (%s)"
                      .formatted(
                          frame.name(), labeller.style(), finding.reason(), finding.detail()));
            });
    Path target = new Path(directory, task.name());
    Map<String, byte[]> own = labeller.taskFiles(frame);
    Map<String, byte[]> shared = labeller.groupFiles(frame);
    byte[] description = describe(frame, own, shared);
    if (files.exists(target)) {
      if (Arrays.equals(description, bytes(new Path(target, FRAME_FILE)))) {
        return;
      }
      if (isOf(frame, target)) {
        // Inputs that make another label were refused, or accepted, before (run.json).
        if (files.exists(new Path(target, "dpsieve.pid")) // may be under way
            || read(task.name(), frame).outcome() == TaskOutcome.FINISHED) {
          return;
        }
        setAside(target);
      } else if (hasOutput(task.name()) && !isDescribed(target)) {
        setAside(target); // its own task has spoilt it: of what its output is, nobody knows
      } else {
        requireUntouched(target);
        files.delete(target, true);
      }
    }
    Path staged = new Path(directory, "." + task.name() + "." + UUID.randomUUID());
    try {
      files.mkdirs(staged);
      for (Map.Entry<String, byte[]> file : own.entrySet()) {
        write(new Path(staged, file.getKey()), file.getValue());
      }
      for (Map.Entry<String, byte[]> file : shared.entrySet()) {
        share(staged, file.getKey(), task.group(), file.getValue());
      }
      write(new Path(staged, FRAME_FILE), description);
      if (!files.exists(target)) {
        files.rename(staged, target);
      }
      // Had another attempt been first, the rename might have put this one inside.
      files.delete(new Path(target, staged.getName()), true);
    } finally {
      files.delete(staged, true);
    }
  }

  /** Whether a folder was written for this frame, with whatever inputs. */
  private boolean isOf(Frame frame, Path target) throws IOException {
    return description(target).path("frame_id").asText().equals(FrameId.of(frame));
  }

  private boolean isDescribed(Path target) throws IOException {
    return description(target).has("inputs");
  }

  /** What a folder says it was written for; nothing where its task has spoilt that. */
  private JsonNode description(Path target) throws IOException {
    byte[] there = bytes(new Path(target, FRAME_FILE));
    try {
      return there == null ? MissingNode.getInstance() : JSON.readTree(there);
    } catch (JacksonException e) {
      return MissingNode.getInstance();
    }
  }

  /** What a calculation without result has left is kept, out of the way of {@code task.*}. */
  private void setAside(Path target) throws IOException {
    if (!hasOutput(target.getName())) {
      files.delete(target, true);
      return;
    }
    int number = 0;
    Path aside;
    do {
      aside = new Path(directory, "old.%03d.%s".formatted(number++, target.getName()));
    } while (files.exists(aside));
    files.rename(target, aside);
  }

  private void requireUntouched(Path target) throws IOException {
    for (String output : labeller.outputFiles()) {
      if (files.exists(new Path(target, output))) {
        throw new InputException(
            "%s: holds %s of a calculation for another frame than the one picked now. Move the folder away to have it written anew, or restore the picks"
                .formatted(target, output));
      }
    }
  }

  /** One copy beside the tasks and a link to it where the file system has links. */
  private void share(Path staged, String name, int group, byte[] content) throws IOException {
    if (!isLocal()) {
      write(new Path(staged, name), content);
      return;
    }
    String sharedName = "%s.%03d".formatted(name.replace('/', '.'), group);
    Path target = new Path(directory, sharedName);
    if (!Arrays.equals(content, bytes(target))) {
      Path beside = new Path(directory, "." + sharedName + "." + UUID.randomUUID());
      write(beside, content);
      files.rename(beside, target); // local: replaces
    }
    java.nio.file.Path link = java.nio.file.Path.of(new Path(staged, name).toUri());
    Files.createDirectories(link.getParent());
    Files.createSymbolicLink(
        link, java.nio.file.Path.of("../".repeat(new Path(name).depth()), sharedName));
  }

  private void write(Path file, byte[] content) throws IOException {
    try (OutputStream out = files.create(file, true)) {
      out.write(content);
    }
  }

  /**
   * Of a file that was written here; {@code null} when it is not there, or is something else by
   * now.
   */
  private byte[] bytes(Path file) throws IOException {
    if (isLocal()) {
      try (InputStream in = RegularFile.open(java.nio.file.Path.of(file.toUri()), LARGEST_INPUT)) {
        return in.readAllBytes();
      } catch (IOException e) {
        return null;
      }
    }
    try (InputStream in = files.open(file)) {
      return in.readAllBytes();
    } catch (FileNotFoundException e) {
      return null;
    }
  }

  private byte[] describe(Frame frame, Map<String, byte[]> own, Map<String, byte[]> shared)
      throws IOException {
    ObjectNode description = JSON.createObjectNode();
    description.put("frame_id", FrameId.of(frame));
    description.put("system", frame.system());
    description.put("index", frame.index());
    description.put("fp_style", labeller.style());
    description.set("atom_order", JSON.valueToTree(labeller.atomOrder(frame)));
    Map<String, String> inputs = new TreeMap<>();
    own.forEach((name, content) -> inputs.put(name, Sha256.hex(content)));
    shared.forEach((name, content) -> inputs.put(name, Sha256.hex(content)));
    description.set("inputs", JSON.valueToTree(inputs));
    return (JSON.writerWithDefaultPrettyPrinter().writeValueAsString(description) + "\n")
        .getBytes(StandardCharsets.UTF_8);
  }

  /** Whether any output file is there. */
  boolean hasOutput(String task) throws IOException {
    for (String output : labeller.outputFiles()) {
      if (files.exists(new Path(new Path(directory, task), output))) {
        return true;
      }
    }
    return false;
  }

  /** What the program left for a frame. */
  LabelResult read(String task, Frame frame) {
    Path folder = new Path(directory, task);
    TaskOutputs outputs =
        isLocal()
            ? OutputFiles.folder(java.nio.file.Path.of(folder.toUri()))
            : name -> open(new Path(folder, name));
    return labeller.read(outputs, frame);
  }

  private boolean isLocal() {
    return files.getUri().getScheme().equals("file");
  }

  /** On a file system that has neither pipes nor devices. */
  private Optional<InputStream> open(Path file) throws IOException {
    try {
      FileStatus status = files.getFileStatus(file);
      if (!status.isFile() || status.getLen() > TaskOutputs.LARGEST) {
        throw new IOException(
            "%s: expected a file of at most %s"
                .formatted(file.getName(), Counted.of(TaskOutputs.LARGEST, "byte")));
      }
      return Optional.of(files.open(file));
    } catch (FileNotFoundException e) {
      return Optional.empty();
    }
  }
}
