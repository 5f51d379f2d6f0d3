package org.dpsieve.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.dpsieve.loop.TextTable;
import org.dpsieve.model.DeepPotential;
import org.dpsieve.spark.deviation.SolvedModels;
import org.dpsieve.spark.frames.FrameRows;
import org.dpsieve.spark.loop.PosteriorFile;
import org.dpsieve.spark.loop.PosteriorModels;
import org.dpsieve.spark.transfer.PosteriorStage;
import org.dpsieve.uncertainty.Reliability;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** What a labelled set leaves open of a model. */
@Command(
    name = "posterior",
    mixinStandardHelpOptions = true,
    description = {
      "Write what a labelled set leaves open of a model: how far off its energies and forces may"
          + " be, on any frame.",
      "The model stays as it is, whoever trained it. Standard deviations come from its last hidden"
          + " layer on the labelled frames; they are as large as errors are on labelled frames left"
          + " out, and as the model's own. rescreen and eval (--posteriors) and the SQL function"
          + " dp_sigma read the file."
    },
    exitCodeListHeading = "Exit codes:%n",
    exitCodeList = {"0:done", "2:a file or option to correct", "3:a defect: please report it"},
    footerHeading = "%nExamples:%n",
    footer = {
      "  dpsieve posterior -m models/0/graph.pb -s data/pbe -o posterior.json",
      "  dpsieve eval -m models/0/graph.pb --posteriors posterior.json -s other -o out.json"
    })
final class PosteriorCommand implements Callable<Integer> {
  @Option(
      names = {"-m", "--model"},
      required = true,
      paramLabel = "FILE",
      description = "Frozen model.")
  private Path model;

  @Mixin private BranchOption branch;
  @Mixin private TypeMapOption typeMap;
  @Mixin private LabelledSystems systems;

  @Option(
      names = {"-o", "--output"},
      required = true,
      paramLabel = "FILE",
      description = "File to write (JSON); one that exists is replaced.")
  private Path output;

  @Mixin private SparkOptions spark;
  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    OutputFile.folder(output);
    DeepPotential read =
        SolvedModels.read(
                List.of(model),
                typeMap.names(),
                branch.name(),
                spec.commandLine().getOut()::println)
            .get(0);
    List<Row> rows =
        systems.frames(spec.commandLine().getErr()).stream().map(FrameRows::toRow).toList();
    SparkSession session = spark.open("posterior");
    PosteriorStage.Found found;
    try {
      found = PosteriorStage.of(session, session.createDataFrame(rows, FrameRows.SCHEMA), read);
    } finally {
      session.stop();
    }
    PosteriorFile.of(
            found.uncertainty(), read.typeMap(), PosteriorModels.digest(model), found.frames())
        .write(output);
    report(found);
    return 0;
  }

  private void report(PosteriorStage.Found found) {
    PrintWriter out = spec.commandLine().getOut();
    out.printf("labelled frames   %d%n", found.frames());
    TextTable table = new TextTable(18, 12, 12, 16).row("RMS", "error", "expected", "within 95 %");
    row(table, "energy, eV/atom", found.own().energy());
    row(table, "force, eV/Å", found.own().force());
    table.lines().forEach(out::println);
    out.printf("written: %s%n", output);
    out.flush();
  }

  private static void row(TextTable table, String name, Reliability.Of found) {
    if (found.errors() > 0) {
      table.row(
          name,
          TextTable.number(found.error(), 6),
          TextTable.number(found.sigma(), 6),
          String.format(Locale.ROOT, "%.1f %%", 100 * found.coverage()));
    }
  }
}
