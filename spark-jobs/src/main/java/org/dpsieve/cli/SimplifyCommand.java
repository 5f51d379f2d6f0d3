package org.dpsieve.cli;

import java.util.concurrent.Callable;
import org.dpsieve.config.ConfigReader;
import org.dpsieve.config.Engine;
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
          "The labels are of a cheap teacher in the place of the program that the real run is to have: say in"
              + " the end what that would cost, labels by composition and iterations.")
  private boolean rehearse;

  @Option(
      names = "--seconds-per-label",
      paramLabel = "S",
      description = "With --rehearse: what a label of the real run takes, to say hours.")
  private Double secondsPerLabel;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    RunConfig config = ConfigReader.read(arguments.simplify, arguments.machine);
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
    rehearse(run, config);
    return dryRun ? run.plan() : run.execute(Simplify::run, false);
  }

  private void rehearse(LoopRun run, RunConfig config) {
    if (secondsPerLabel != null && (!rehearse || !(secondsPerLabel > 0))) {
      throw new InputException(
          "--seconds-per-label %s: expected a number above 0, with --rehearse"
              .formatted(secondsPerLabel));
    }
    if (rehearse && config.machine().fp().engine() == Engine.COMMAND) {
      throw new InputException(
          "--rehearse: fp_style %s is a program's, which the rehearsal is to spare; expected the parameter file with a teacher in its place (fp_style dp, ase, d3 or d4)"
              .formatted(config.simplify().label().style().key()));
    }
    if (rehearse) {
      run.rehearse(secondsPerLabel == null ? Double.NaN : secondsPerLabel);
    }
  }
}
