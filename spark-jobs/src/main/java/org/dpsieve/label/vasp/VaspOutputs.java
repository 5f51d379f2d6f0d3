package org.dpsieve.label.vasp;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.dpsieve.error.InputException;
import org.dpsieve.frame.Elements;
import org.dpsieve.frame.Frame;
import org.dpsieve.frame.FrameCheck;
import org.dpsieve.frame.Labels;
import org.dpsieve.label.FileLabels;
import org.dpsieve.label.LabelResult;
import org.dpsieve.label.TaskOutcome;

/**
 * Every labelled geometry of VASP's output files: those that dpdata 1.1 keeps ({@code
 * plugins/vasp.py}), but in the file's own cell orientation.
 */
public final class VaspOutputs {
  private static final String OUTCAR = "OUTCAR";
  private static final String VASPRUN = "vasprun.xml";

  private VaspOutputs() {}

  /**
   * Reads a file of either kind, or each calculation's folder at or below a folder: its OUTCAR;
   * where that has no label, its vasprun.xml.
   *
   * @throws InputException when there is no such path, or no output file below it
   */
  public static List<FileLabels> read(Path path) throws IOException {
    if (Files.isRegularFile(path)) {
      return List.of(file(path));
    }
    if (!Files.isDirectory(path)) {
      throw new InputException(
          path + ": not found; expected an OUTCAR, a vasprun.xml or a folder that holds some");
    }
    List<FileLabels> read = new ArrayList<>();
    for (Path folder : folders(path)) {
      read.add(best(folder));
    }
    if (read.isEmpty()) {
      throw new InputException(
          "%s: no output file found; expected %s or %s in it or in folders below; other names must be given as files"
              .formatted(path, OUTCAR, VASPRUN));
    }
    return read;
  }

  private static List<Path> folders(Path root) throws IOException {
    try (var walk = Files.walk(root)) {
      return walk.filter(Files::isRegularFile)
          .filter(
              file ->
                  file.getFileName().toString().equals(OUTCAR)
                      || file.getFileName().toString().equals(VASPRUN))
          .map(Path::getParent)
          .distinct()
          .sorted()
          .toList();
    }
  }

  private static FileLabels best(Path folder) throws IOException {
    Path outcar = folder.resolve(OUTCAR);
    Path vasprun = folder.resolve(VASPRUN);
    if (!Files.isRegularFile(outcar)) {
      return file(vasprun);
    }
    FileLabels first = file(outcar);
    if (!first.frames().isEmpty()
        || first.outcome() == TaskOutcome.UNCONVERGED
        || !Files.isRegularFile(vasprun)) {
      return first;
    }
    FileLabels second = file(vasprun);
    return second.frames().isEmpty() ? first : second;
  }

  private static FileLabels file(Path file) throws IOException {
    if (Files.size(file) == 0) {
      return new FileLabels(
          file.toString(), TaskOutcome.MISSING_OUTPUT, file + " is empty", List.of());
    }
    VaspRun run;
    try (InputStream in = Files.newInputStream(file)) {
      run = VaspFile.read(in);
    }
    LabelResult outcome = VaspFile.outcome(run, file.toString());
    List<Frame> frames = new ArrayList<>();
    for (VaspRun.Step step : run.steps()) {
      if (run.converged(step)) {
        Frame frame = frame(file.toString(), frames.size(), run, step);
        Optional<String> problem = FrameCheck.problem(frame);
        if (problem.isPresent()) {
          return new FileLabels(
              file.toString(),
              TaskOutcome.UNPARSABLE,
              "%s: %s".formatted(frame.name(), problem.get()),
              List.of());
        }
        frames.add(frame);
      }
    }
    return new FileLabels(file.toString(), outcome.outcome(), outcome.reason(), frames);
  }

  private static Frame frame(String file, int index, VaspRun run, VaspRun.Step step) {
    int[] z =
        run.elements().stream()
            .mapToInt(
                symbol ->
                    Elements.number(symbol)
                        .orElseThrow(
                            () ->
                                new InputException(
                                    "%s: '%s' is not a chemical element; expected an output of VASP"
                                        .formatted(file, symbol))))
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
