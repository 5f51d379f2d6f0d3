package org.dpsieve.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.concurrent.Callable;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.dpsieve.error.InputException;
import org.dpsieve.model.DeepPotential;
import org.dpsieve.model.format.ModelFiles;
import org.dpsieve.outputlayer.LabelKind;
import org.dpsieve.outputlayer.LossPrefactors;
import org.dpsieve.spark.frames.FrameRows;
import org.dpsieve.spark.transfer.ModelErrors;
import org.dpsieve.spark.transfer.OutputLayerSolution;
import org.dpsieve.spark.transfer.OutputLayerStage;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Solves one model's output layer on labelled systems. */
@Command(
    name = "transfer",
    mixinStandardHelpOptions = true,
    description = {
      "Solve the output layer of a model for labelled systems and write the new model.",
      "Embedding nets and hidden layers stay as they are; the last layer of each element's fitting net and its"
          + " energy bias become the best there are for the loss. To train other layers, use dp train."
    },
    exitCodeListHeading = "Exit codes:%n",
    exitCodeList = {"0:done", "2:a file or option to correct", "3:a defect: please report it"},
    footerHeading = "%nExamples:%n",
    footer = {
      "  dpsieve transfer -m models/0/graph.pb -s data/pbe-d3 -o graph.pb",
      "  dpsieve transfer -m models/0/graph.pb -s a b -o graph.pb --pref-v 0 --ridge 0"
    })
final class TransferCommand implements Callable<Integer> {
  @Option(
      names = {"-m", "--model"},
      required = true,
      paramLabel = "FILE",
      description = "Frozen model to start from.")
  private Path model;

  @Mixin private LabelledSystems systems;

  @Option(
      names = {"-o", "--output"},
      required = true,
      paramLabel = "FILE",
      description = "The new model: a copy of the first with another output layer.")
  private Path output;

  @Mixin private OutputLayerOptions outputLayer;
  @Mixin private SparkOptions spark;
  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    LossPrefactors prefactors = outputLayer.prefactors();
    OptionalDouble ridge = outputLayer.ridge();
    Path folder = output.toAbsolutePath().getParent();
    if (!Files.isDirectory(folder) || Files.isDirectory(output)) {
      throw new InputException(
          output + ": cannot be written: expected a file in a folder that exists");
    }
    if (Files.exists(output) && Files.exists(model) && Files.isSameFile(output, model)) {
      throw new InputException(
          output + ": would replace the model it starts from; choose another -o");
    }
    DeepPotential start = ModelFiles.read(model);
    List<Row> rows =
        systems.frames(spec.commandLine().getErr()).stream().map(FrameRows::toRow).toList();
    SparkSession session = spark.open("transfer");
    try {
      Dataset<Row> labelled = session.createDataFrame(rows, FrameRows.SCHEMA);
      OutputLayerSolution solution =
          OutputLayerStage.solve(session, labelled, List.of(start), prefactors, ridge).get(0);
      ModelFiles.writeWithOutputLayer(model, solution.model(), output);
      report(solution);
    } finally {
      session.stop();
    }
    return 0;
  }

  private void report(OutputLayerSolution solution) {
    PrintWriter out = spec.commandLine().getOut();
    ModelErrors before = solution.before();
    ModelErrors after = solution.after();
    out.printf("labelled frames   %d%n", after.frames());
    out.printf(
        Locale.ROOT,
        "ridge             %s (%s)%n",
        Double.toString(solution.ridge()),
        solution.ridgeChosen() ? "chosen by cross-validation" : "given");
    for (LabelKind kind : solution.unfitted()) {
      out.printf(
          "not fitted        %s: held at what the model says (prefactor 0, or no frame has a label of it)%n",
          kind.key());
    }
    out.printf("%-18s%12s%12s%n", "RMSE", "before", "after");
    line(out, "energy, eV/atom", before.energyPerAtom(), after.energyPerAtom());
    line(out, "force, eV/Å", before.force(), after.force());
    line(out, "virial, eV/atom", before.virialPerAtom(), after.virialPerAtom());
    out.printf("written: %s%n", output);
    out.flush();
  }

  private static void line(PrintWriter out, String name, double before, double after) {
    out.printf(Locale.ROOT, "%-18s%12.6f%12.6f%n", name, before, after);
  }
}
