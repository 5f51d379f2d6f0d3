package org.dpsieve.cli;

import java.io.IOException;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.apache.spark.sql.SparkSession;
import org.dpsieve.label.Addition;
import org.dpsieve.spark.label.SystemsDispersion;
import org.dpsieve.text.Counted;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Stored labels plus dispersion: what {@code d3} and {@code d4} have in common. */
abstract class DispersionCommand implements Callable<Integer> {
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

  @Mixin private SystemTypesOption types;

  @Mixin private ElementsOption elements;

  @Mixin private SparkOptions spark;
  @Spec private CommandSpec spec;

  /**
   * Adds it to every frame, saying how far it is.
   *
   * @param what of it, for the last line: {@code pbe-D3(zero)}
   */
  final int add(Addition addition, String what) throws IOException {
    String name = spec.name().toUpperCase(Locale.ROOT);
    try (SparkSession session = spark.open(spec.name());
        ProgressLine progress = new ProgressLine(spec.commandLine().getOut())) {
      progress.show(name);
      SystemsDispersion.Report report =
          SystemsDispersion.run(
              session,
              source,
              output,
              addition,
              types.names(),
              elements.elements(),
              new SystemsDispersion.Progress() {
                @Override
                public void done(long frames, long all) {
                  String text = "%,d of %s".formatted(frames, Counted.of(all, "frame"));
                  if (ProgressLine.terminal()) {
                    progress.go(name + ": " + text + ",");
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
          "%s: %s, %s, %s added to the stored labels"
              .formatted(
                  output,
                  Counted.of(report.systems(), "system"),
                  Counted.of(report.frames(), "frame"),
                  what));
    }
    return 0;
  }
}
