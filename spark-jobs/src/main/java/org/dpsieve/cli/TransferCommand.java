package org.dpsieve.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.concurrent.Callable;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.dpsieve.error.InputException;
import org.dpsieve.io.FrameSystem;
import org.dpsieve.io.LocalStorage;
import org.dpsieve.io.Storage;
import org.dpsieve.io.systems.SystemFinder;
import org.dpsieve.io.systems.SystemPath;
import org.dpsieve.model.DeepPotential;
import org.dpsieve.model.format.ModelFiles;
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

  @Option(
      names = {"-s", "--system"},
      required = true,
      arity = "1..*",
      paramLabel = "DIR",
      description = "Labelled systems: folders with systems at any depth.")
  private List<String> systems;

  @Option(
      names = {"-o", "--output"},
      required = true,
      paramLabel = "FILE",
      description = "The new model: a copy of the first with another output layer.")
  private Path output;

  @Option(
      names = "--pref-e",
      defaultValue = "100",
      paramLabel = "X",
      description =
          "Loss prefactor of the energy. Default: ${DEFAULT-VALUE}. These are the prefactors that DeePMD-kit's"
              + " training ends with (limit_pref_e, limit_pref_f, limit_pref_v).")
  private double prefE;

  @Option(
      names = "--pref-f",
      defaultValue = "1",
      paramLabel = "X",
      description = "Loss prefactor of the force. Default: ${DEFAULT-VALUE}.")
  private double prefF;

  @Option(
      names = "--pref-v",
      defaultValue = "1",
      paramLabel = "X",
      description = "Loss prefactor of the virial. Default: ${DEFAULT-VALUE}.")
  private double prefV;

  @Option(
      names = "--ridge",
      paramLabel = "X",
      description =
          "Loss prefactor of the mean square change of the forces from the model's own, on the labelled frames;"
              + " 0 for none. An energy shift common to all atoms is free. Default: chosen by cross-validation"
              + " that leaves out a fifth of the frames at a time: from 0.001 to 30, the largest ridge whose"
              + " force error on frames left out is the smallest within 1/sqrt(number of frames), if the"
              + " energies' error is not above 1.5 times its smallest.")
  private Double ridge;

  @Mixin private SparkOptions spark;
  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    LossPrefactors prefactors = new LossPrefactors(prefE, prefF, prefV);
    OptionalDouble given = ridge == null ? OptionalDouble.empty() : OptionalDouble.of(ridge);
    if (ridge != null && !(ridge >= 0 && Double.isFinite(ridge))) {
      throw new InputException("--ridge is %s, expected a number not below 0".formatted(ridge));
    }
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
    List<Row> rows = rows();
    SparkSession session = spark.open("transfer");
    try {
      Dataset<Row> labelled = session.createDataFrame(rows, FrameRows.SCHEMA);
      OutputLayerSolution solution =
          OutputLayerStage.solve(session, labelled, List.of(start), prefactors, given).get(0);
      ModelFiles.writeWithOutputLayer(model, solution.model(), output);
      report(solution);
    } finally {
      session.stop();
    }
    return 0;
  }

  private List<Row> rows() throws IOException {
    Storage storage = new LocalStorage();
    List<Row> rows = new ArrayList<>();
    for (SystemPath path : SystemFinder.find(storage, systems)) {
      try (FrameSystem system = path.open(storage, List.of())) {
        for (FrameSystem.Run run : system.runs(Integer.MAX_VALUE)) {
          system.read(run).forEach(frame -> rows.add(FrameRows.toRow(frame)));
        }
      }
    }
    return rows;
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
