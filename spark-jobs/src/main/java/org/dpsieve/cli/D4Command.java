package org.dpsieve.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import org.apache.spark.sql.SparkSession;
import org.dpsieve.label.ase.AsePython;
import org.dpsieve.label.d4.DispersionD4;
import org.dpsieve.resident.TaskRoom;
import org.dpsieve.spark.label.SystemsDispersion;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Stored labels plus dispersion, by dftd4. */
@Command(
    name = "d4",
    mixinStandardHelpOptions = true,
    description = {
      "Add DFT-D4 dispersion to the stored labels of deepmd/npy systems.",
      "Computed by dftd4 itself, three-body terms included, in Python processes that stay. The output has the"
          + " same systems, sets, files and frames; energy, force and (where stored) virial are float64."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  dpsieve d4 -s data/pbe -o data/pbe-d4",
      "  dpsieve d4 -s data/r2scan -o data/r2scan-d4 --functional r2scan --python /opt/dftd4/bin/python"
    })
final class D4Command implements Callable<Integer> {
  @Option(
      names = {"-s", "--system"},
      required = true,
      paramLabel = "DIR",
      description = "A system, or a folder that holds systems at any depth.")
  private String source;

  @Option(
      names = {"-o", "--output"},
      required = true,
      paramLabel = "DIR",
      description = "Folder to make, with the same tree.")
  private String output;

  @Option(
      names = "--functional",
      defaultValue = "pbe",
      paramLabel = "NAME",
      description = "Any functional that dftd4 knows. Default: ${DEFAULT-VALUE}.")
  private String functional;

  @Option(
      names = "--charge",
      defaultValue = "0",
      paramLabel = "E",
      description = "Of every frame. Default: ${DEFAULT-VALUE}.")
  private double charge;

  @Option(
      names = "--python",
      paramLabel = "PROGRAM",
      description =
          "A Python that has dftd4 and ASE. Default: what DPSIEVE_PYTHON names, else python3.")
  private String python;

  @Option(
      names = "--type-map",
      split = ",",
      paramLabel = "SYMBOL",
      description = "Names of types 0, 1, ... where a system has no type_map.raw, e.g. Ag,Au.")
  private List<String> typeMap = List.of();

  @Mixin private ElementsOption elements;

  @Mixin private SparkOptions spark;
  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    DispersionD4 dispersion =
        new DispersionD4(
            functional,
            JsonNodeFactory.instance.numberNode(charge),
            python == null ? AsePython.byDefault() : AsePython.quoted(python));
    String version = dispersion.tried(TaskRoom.ANY).getOrDefault("dftd4", "");
    try (SparkSession session = spark.open("d4");
        ProgressLine progress = new ProgressLine(spec.commandLine().getOut())) {
      progress.show("D4");
      SystemsDispersion.Report report =
          SystemsDispersion.run(
              session,
              source,
              output,
              dispersion,
              typeMap,
              elements.elements(),
              new SystemsDispersion.Progress() {
                @Override
                public void done(long frames, long all) {
                  progress.print("%d of %d frames".formatted(frames, all));
                }

                @Override
                public void say(String text) {
                  progress.print(text);
                }
              });
      progress.print(
          "%s: %d systems, %d frames, %s-D4 by dftd4 %s added to the stored labels"
              .formatted(output, report.systems(), report.frames(), functional, version));
    }
    return 0;
  }
}
