package org.dpsieve.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.dpsieve.error.InputException;
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
      "Embedding nets and hidden layers stay as they are; the last layer of each element's fitting"
          + " net and its energy bias become the best there are for the loss. To train other"
          + " layers, use dp train.",
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
  @Mixin private SolveOptions solving;

  @Option(
      names = {"-o", "--output"},
      required = true,
      paramLabel = "FILE",
      description =
          "The new model: a copy of the first with another output layer; with --property a .dp or"
              + " .yaml file.")
  private Path output;

  @Mixin private PropertyTransferRun property;
  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    OutputFile.folder(output);
    if (Files.exists(output)
        && Files.exists(solving.model)
        && Files.isSameFile(output, solving.model)) {
      throw new InputException(
          output + ": would replace the model it starts from; choose another -o");
    }
    if (property.isAsked() && !solving.branch.isEmpty()) {
      throw new InputException(
          "--model-branch: a model of a property starts from a model that is read here, without branches; freeze the branch: dp --pt freeze --head %s"
              .formatted(solving.branch));
    }
    if (property.isAsked()) {
      PrintWriter out = spec.commandLine().getOut();
      PrintWriter err = spec.commandLine().getErr();
      property.run(
          solving.model,
          solving.typeMap.names(),
          solving.systems,
          solving.old,
          solving.outputLayer.ridge(),
          output,
          out,
          err);
      return 0;
    }
    solving.solve(
        "transfer",
        OutputLayerStage.Asked.SOLUTIONS,
        (trained, parameters) -> solving.write(trained.solutions().get(0).model(), output));
    spec.commandLine().getOut().printf("written: %s%n", output);
    return 0;
  }
}
