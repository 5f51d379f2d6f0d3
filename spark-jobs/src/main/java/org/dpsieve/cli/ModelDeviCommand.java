package org.dpsieve.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.OptionalDouble;
import java.util.concurrent.Callable;
import org.dpsieve.deviation.Deviation;
import org.dpsieve.error.InputException;
import org.dpsieve.frame.Property;
import org.dpsieve.resident.DeviationCall;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * {@code dp model-devi}, option by option and digit by digit. It runs on this machine's cores,
 * without Spark: files of this size are read and written faster than a session starts.
 */
@Command(
    name = "model-devi",
    mixinStandardHelpOptions = true,
    description = {
      "Write the model deviation of every frame, as dp model-devi does.",
      "With --property that of models of another quantity, in its unit: the standard deviation over the models of each"
          + " component; the largest, the smallest, the mean."
    },
    exitCodeListHeading = "Exit codes:%n",
    exitCodeList = {"0:done", "2:a file or option to correct", "3:a defect: please report it"},
    footerHeading = "%nExamples:%n",
    footer = {
      "  dpsieve model-devi -m models/*/graph.pb -s data/pbe -o model_devi.out",
      "  dpsieve model-devi -m models/*/graph.pb -s data/pbe --real_error -o error.out",
      "  dpsieve model-devi -m gap/*.dp --property band_gap -s data/pbe -o gap_devi.out"
    })
final class ModelDeviCommand implements Callable<Integer> {
  @Mixin private ModelOptions models;

  @Mixin private EngineOption engine;

  @Option(
      names = {"-s", "--system"},
      defaultValue = ".",
      paramLabel = "DIR",
      description =
          "Folder with systems at any depth, HDF5 or extxyz file, or frames dataset. Default:"
              + " ${DEFAULT-VALUE}, this folder.")
  private String system;

  @Mixin private ExtxyzOptions extxyz;

  @Option(
      names = {"-o", "--output"},
      defaultValue = "model_devi.out",
      paramLabel = "FILE",
      description = "What rows are appended to. Default: ${DEFAULT-VALUE}.")
  private Path output;

  @Option(
      names = {"-f", "--frequency"},
      defaultValue = "1",
      paramLabel = "N",
      description = "Steps between frames, for the column step. Default: ${DEFAULT-VALUE}.")
  private int frequency;

  @Option(
      names = "--real_error",
      description = "Error against the systems' labels instead of deviation.")
  private boolean realError;

  @Option(names = "--atomic", description = "Add the force deviation of every atom to the rows.")
  private boolean atomic;

  @Option(
      names = "--relative",
      paramLabel = "LEVEL",
      description = "Divide force deviations by the size of the force + LEVEL (eV/A).")
  private Double relative;

  @Option(
      names = "--relative_v",
      paramLabel = "LEVEL",
      description = "Divide virial deviations by the size of the virial per atom + LEVEL (eV).")
  private Double relativeVirial;

  @Option(
      names = "--property",
      paramLabel = "NAME",
      description =
          "The models are of this property (fitting property, dos, dipole or polar); with --real_error"
              + " its labels are those of set.*/NAME.npy.")
  private String property;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    Path folder = OutputFile.folder(output);
    requireLevel("--relative", relative);
    requireLevel("--relative_v", relativeVirial);
    if (frequency < 1) {
      throw new InputException(
          "--frequency: found %d, expected the steps between frames, 1 or more"
              .formatted(frequency));
    }
    PrintWriter err = spec.commandLine().getErr();
    if (property != null) {
      return ofProperty(folder, err);
    }
    try (ModelDeviEngine by = engine();
        FrameSource frames =
            FrameSource.of(
                system,
                extxyz.keys(),
                by.typeMap(),
                by.atomsAtOnce(),
                note -> {
                  if (realError) {
                    err.println(note);
                  }
                })) {
      appendAll(
          folder,
          text -> new ModelDeviRun(by, realError, atomic, frequency, err).run(frames, text));
    }
    return 0;
  }

  private static void requireLevel(String option, Double level) {
    if (level != null && !(level >= 0 && Double.isFinite(level))) {
      throw new InputException(
          "%s: found %s, expected a number not below 0".formatted(option, level));
    }
  }

  private int ofProperty(Path folder, PrintWriter err) throws IOException {
    if (atomic || relative != null || relativeVirial != null) {
      throw new InputException(
          "--property goes without --atomic, --relative, --relative_v: it has neither forces nor virials");
    }
    models.requirePlain("--property");
    Property asked = Property.of(property);
    try (PropertyEngine by =
        engine.namesProgram() ? new ProgramProperties(models) : new KernelProperties(models)) {
      PropertyDeviRun run = new PropertyDeviRun(by, asked, realError, frequency, err);
      try (FrameSource frames =
          FrameSource.of(system, extxyz.keys(List.of(asked)), by.typeMap(), 1 << 14, note -> {})) {
        appendAll(folder, text -> run.run(frames, text));
      }
    }
    return 0;
  }

  private interface Rows {
    void write(Writer text) throws IOException;
  }

  /** Rows reach the output all together or not at all. */
  private void appendAll(Path folder, Rows rows) throws IOException {
    Path part = Files.createTempFile(folder, output.getFileName() + ".", ".part");
    try {
      try (Writer text = Files.newBufferedWriter(part, StandardCharsets.UTF_8)) {
        rows.write(text);
      }
      append(part);
    } finally {
      Files.deleteIfExists(part);
    }
  }

  private ModelDeviEngine engine() {
    return engine.isProgram(models, spec.commandLine().getErr())
        ? new ProgramDeviations(
            models, new DeviationCall(realError, atomic, relative, relativeVirial))
        : new KernelDeviations(
            models, new Deviation(optional(relative), optional(relativeVirial)), realError);
  }

  /** All of it or, should the disk be full, nothing. */
  private void append(Path part) throws IOException {
    boolean existed = Files.exists(output);
    long before = existed ? Files.size(output) : 0;
    try (OutputStream all =
        Files.newOutputStream(output, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
      Files.copy(part, all);
    } catch (IOException e) {
      if (!existed) {
        Files.deleteIfExists(output);
        throw e;
      }
      try (FileChannel file = FileChannel.open(output, StandardOpenOption.WRITE)) {
        file.truncate(before);
      }
      throw e;
    }
  }

  private static OptionalDouble optional(Double value) {
    return value == null ? OptionalDouble.empty() : OptionalDouble.of(value);
  }
}
