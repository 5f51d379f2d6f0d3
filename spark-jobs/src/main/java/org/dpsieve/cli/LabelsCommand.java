package org.dpsieve.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.dpsieve.error.InputException;
import org.dpsieve.io.OwnFiles;
import org.dpsieve.label.FileLabels;
import org.dpsieve.label.FpStyle;
import org.dpsieve.label.OutputFiles;
import org.dpsieve.label.OutputReader;
import org.dpsieve.label.TaskOutcome;
import org.dpsieve.label.styles.FpStyles;
import org.dpsieve.spark.frames.WriteFailure;
import org.dpsieve.text.Counted;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** A labeller's output files to frames with labels. */
@Command(
    name = "labels",
    mixinStandardHelpOptions = true,
    description = {
      "Read a labeller's output files into frames with labels, and say how each calculation ended.",
      "Converged geometries only, in the file's own cell orientation and atom order; of VASP the"
          + " energy is the free energy TOTEN."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  dpsieve labels --style vasp run/OUTCAR -o labels.json",
      "  dpsieve labels --style pwscf iter.000000/02.fp -o data"
    })
final class LabelsCommand implements Callable<Integer> {
  @Option(
      names = "--style",
      required = true,
      paramLabel = "STYLE",
      completionCandidates = Styles.class,
      description = "Whose output files: ${COMPLETION-CANDIDATES}.")
  private String style;

  @Option(
      names = "--format",
      paramLabel = "FORMAT",
      description =
          "With --style custom: dpdata's name of the files' format, e.g. fhi_aims/output.")
  private String format;

  @Parameters(
      arity = "1..*",
      paramLabel = "FILE|DIR",
      description =
          "Output files, or folders that hold some at any depth under the names of task folders:"
              + " OUTCAR or vasprun.xml (vasp), output (pwscf, cp2k, gaussian, siesta),"
              + " OUT.ABACUS/running_scf.log (abacus).")
  private List<Path> paths;

  @Mixin private ElementsOption elements;

  @Option(
      names = {"-o", "--output"},
      required = true,
      paramLabel = "FILE.json|DIR",
      description = "JSON file, or folder of deepmd/npy systems to make.")
  private Path output;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    boolean json = output.toString().endsWith(".json");
    Path folder = output.toAbsolutePath().getParent();
    if (!Files.isDirectory(folder) || (json && Files.isDirectory(output))) {
      throw new InputException(
          output + ": cannot be written: expected a file or folder in a folder that exists");
    }
    if (!json && Files.exists(output)) {
      throw new InputException(output + ": exists already; remove it or choose another name");
    }
    List<FileLabels> files = new ArrayList<>();
    OutputFiles reader = new OutputFiles(reader(), elements.elements());
    for (Path path : paths) {
      files.addAll(reader.read(path));
    }
    write(files, json);
    report(files);
    return 0;
  }

  private OutputReader reader() {
    if (style.equals(FpStyles.CUSTOM.key())) {
      if (format == null) {
        throw new ParameterException(
            spec.commandLine(),
            "--style custom: --format is missing, expected a format of dpdata, e.g. fhi_aims/output");
      }
      return FpStyles.CUSTOM.outputs(format);
    }
    if (format != null) {
      throw new ParameterException(
          spec.commandLine(), "--format: of use with --style custom only; remove it");
    }
    return FpStyles.named(style).flatMap(FpStyle::outputs).orElseThrow(this::unknownStyle);
  }

  private ParameterException unknownStyle() {
    return new ParameterException(
        spec.commandLine(),
        "--style %s: unknown; known: %s".formatted(style, String.join(", ", readable())));
  }

  private static List<String> readable() {
    return Stream.concat(
            FpStyles.all().stream().filter(style -> style.outputs().isPresent()),
            Stream.of(FpStyles.CUSTOM))
        .map(FpStyle::key)
        .toList();
  }

  /** For the help text. */
  static final class Styles implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return readable().iterator();
    }
  }

  private void write(List<FileLabels> files, boolean json) throws IOException {
    if (!json && files.stream().allMatch(file -> file.frames().isEmpty())) {
      report(files);
      throw new InputException(
          "no label found in %s, nothing was written; see the outcomes above"
              .formatted(Counted.of(files.size(), "file")));
    }
    Path part =
        Files.createTempDirectory(
            output.toAbsolutePath().getParent(), output.getFileName() + ".part");
    try {
      Path whole = part.resolve("whole");
      if (json) {
        LabelsOutput.json(files, whole);
      } else {
        LabelsOutput.deepmd(files, whole);
      }
      Files.move(whole, output, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw WriteFailure.of(e, output.toString());
    } finally {
      OwnFiles.remove(part);
    }
  }

  private void report(List<FileLabels> files) {
    var out = spec.commandLine().getOut();
    long frames = 0;
    for (FileLabels file : files) {
      frames += file.frames().size();
      out.printf(
          "%s: %s, %s%s%n",
          file.file(),
          file.outcome().key(),
          Counted.of(file.frames().size(), "frame"),
          file.outcome() == TaskOutcome.FINISHED ? "" : " (" + file.reason() + ")");
    }
    out.printf(
        "%s, %s -> %s%n",
        Counted.of(files.size(), "file"), Counted.of(frames, "labelled frame"), output);
    out.flush();
  }
}
