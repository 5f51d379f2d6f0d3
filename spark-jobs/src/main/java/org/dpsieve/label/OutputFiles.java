package org.dpsieve.label;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.dpsieve.error.InputException;
import org.dpsieve.frame.Frame;
import org.dpsieve.frame.FrameCheck;
import org.dpsieve.frame.Labels;
import org.dpsieve.frame.TypeElements;
import org.dpsieve.frame.TypeNames;
import org.dpsieve.io.RegularFile;

/**
 * Every labelled geometry of a program's output files, in the files' own cell orientation and atom
 * order.
 */
public final class OutputFiles {
  private final OutputReader reader;
  private final TypeElements elements;

  /**
   * @param elements of kinds of atoms in the files that are no elements
   */
  public OutputFiles(OutputReader reader, TypeElements elements) {
    this.reader = reader;
    this.elements = elements;
  }

  /**
   * Reads a file, whatever its name, or each calculation's folder at or below a folder: the first
   * of the program's files that has a label.
   *
   * @throws InputException when there is no such path, or no output file below it
   */
  public List<FileLabels> read(Path path) throws IOException {
    String expected = String.join(" or ", reader.names());
    if (RegularFile.exists(path) && !Files.isDirectory(path)) {
      return List.of(one(path));
    }
    if (!Files.isDirectory(path)) {
      throw new InputException(
          "%s: not found; expected a file %s or a folder that holds some"
              .formatted(path, expected));
    }
    List<FileLabels> read = new ArrayList<>();
    for (Path folder : folders(path)) {
      read.add(best(folder));
    }
    if (read.isEmpty()) {
      throw new InputException(
          "%s: no output file found; expected %s in it or in folders below; other names must be given as files"
              .formatted(path, expected));
    }
    return read;
  }

  /** The folders in which there is anything by a name of the reader. */
  private Set<Path> folders(Path root) throws IOException {
    try (var walk = Files.walk(root)) {
      Set<Path> folders = new LinkedHashSet<>();
      for (Path folder : walk.filter(Files::isDirectory).sorted().toList()) {
        if (reader.names().stream().anyMatch(name -> RegularFile.exists(folder.resolve(name)))) {
          folders.add(folder);
        }
      }
      return folders;
    }
  }

  private FileLabels best(Path folder) {
    FileLabels best = null;
    for (String name : reader.names()) {
      Path file = folder.resolve(name);
      if (!RegularFile.exists(file)) {
        continue;
      }
      FileLabels next = file(folder(folder), file.toString(), name);
      if (!next.frames().isEmpty() || next.outcome() == TaskOutcome.UNCONVERGED) {
        return next;
      }
      best = best == null ? next : best;
    }
    return best;
  }

  /** The files of a folder of this machine. */
  public static TaskOutputs folder(Path folder) {
    return new Local(folder);
  }

  private record Local(Path path) implements TaskOutputs {
    @Override
    public Optional<InputStream> open(String name) throws IOException {
      Path file = path.resolve(name);
      if (!RegularFile.exists(file)) {
        return Optional.empty();
      }
      try {
        return Optional.of(RegularFile.open(file, LARGEST));
      } catch (IOException e) {
        throw new IOException(name + ": " + e.getMessage(), e);
      }
    }

    @Override
    public Optional<Path> folder() {
      return Optional.of(path);
    }
  }

  /** What a person is told of it. */
  static String cause(Exception e) {
    return e instanceof UncheckedIOException unchecked
        ? unchecked.getCause().getMessage()
        : e.getMessage();
  }

  /** A reader that throws is at fault; the other files are read all the same. */
  static String defect(RuntimeException e) {
    return "a defect of dpsieve, please report it with the file (%s)".formatted(e);
  }

  /** Says that a file is not there or has nothing in it; empty when it has. */
  static Optional<String> absent(TaskOutputs folder, String name) throws IOException {
    Optional<InputStream> file = folder.open(name);
    if (file.isEmpty()) {
      return Optional.of("no " + name);
    }
    try (InputStream in = file.get()) {
      return in.read() < 0 ? Optional.of(name + " is empty") : Optional.empty();
    }
  }

  /** A file by any name; one that is named as in task folders is read from there. */
  private FileLabels one(Path path) {
    Path file = path.toAbsolutePath().normalize();
    for (String name : reader.names()) {
      if (file.endsWith(name)) {
        Path folder = file;
        for (int depth = Path.of(name).getNameCount(); depth > 0; depth--) {
          folder = folder.getParent();
        }
        return file(folder(folder), path.toString(), name);
      }
    }
    return file(folder(file.getParent()), path.toString(), file.getFileName().toString());
  }

  /**
   * @param shown the file as messages and frames name it
   */
  private FileLabels file(TaskOutputs folder, String shown, String name) {
    try {
      return labels(folder, shown, name);
    } catch (IOException | UncheckedIOException e) {
      return failed(shown, cause(e));
    } catch (InputException e) {
      throw e; // no program to read it with: the same for all
    } catch (RuntimeException e) {
      return failed(shown, defect(e));
    }
  }

  private static FileLabels failed(String shown, String reason) {
    return new FileLabels(
        shown, TaskOutcome.UNPARSABLE, "%s cannot be read: %s".formatted(shown, reason), List.of());
  }

  private FileLabels labels(TaskOutputs folder, String shown, String name) throws IOException {
    if (absent(folder, name).isPresent()) {
      return new FileLabels(shown, TaskOutcome.MISSING_OUTPUT, shown + " is empty", List.of());
    }
    Calculation calculation = reader.read(name, folder);
    List<Frame> frames = new ArrayList<>();
    for (Calculation.Step step : calculation.steps()) {
      if (!step.converged()) {
        continue;
      }
      Optional<String> problem;
      try {
        Frame frame = frame(shown, frames.size(), calculation, step);
        problem = FrameCheck.problem(frame).map(text -> frame.name() + ": " + text);
        frames.add(frame);
      } catch (UnexpectedText e) {
        problem = Optional.of(shown + ": " + e.getMessage());
      }
      if (problem.isPresent()) {
        return new FileLabels(shown, TaskOutcome.UNPARSABLE, problem.get(), List.of());
      }
    }
    String reason = calculation.reason();
    return new FileLabels(
        shown, calculation.outcome(), reason.isEmpty() ? "" : shown + ": " + reason, frames);
  }

  private Frame frame(String file, int index, Calculation calculation, Calculation.Step step) {
    int[] z =
        calculation.elements().stream()
            .mapToInt(
                kind ->
                    elements
                        .symbol(kind)
                        .map(TypeNames::number)
                        .orElseThrow(
                            () -> new UnexpectedText(TypeElements.noElement(List.of(kind)))))
            .toArray();
    return new Frame(
        file,
        index,
        z,
        step.coord(),
        step.cell(),
        new Labels(step.energy(), step.force(), step.virial()));
  }
}
