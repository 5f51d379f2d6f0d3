package org.dpsieve.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.concurrent.Callable;
import org.dpsieve.error.InputException;
import org.dpsieve.io.OwnFiles;
import org.dpsieve.model.DeepPotential;
import org.dpsieve.outputlayer.OutputParameters;
import org.dpsieve.spark.transfer.OutputLayerStage;
import org.dpsieve.text.Counted;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Makes an ensemble out of one model. */
@Command(
    name = "draws",
    mixinStandardHelpOptions = true,
    description = {
      "Make an ensemble out of one model: model files that differ in their output layers alone.",
      "The output layer is solved for the labelled frames as by transfer; the members lie around"
          + " that solution, as far apart as it is wrong on labelled frames left out. So their"
          + " deviation, by dp model-devi, LAMMPS or DP-GEN, is the error that the model is"
          + " expected to have."
    },
    exitCodeListHeading = "Exit codes:%n",
    exitCodeList = {"0:done", "2:a file or option to correct", "3:a defect: please report it"},
    footerHeading = "%nExamples:%n",
    footer = {
      "  dpsieve draws -m models/0/graph.pb -s data/pbe-d3 -o draws",
      "  dpsieve draws -m models/0/graph.pb -s data/pbe-d3 --old data/pbe -o draws -n 16",
      "  dp model-devi -m draws/*/graph.pb -s data/pbe-d3/Ag8 -o model_devi.out"
    })
final class DrawsCommand implements Callable<Integer> {
  @Mixin private SolveOptions solving;

  @Option(
      names = {"-o", "--output"},
      required = true,
      paramLabel = "DIR",
      description = "Folder to write, 000/graph.pb and so on into it; must not exist.")
  private Path output;

  @Option(
      names = {"-n", "--members"},
      paramLabel = "N",
      defaultValue = "8",
      description = "Models to write, at least 2. Default: ${DEFAULT-VALUE}.")
  private int members;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "0",
      description = "Of the draws. Default: ${DEFAULT-VALUE}.")
  private long seed;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    if (members < 2) {
      throw new InputException("--members: found %d, expected at least 2".formatted(members));
    }
    Path folder = output.toAbsolutePath().getParent();
    if (Files.exists(output) || !Files.isDirectory(folder)) {
      throw new InputException(
          output + ": cannot be written: expected a new folder in one that exists");
    }
    solving.solve(
        "draws",
        new OutputLayerStage.Asked(false, members, seed),
        (trained, parameters) ->
            write(trained.solutions().get(0).model(), parameters, trained.members()));
    PrintWriter out = spec.commandLine().getOut();
    out.printf("written: %s, %s and so on%n", Counted.of(members, "model"), file(output, 0));
    return 0;
  }

  /** All of them or none. */
  private void write(DeepPotential solved, OutputParameters parameters, double[][] changes)
      throws IOException {
    Path made = OwnFiles.staged(output.toAbsolutePath());
    OwnFiles.remove(made); // of a killed call
    try {
      Files.createDirectory(made);
      for (int m = 0; m < changes.length; m++) {
        double[] layer = parameters.read(solved);
        for (int k = 0; k < layer.length; k++) {
          layer[k] += changes[m][k];
        }
        Path file = file(made, m);
        Files.createDirectory(file.getParent());
        solving.write(parameters.write(solved, layer), file);
      }
      Files.move(made, output, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      OwnFiles.remove(made);
    }
  }

  private Path file(Path folder, int member) {
    String name = solving.model.getFileName().toString();
    int dot = name.lastIndexOf('.');
    return folder.resolve("%03d".formatted(member)).resolve("graph" + name.substring(dot));
  }
}
