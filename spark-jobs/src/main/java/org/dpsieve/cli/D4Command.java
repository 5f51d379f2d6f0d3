package org.dpsieve.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import org.dpsieve.label.ase.AsePython;
import org.dpsieve.label.d4.DispersionD4;
import org.dpsieve.resident.TaskRoom;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

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
final class D4Command extends DispersionCommand {
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

  @Override
  public Integer call() throws IOException {
    DispersionD4 dispersion =
        new DispersionD4(
            functional,
            JsonNodeFactory.instance.numberNode(charge),
            python == null ? AsePython.byDefault() : AsePython.quoted(python));
    String version = dispersion.tried(TaskRoom.ANY).getOrDefault("dftd4", "");
    return add(dispersion, "%s-D4 by dftd4 %s".formatted(functional, version));
  }
}
