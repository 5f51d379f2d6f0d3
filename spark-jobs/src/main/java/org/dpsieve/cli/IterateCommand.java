package org.dpsieve.cli;

import java.util.concurrent.Callable;
import org.dpsieve.config.ConfigReader;
import org.dpsieve.loop.Simplify;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code dpsieve iterate}: one iteration, for those who start each by themselves. */
@Command(
    name = "iterate",
    mixinStandardHelpOptions = true,
    description = {
      "Exactly one iteration of simplify, the next one that is not complete.",
      "The last line printed is: continue, converged or stalled. A run that ends by max_iter or"
          + " label_budget is stalled, too: a larger one goes on."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  while [ \"$(dpsieve iterate simplify.json machine.json --workdir run | tail -1)\" = continue ]; do :; done"
    })
final class IterateCommand implements Callable<Integer> {
  @Mixin private RunArguments arguments;
  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    return new LoopRun(
            ConfigReader.read(arguments.simplify, arguments.machine),
            arguments,
            spec.commandLine().getOut())
        .execute(Simplify::iterate, true);
  }
}
