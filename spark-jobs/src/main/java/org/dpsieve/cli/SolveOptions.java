package org.dpsieve.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.Set;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.dpsieve.frame.Frame;
import org.dpsieve.loop.TextTable;
import org.dpsieve.model.DeepPotential;
import org.dpsieve.model.format.OutputLayerFiles;
import org.dpsieve.outputlayer.LabelKind;
import org.dpsieve.outputlayer.LossPrefactors;
import org.dpsieve.outputlayer.OutputParameters;
import org.dpsieve.outputlayer.TransferFit;
import org.dpsieve.spark.deviation.SolvedModels;
import org.dpsieve.spark.frames.FrameRows;
import org.dpsieve.spark.transfer.ModelErrors;
import org.dpsieve.spark.transfer.OldLabelUse;
import org.dpsieve.spark.transfer.OldLabels;
import org.dpsieve.spark.transfer.OutputLayerSolution;
import org.dpsieve.spark.transfer.OutputLayerStage;
import org.dpsieve.text.Counted;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** A model, the labelled systems that its output layer is solved for, and how. */
final class SolveOptions {
  @Option(
      names = {"-m", "--model"},
      required = true,
      paramLabel = "FILE",
      description = "Frozen model to start from.")
  Path model;

  @Option(
      names = "--model-branch",
      paramLabel = "NAME",
      description =
          "Of a checkpoint of several models (.pt): the one to start from, and to write the new"
              + " layer into.")
  String branch = "";

  @Mixin TypeMapOption typeMap;

  @Mixin LabelledSystems systems;

  @Option(
      names = "--old",
      arity = "1..*",
      paramLabel = "DIR",
      description =
          "Systems with labels at the old level, of the frames in -s and of any others: the new"
              + " layer is learnt as a change from the one fitted to them, where errors on labelled"
              + " frames left out are smaller so. Frames are matched by their atoms, cell and"
              + " coordinates, not by their order.")
  List<String> old = List.of();

  @Mixin OutputLayerOptions outputLayer;
  @Mixin private SparkOptions spark;

  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  /** What to do with what was solved. */
  interface Use {
    void of(OutputLayerStage.Trained trained, OutputParameters parameters) throws IOException;
  }

  /**
   * Solves it, and says how well it fits once it was used.
   *
   * @param name of the command
   */
  void solve(String name, OutputLayerStage.Asked asked, Use use) throws IOException {
    LossPrefactors prefactors = outputLayer.prefactors();
    OptionalDouble ridge = outputLayer.ridge();
    DeepPotential start =
        SolvedModels.read(
                List.of(model), typeMap.names(), branch, spec.commandLine().getOut()::println)
            .get(0);
    List<Row> rows =
        systems.frames(spec.commandLine().getErr()).stream().map(FrameRows::toRow).toList();
    SparkSession session = spark.open(name);
    try {
      Dataset<Row> labelled = session.createDataFrame(rows, FrameRows.SCHEMA);
      OldLabels before = old.isEmpty() ? null : oldLabels(session, labelled, rows);
      OutputLayerStage.Trained trained =
          OutputLayerStage.solve(
              session, labelled, List.of(start), prefactors, ridge, before, asked);
      use.of(trained, OutputParameters.of(start, OutputLayerStage.typesIn(labelled, start)));
      report(trained.solutions().get(0));
    } finally {
      session.stop();
    }
  }

  /** Labels at the old level, with what is to be said of them. */
  private OldLabels oldLabels(SparkSession session, Dataset<Row> labelled, List<Row> rows)
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
    out.printf(
        "old labels        %s, %d of the labelled among them%n",
        Counted.of(ids.size(), "frame"), matched);
    if (matched == 0) {
      out.printf(
          "none of the labelled frames is in --old: frames match only if atoms, cell and"
              + " coordinates are the same to the last digit%n");
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

  /** Writes a copy of the model with another output layer. */
  void write(DeepPotential changed, Path target) {
    OutputLayerFiles.write(model, branch, changed, target);
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
          "not fitted        %s: held at what the model says (prefactor 0, or no frame has a label"
              + " of it)%n",
          kind.key());
    }
    if (!old.isEmpty()) {
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
