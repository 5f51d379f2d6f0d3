package org.dpsieve.cli;

import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.dpsieve.config.ConfigReader;
import org.dpsieve.config.PickConfig;
import org.dpsieve.config.RunConfig;
import org.dpsieve.error.InputException;
import org.dpsieve.loop.Simplify;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code dpsieve simplify}: the whole run, from where it stopped. */
@Command(
    name = "simplify",
    mixinStandardHelpOptions = true,
    description = {
      "Find the frames worth relabelling, relabel them, retrain the models; repeat until the models agree.",
      "Run it again to go on where it stopped."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  dpsieve simplify simplify.json machine.json --dry-run",
      "  dpsieve simplify simplify.json machine.json --workdir run",
      "  dpsieve simplify simplify.json machine.json --workdir run2 --seed 2 --max-iter 3"
    })
final class SimplifyCommand implements Callable<Integer> {
  @Mixin private RunArguments arguments;

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "The only source of randomness. Default: seed of SIMPLIFY_JSON, else 0.")
  private Long seed;

  @Option(
      names = "--max-iter",
      paramLabel = "N",
      description =
          "Stop after this many iterations; a larger N goes on. Default: max_iter of SIMPLIFY_JSON, else no limit.")
  private Integer maxIter;

  @Option(
      names = "--dry-run",
      description = "Check both files and all they name, print the plan and stop.")
  private boolean dryRun;

  @Option(
      names = "--rehearse",
      description =
          "A cheap teacher labels in the place of the program that fp_style names: say in the end what"
              + " the real run is expected to cost, labels by composition, iterations and errors.")
  private boolean rehearse;

  @Option(
      names = "--teacher",
      paramLabel = "FILE",
      description =
          "With --rehearse: fp_style (dp, ase, d3 or d4) and fp_params of the teacher. Default: D3,"
              + " added to the labels that the pool has; a teacher of SIMPLIFY_JSON itself stays.")
  private Path teacher;

  @Option(
      names = "--seconds-per-label",
      paramLabel = "S|measure",
      converter = SecondsPerLabel.Converter.class,
      description =
          "With --rehearse, to say hours: what a label of the real run takes, or measure: three of the"
              + " frames are labelled by the real program, where MACHINE_JSON runs it.")
  private SecondsPerLabel secondsPerLabel;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    if (!rehearse && (teacher != null || secondsPerLabel != null)) {
      throw new InputException("--teacher and --seconds-per-label: expected with --rehearse");
    }
    RunConfig config =
        rehearse
            ? ConfigReader.rehearsal(
                arguments.simplify, arguments.machine, Optional.ofNullable(teacher))
            : ConfigReader.read(arguments.simplify, arguments.machine);
    if (seed != null) {
      config = config.withSeed(seed);
    }
    PickConfig pick = config.simplify().pick();
    if (maxIter != null) {
      if (maxIter < 1) {
        throw new InputException("--max-iter %d: expected 1 or more".formatted(maxIter));
      }
      pick = pick.withMaxIter(maxIter);
    }
    config = config.withSimplify(config.simplify().withPick(pick));
    LoopRun run = new LoopRun(config, arguments, spec.commandLine().getOut());
    if (rehearse) {
      run.rehearse(rehearsal());
    }
    return dryRun ? run.plan() : run.execute(Simplify::run, false);
  }

  private Rehearsal rehearsal() {
    if (secondsPerLabel == null) {
      return new Rehearsal(Double.NaN, Optional.empty());
    }
    return new Rehearsal(
        secondsPerLabel.given(),
        secondsPerLabel.isMeasured()
            ? Optional.of(ConfigReader.read(arguments.simplify, arguments.machine))
            : Optional.empty());
  }
}
