package org.dpsieve.cli;

import java.util.List;
import java.util.concurrent.Callable;
import org.apache.spark.sql.SparkSession;
import org.dpsieve.spark.frames.FrameImport;
import org.dpsieve.spark.frames.ImportReport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Files to frames. */
@Command(
    name = "import",
    mixinStandardHelpOptions = true,
    description = {
      "Read systems into a frames dataset.",
      "Sources: folders of deepmd/npy or deepmd/npy/mixed systems at any depth, deepmd/hdf5 files"
          + " (file.hdf5 or file.hdf5#/group), extxyz files. Duplicates and bad frames are set aside"
          + " in FRAMES.quarantine."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  dpsieve import -s data/pbe -o frames.parquet",
      "  dpsieve import -s old.hdf5 run.extxyz -o hdfs:///frames.parquet --type-map Ag,Au"
    })
final class ImportCommand implements Callable<Integer> {
  @Option(
      names = {"-s", "--source"},
      arity = "1..*",
      required = true,
      paramLabel = "DIR",
      description = "Systems, or folders that hold them.")
  private List<String> sources;

  @Option(
      names = {"-o", "--output"},
      required = true,
      paramLabel = "FRAMES",
      description = "Folder to make, on any Hadoop file system.")
  private String output;

  @Option(
      names = "--type-map",
      split = ",",
      paramLabel = "SYMBOL",
      description = "Elements of types 0, 1, ... where a system has no type_map.raw, e.g. Ag,Au.")
  private List<String> typeMap = List.of();

  @Mixin private SparkOptions spark;
  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    SparkSession session = spark.open("import");
    ImportReport report;
    try (ProgressLine progress = new ProgressLine(spec.commandLine().getErr())) {
      progress.show("importing");
      report = FrameImport.run(session, sources, output, typeMap);
    }
    spec.commandLine().getOut().println(report.summary(output));
    return 0;
  }
}
