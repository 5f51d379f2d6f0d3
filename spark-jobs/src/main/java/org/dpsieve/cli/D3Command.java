package org.dpsieve.cli;

import java.io.IOException;
import org.dpsieve.d3.D3Options;
import org.dpsieve.d3.Damping;
import org.dpsieve.label.d3.AddedD3;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Stored labels plus dispersion. */
@Command(
    name = "d3",
    mixinStandardHelpOptions = true,
    description = {
      "Add DFT-D3 dispersion to the stored labels of deepmd/npy systems.",
      "Two-body, or with three-body terms, as dftd3 1.7.0 computes it. The output has the same systems, sets, files and frames;"
          + " energy, force and (where stored) virial are float64."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  dpsieve d3 -s data/pbe -o data/pbe-d3",
      "  dpsieve d3 -s data/scan -o data/scan-d3 --damping bj --functional scan"
    })
final class D3Command extends DispersionCommand {
  @Option(
      names = "--damping",
      defaultValue = "zero",
      paramLabel = "zero|bj",
      completionCandidates = Words.Dampings.class,
      description = "Damping function. Default: ${DEFAULT-VALUE}.")
  private String damping;

  @Option(
      names = "--functional",
      defaultValue = "pbe",
      paramLabel = "NAME",
      completionCandidates = Words.Functionals.class,
      description = "Functional whose damping parameters to use. Default: ${DEFAULT-VALUE}.")
  private String functional;

  @Option(
      names = "--three-body",
      description =
          "With the term of Axilrod, Teller and Muto, of triples within 21.2 Å (40 bohr): a frame takes seconds.")
  private boolean threeBody;

  @Option(
      names = "--cutoff",
      paramLabel = "Å",
      description = "Of pairs. Default: 50.2, as VASP (sqrt(9000) bohr).")
  private Double cutoff;

  @Option(
      names = "--cn-cutoff",
      paramLabel = "Å",
      description = "Of coordination numbers. Default: 21.2 (40 bohr).")
  private Double coordinationCutoff;

  @Override
  public Integer call() throws IOException {
    D3Options options =
        new D3Options(
            functional,
            Damping.of(damping),
            cutoff == null ? D3Options.PAIR_CUTOFF : cutoff,
            coordinationCutoff == null ? D3Options.COORDINATION_CUTOFF : coordinationCutoff,
            threeBody);
    return add(new AddedD3(options), "%s-D3(%s)".formatted(functional, options.damping()));
  }
}
