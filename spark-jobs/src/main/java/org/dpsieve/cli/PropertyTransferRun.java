package org.dpsieve.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.dpsieve.error.InputException;
import org.dpsieve.frame.Frame;
import org.dpsieve.frame.Property;
import org.dpsieve.loop.TextTable;
import org.dpsieve.model.format.PropertyFiles;
import org.dpsieve.outputlayer.property.PropertySolution;
import org.dpsieve.outputlayer.property.PropertyTransfer;
import org.dpsieve.text.Counted;
import picocli.CommandLine.Option;

/** {@code transfer --property}: a model of a property from one of energies, without Spark. */
final class PropertyTransferRun {
  private static final int SHOWN = 12;

  @Option(
      names = "--property",
      paramLabel = "NAME[:intensive|extensive][:atomic]",
      description = {
        "Make a model of this property from the model of energies: set.*/NAME.npy of -s are the"
            + " labels. Descriptor and hidden layers stay, the output layer is solved for; -o is a"
            + " DeePMD-kit model (.dp or .yaml) of the fitting property; of dipole, polarizability"
            + " and dos: dipole, polar, dos."
      })
  private String name;

  @Option(
      names = "--basis",
      paramLabel = "NAME",
      completionCandidates = Words.Bases.class,
      description =
          "With --property: what the output layer stands on: hidden, the model's last hidden layer;"
              + " descriptor, its principal components; random, a layer of random weights on these."
              + " Default: the one with the smallest error on frames left out.")
  private String basis;

  @Option(
      names = "--features",
      defaultValue = "256",
      paramLabel = "N",
      description =
          "With --property: how wide a layer made of the descriptor may be. Default:"
              + " ${DEFAULT-VALUE}.")
  private int features;

  boolean isAsked() {
    return name != null;
  }

  void run(
      Path model,
      List<String> typeMap,
      LabelledSystems systems,
      List<String> old,
      OptionalDouble ridge,
      Path output,
      PrintWriter out,
      PrintWriter err)
      throws IOException {
    Property label = Property.of(name);
    if (basis != null && !PropertyTransfer.Options.BASES.contains(basis)) {
      throw new InputException(
          "--basis %s: expected one of %s"
              .formatted(basis, String.join(", ", PropertyTransfer.Options.BASES)));
    }
    if (features < 1 || features > 4096) {
      throw new InputException("--features %d: expected 1 to 4096".formatted(features));
    }
    PropertyFiles.requireSuffix(output);
    List<Property> wanted = List.of(label);
    List<Frame> labelled = systems.frames(wanted, err);
    List<Frame> wild =
        labelled.stream()
            .filter(
                frame ->
                    frame.values(label).isPresent()
                        && PropertyTransfer.label(frame, label).isEmpty())
            .toList();
    if (!wild.isEmpty()) {
      err.printf(
          "warning: %s, as %s is no finite number; the first: %s%n",
          Counted.of(wild.size(), "frame is left out", "frames are left out"),
          label.name(),
          wild.get(0).name());
    }
    List<Frame> before = old.isEmpty() ? List.of() : systems.read(old, wanted, err);
    PropertySolution solution =
        PropertyTransfer.solve(
            PropertyFiles.start(model, typeMap),
            label,
            labelled,
            before,
            new PropertyTransfer.Options(basis, features, ridge));
    PropertyFiles.write(model, solution.model(), solution.bias(), solution.deviation(), output);
    report(solution, labelled.size(), out);
    out.printf("written: %s%n", output);
    out.flush();
  }

  private void report(PropertySolution solution, int frames, PrintWriter out) {
    out.printf("property          %s%n", solution.model().head().property());
    out.printf(
        "labelled frames   %d%s%n",
        solution.frames(), solution.frames() < frames ? " of " + frames : "");
    out.printf(Locale.ROOT, "ridge             %.1e of the largest eigenvalue%n", solution.ridge());
    TextTable table = new TextTable(30, 12).row("error on frames left out", "of 1");
    for (PropertySolution.Tried tried : solution.tried()) {
      table.row(
          tried.basis() + (tried.usesOld() ? ", old labels" : ""),
          TextTable.number(tried.error(), 4));
    }
    table.lines().forEach(out::println);
    out.println("(of 1: the spread of the labels, their means by composition taken off)");
    double[] error = solution.leftOut().rmse();
    String each =
        IntStream.range(0, Math.min(SHOWN, error.length))
            .mapToObj(c -> "%.6g".formatted(error[c]))
            .collect(Collectors.joining(" "));
    out.printf(
        Locale.ROOT,
        "RMSE left out     %.6g%s%n",
        solution.error(),
        error.length == 1 ? "" : " (" + each + (error.length > SHOWN ? " ...)" : ")"));
    out.printf(
        Locale.ROOT,
        "95 %% intervals    +- %.3f standard deviations of the posterior%n",
        solution.spread().quantile());
  }
}
