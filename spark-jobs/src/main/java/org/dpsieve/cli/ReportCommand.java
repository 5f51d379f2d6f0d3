package org.dpsieve.cli;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.dpsieve.loop.RunHistory;
import org.dpsieve.loop.Workdir;
import org.dpsieve.spark.report.RunReporter;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code dpsieve report}: a run as one page. */
@Command(
    name = "report",
    mixinStandardHelpOptions = true,
    description = {
      "Write a run as one HTML file, WORKDIR/report.html, to look at in any browser or to print.",
      "simplify does so itself after every iteration; a run that is going on, has stalled or failed"
          + " has a report too."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  dpsieve report run && xdg-open run/report.html",
      "  dpsieve report run --figures figures"
    })
final class ReportCommand implements Callable<Integer> {
  @Parameters(
      paramLabel = "WORKDIR",
      defaultValue = ".",
      converter = WorkdirOption.class,
      description = "The run's work directory. Default: the current directory.")
  private Path workdir;

  @Option(
      names = "--figures",
      paramLabel = "DIR",
      description =
          "Also write each chart into this folder, as NAME.svg, NAME.png and NAME.csv (its"
              + " numbers), and those that belong together as one picture.")
  private Path figures;

  @Mixin private SparkOptions spark;
  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    Path page;
    try (ProgressLine progress = new ProgressLine(spec.commandLine().getErr())) {
      progress.show("report");
      RunHistory.verify(new Workdir(workdir));
      RunReporter reporter = new RunReporter(new Workdir(workdir), () -> spark.open("report"));
      page = figures == null ? reporter.write() : reporter.write(figures);
    }
    spec.commandLine().getOut().println("report: " + page);
    if (figures != null) {
      spec.commandLine().getOut().println("figures: " + figures);
    }
    return 0;
  }
}
