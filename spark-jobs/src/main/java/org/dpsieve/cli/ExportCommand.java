package org.dpsieve.cli;

import java.util.List;
import java.util.concurrent.Callable;
import org.apache.spark.sql.SparkSession;
import org.dpsieve.spark.frames.FrameExport;
import org.dpsieve.spark.frames.ParquetCommit;
import org.dpsieve.text.Counted;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** Frames to files. */
@Command(
    name = "export",
    mixinStandardHelpOptions = true,
    description = "Write a frames dataset as files that dpdata, dp train and ASE read.",
    footerHeading = "%nExamples:%n",
    footer = {
      "  dpsieve export frames.parquet -o data --where \"formula LIKE 'Ag%%'\"",
      "  dpsieve export frames.parquet -o frames --format extxyz"
    })
final class ExportCommand implements Callable<Integer> {
  private static final int SHOWN = 3;

  @Parameters(paramLabel = "FRAMES", description = "A frames dataset, made by import.")
  private String frames;

  @Option(
      names = {"-o", "--output"},
      required = true,
      paramLabel = "DIR",
      description = "Folder to make.")
  private String output;

  @Option(
      names = "--format",
      paramLabel = "FORMAT",
      defaultValue = "deepmd/npy",
      converter = FormatName.class,
      description = "${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}.")
  private FrameExport.Format format;

  @Option(
      names = "--where",
      paramLabel = "SQL",
      description =
          "Only frames for which this holds, e.g. \"natoms < 50 AND formula LIKE 'Ag%%'\".")
  private String where;

  /** The names are those of dpdata. */
  private static final class FormatName implements ITypeConverter<FrameExport.Format> {
    @Override
    public FrameExport.Format convert(String name) {
      for (FrameExport.Format format : FrameExport.Format.values()) {
        if (format.toString().equals(name)) {
          return format;
        }
      }
      throw new TypeConversionException(
          "found '%s', expected deepmd/npy, deepmd/hdf5 or extxyz".formatted(name));
    }
  }

  @Mixin private SparkOptions spark;
  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    SparkSession session = spark.open("export");
    FrameExport.Report report;
    try (ProgressLine progress = new ProgressLine(spec.commandLine().getErr())) {
      progress.show("exporting");
      ParquetCommit.verify(session, frames);
      report = FrameExport.run(session, frames, where, format, output);
    }
    spec.commandLine()
        .getOut()
        .printf(
            "%s, %s -> %s%n",
            Counted.of(report.systems(), "system"), Counted.of(report.frames(), "frame"), output);
    List<String> renamed = report.renamed();
    if (!renamed.isEmpty()) {
      spec.commandLine()
          .getOut()
          .printf(
              "%s: %s%s%n",
              Counted.of(
                  renamed.size(),
                  "name cannot be a path, or another has it",
                  "names cannot be paths, or others have them"),
              String.join(", ", renamed.subList(0, Math.min(SHOWN, renamed.size()))),
              renamed.size() > SHOWN ? ", ..." : "");
    }
    return 0;
  }
}
