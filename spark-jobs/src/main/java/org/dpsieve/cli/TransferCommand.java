package org.dpsieve.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.concurrent.Callable;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.dpsieve.error.InputException;
import org.dpsieve.frame.Frame;
import org.dpsieve.loop.TextTable;
import org.dpsieve.model.DeepPotential;
import org.dpsieve.model.format.ModelFiles;
import org.dpsieve.outputlayer.LabelKind;
import org.dpsieve.outputlayer.LossPrefactors;
import org.dpsieve.outputlayer.TransferFit;
import org.dpsieve.spark.frames.FrameRows;
import org.dpsieve.spark.transfer.ModelErrors;
import org.dpsieve.spark.transfer.OldLabelUse;
import org.dpsieve.spark.transfer.OldLabels;
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
          + " energy bias become the best there are for the loss. To train other layers, use dp train.",
      "With --property the new model is one of another quantity, learnt from labels of it."
    },
    exitCodeListHeading = "Exit codes:%n",
    exitCodeList = {"0:done", "2:a file or option to correct", "3:a defect: please report it"},
    footerHeading = "%nExamples:%n",
    footer = {
      "  dpsieve transfer -m models/0/graph.pb -s data/pbe-d3 -o graph.pb",
      "  dpsieve transfer -m models/0/graph.pb -s data/pbe-d3/Ag8 --old data/pbe -o graph.pb",
      "  dpsieve transfer -m models/0/graph.pb -s a b -o graph.pb --pref-v 0 --ridge 0",
      "  dpsieve transfer -m models/0/graph.pb --property band_gap:intensive -s gaps -o gap.dp"
    })
final class TransferCommand implements Callable<Integer> {
  @Option(
      names = {"-m", "--model"},
      required = true,
      paramLabel = "FILE",
      description = "Frozen model to start from.")
  private Path model;

  @Mixin private TypeMapOption typeMap;

  @Mixin private LabelledSystems systems;

  @Option(
      names = {"-o", "--output"},
      required = true,
      paramLabel = "FILE",
      description =
          "The new model: a copy of the first with another output layer; with --property a .dp or .yaml"
              + " file.")
  private Path output;

  @Option(
      names = "--old",
      arity = "1..*",
      paramLabel = "DIR",
      description =
          "Systems with labels at the old level, of the frames in -s and of any others: the new layer is learnt as a"
              + " change from the one fitted to them, where errors on labelled frames left out are smaller so. Frames"
              + " are matched by their atoms, cell and coordinates, not by their order.")
  private List<String> old = List.of();

  @Mixin private OutputLayerOptions outputLayer;
  @Mixin private PropertyTransferRun property;
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
    if (property.isAsked()) {
      PrintWriter out = spec.commandLine().getOut();
      PrintWriter err = spec.commandLine().getErr();
      property.run(model, typeMap.names(), systems, old, ridge, output, out, err);
      return 0;
    }
    DeepPotential start = ModelFiles.read(model, typeMap.names());
    List<Row> rows =
        systems.frames(spec.commandLine().getErr()).stream().map(FrameRows::toRow).toList();
    SparkSession session = spark.open("transfer");
    try {
      Dataset<Row> labelled = session.createDataFrame(rows, FrameRows.SCHEMA);
      OldLabels before =
          old.isEmpty() ? null : oldLabels(session, labelled, rows, old, systems, spec);
      OutputLayerSolution solution =
          OutputLayerStage.solve(session, labelled, List.of(start), prefactors, ridge, before)
              .get(0);
      ModelFiles.writeWithOutputLayer(model, solution.model(), output);
      report(solution, !old.isEmpty(), spec.commandLine().getOut());
      spec.commandLine().getOut().printf("written: %s%n", output);
    } finally {
      session.stop();
    }
    return 0;
  }

  /**
   * Labels at the old level, with what is to be said of them.
   *
   * @param rows of the labelled frames
   * @param old folders
   */
  static OldLabels oldLabels(
      SparkSession session,
      Dataset<Row> labelled,
      List<Row> rows,
      List<String> old,
      LabelledSystems systems,
      CommandSpec spec)
      throws IOException {
    List<Row> known = new ArrayList<>();
    Set<String> ids = new HashSet<>();
    for (Frame frame : systems.read(old, spec.commandLine().getErr())) {
      Row row = FrameRows.toRow(frame);
      if (ids.add(row.getString(0))) {
        known.add(row);
      }
    }
    long matched = rows.stream().filter(row -> ids.contains(row.getString(0))).count();
    PrintWriter out = spec.commandLine().getOut();
    out.printf("old labels        %d frames, %d of the labelled among them%n", ids.size(), matched);
    if (matched == 0) {
      out.printf(
          "none of the labelled frames is in --old: frames match only if atoms, cell and coordinates are the same to the last digit%n");
    }
    OldLabels labels =
        new OldLabels(session.createDataFrame(known, FrameRows.SCHEMA), TransferFit.Mode.AUTO, 0);
    long leftOut = labels.leftOut();
    if (leftOut > 0) {
      out.printf("old labels        %s%n", OldLabelUse.leftOut(leftOut));
    }
    labels.otherUnit(labelled).ifPresent(text -> out.printf("old labels        %s%n", text));
    return labels;
  }

  static void report(OutputLayerSolution solution, boolean hasOld, PrintWriter out) {
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
    if (hasOld) {
      out.printf("old labels        %s%n", OldLabelUse.text(solution.old()));
    }
    TextTable table = new TextTable(18, 12, 12).row("RMSE", "before", "after");
    row(table, "energy, eV/atom", before.energyPerAtom(), after.energyPerAtom());
    row(table, "force, eV/Å", before.force(), after.force());
    row(table, "virial, eV/atom", before.virialPerAtom(), after.virialPerAtom());
    table.lines().forEach(out::println);
    out.flush();
  }

  private static void row(TextTable table, String name, double before, double after) {
    table.row(name, TextTable.number(before, 6), TextTable.number(after, 6));
  }
}
