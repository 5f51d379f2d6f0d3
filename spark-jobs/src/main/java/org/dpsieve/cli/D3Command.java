package org.dpsieve.cli;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import org.apache.spark.sql.SparkSession;
import org.dpsieve.d3.D3Options;
import org.dpsieve.d3.Damping;
import org.dpsieve.label.d3.AddedD3;
import org.dpsieve.spark.label.SystemsDispersion;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Stored labels plus dispersion. */
@Command(
    name = "d3",
    mixinStandardHelpOptions = true,
    description = {
      "Add DFT-D3 dispersion to the stored labels of deepmd/npy systems.",
      "Two-body, as dftd3 1.7.0 computes it. The output has the same systems, sets, files and frames;"
          + " energy, force and (where stored) virial are float64."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  dpsieve d3 -s data/pbe -o data/pbe-d3",
      "  dpsieve d3 -s data/scan -o data/scan-d3 --damping bj --functional scan"
    })
final class D3Command implements Callable<Integer> {
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
      names = "--cutoff",
      paramLabel = "Å",
      description = "Of pairs. Default: 50.2, as VASP (sqrt(9000) bohr).")
  private Double cutoff;

  @Option(
      names = "--cn-cutoff",
      paramLabel = "Å",
      description = "Of coordination numbers. Default: 21.2 (40 bohr).")
  private Double coordinationCutoff;

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
    D3Options options =
        new D3Options(
            functional,
            Damping.of(damping),
            cutoff == null ? D3Options.PAIR_CUTOFF : cutoff,
            coordinationCutoff == null ? D3Options.COORDINATION_CUTOFF : coordinationCutoff);
    try (SparkSession session = spark.open("d3");
        ProgressLine progress = new ProgressLine(spec.commandLine().getOut())) {
      progress.show("D3");
      SystemsDispersion.Report report =
          SystemsDispersion.run(
              session,
              source,
              output,
              new AddedD3(options),
              typeMap,
              elements.elements(),
              new SystemsDispersion.Progress() {
                @Override
                public void done(long frames, long all) {
                  String text = "%d of %d frames".formatted(frames, all);
                  if (ProgressLine.terminal()) {
                    progress.go("D3: " + text + ",");
                  } else {
                    progress.print(text);
                  }
                }

                @Override
                public void say(String text) {
                  progress.print(text);
                }
              });
      progress.print(
          "%s: %d systems, %d frames, %s-D3(%s) added to the stored labels"
              .formatted(output, report.systems(), report.frames(), functional, options.damping()));
    }
    return 0;
  }
}
