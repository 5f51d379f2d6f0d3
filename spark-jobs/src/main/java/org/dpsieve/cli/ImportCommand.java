package org.dpsieve.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.apache.spark.sql.SparkSession;
import org.dpsieve.config.mapping.FrameMapping;
import org.dpsieve.error.InputException;
import org.dpsieve.frame.ElementMap;
import org.dpsieve.frame.Property;
import org.dpsieve.frame.TypeElements;
import org.dpsieve.io.extxyz.ExtxyzKeys;
import org.dpsieve.model.format.ModelFiles;
import org.dpsieve.spark.frames.FrameImport;
import org.dpsieve.spark.frames.ImportReport;
import org.dpsieve.spark.frames.TableImport;
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
          + " (file.hdf5 or file.hdf5#/group), extxyz files, LMDB (deepmd/lmdb, aselmdb), or a table. Duplicates and bad frames are set aside"
          + " in FRAMES.quarantine."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  dpsieve import -s data/pbe -o frames.parquet",
      "  dpsieve import -s data/hfo2 -o zro2.parquet --map Hf=Zr -m hfo2/*/graph.pb --models-to zro2",
      "  dpsieve import -s old.hdf5 run.extxyz -o hdfs:///frames.parquet --type-map Ag,Au",
      "  dpsieve import -s mace.xyz -o f.parquet --extxyz-keys energy=REF_energy,forces=REF_forces",
      "  dpsieve import --table lemat/compatible_pbe --mapping lemat-traj -o f.parquet",
      "  dpsieve import -s data -o f.parquet --property band_gap:intensive --property charge_of:atomic"
    })
final class ImportCommand implements Callable<Integer> {
  @Option(
      names = {"-s", "--source"},
      arity = "1..*",
      paramLabel = "DIR",
      description = "Systems, or folders that hold them.")
  private List<String> sources = List.of();

  @Mixin private TableOptions table;

  @Option(
      names = {"-o", "--output"},
      required = true,
      paramLabel = "FRAMES",
      description = "Folder to make, on any Hadoop file system.")
  private String output;

  @Mixin private SystemTypesOption types;

  @Option(
      names = "--map",
      split = ",",
      paramLabel = "OLD=NEW",
      description = {
        "Elements or other type names to replace in every frame: another material's pool, e.g. Hf=Zr.",
        "Frames in which one is replaced lose their labels, but where the element stays and one of"
            + " the names is the element itself, e.g. O=OW."
      })
  private Map<String, String> map = Map.of();

  @Option(
      names = {"-m", "--models"},
      arity = "1..*",
      paramLabel = "FILE",
      description = "With --map: frozen models to copy with the same elements replaced.")
  private List<Path> models = List.of();

  @Option(
      names = "--models-to",
      paramLabel = "DIR",
      description = {
        "Where the copies go: DIR/000/graph.pb, DIR/001/graph.pb ...",
        "(graph.dp, graph.yaml, graph.json where the models are such)."
      })
  private Path modelsTo;

  @Mixin private ElementsOption elements;

  @Mixin private ExtxyzOptions extxyz;
  @Mixin private PropertyOptions properties;
  @Mixin private SparkOptions spark;
  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    table.check("--source", !sources.isEmpty());
    TypeElements kinds = elements.elements();
    ElementMap replaced = ElementMap.of(map, kinds);
    copyModels(replaced);
    ExtxyzKeys keys = extxyz.keys(Property.withKnown(properties.asked()));
    FrameMapping mapping = table.name() == null ? null : table.mapping();
    table.prepare(spark);
    SparkSession session = spark.open("import", output);
    ImportReport report;
    try (ProgressLine progress = new ProgressLine(spec.commandLine().getErr())) {
      progress.show("importing");
      report =
          mapping == null
              ? FrameImport.run(
                  session, sources, output, types.names(), replaced, kinds, keys, true)
              : TableImport.run(
                  session,
                  List.of(table.name()),
                  table.format(),
                  mapping,
                  output,
                  replaced,
                  kinds,
                  true);
    }
    spec.commandLine().getOut().println(report.summary(output));
    return 0;
  }

  /** First, and all checked by it: models of another material are found out before the import. */
  private void copyModels(ElementMap replaced) {
    if (models.isEmpty() != (modelsTo == null) || (!models.isEmpty() && replaced.isEmpty())) {
      throw new InputException(
          "--models and --models-to go together, and with --map: -m FILE... --models-to DIR --map OLD=NEW");
    }
    for (int m = 0; m < models.size(); m++) {
      Path model = models.get(m);
      Path target = modelsTo.resolve("%03d".formatted(m)).resolve(ModelFiles.copyName(model));
      ModelFiles.writeMapped(model, types.names(), replaced, target);
      spec.commandLine().getOut().printf("%s (%s) -> %s%n", model, replaced, target);
    }
  }
}
