package org.dpsieve.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.dpsieve.config.ConfigReader;
import org.dpsieve.config.RunConfig;
import org.dpsieve.loop.RunListener;
import org.dpsieve.loop.Settings;
import org.dpsieve.loop.Simplify;
import org.dpsieve.loop.Summary;
import org.dpsieve.loop.Workdir;
import org.dpsieve.spark.loop.SparkStages;

/** The built-in example cut down to some seconds: few systems, and two of its four models. */
public final class SmallRun {
  private SmallRun() {}

  /** Its machine file. */
  public static Path machine() {
    return Shared.repository().resolve("conf/ag-au/machine.json");
  }

  /**
   * Writes its parameter file.
   *
   * @param more keys to add, as JSON
   */
  public static Path simplify(Path file, int picks, String more, String... systems)
      throws IOException {
    Path example = Shared.repository().resolve("conf/ag-au");
    String pool =
        Arrays.stream(systems)
            .map(name -> "\"" + example.resolve("pbe").resolve(name) + "\"")
            .collect(Collectors.joining(",", "[", "]"));
    return Files.writeString(
        file,
        Files.readString(example.resolve("simplify.json"))
            .replace("\"pbe\"", pool)
            .replace("\"models/[0-3]", "\"" + example.resolve("models/[01]"))
            .replace("\"numb_models\":  4", "\"numb_models\":  2")
            .replace("\"init_pick_number\":100", "\"init_pick_number\":" + picks)
            .replace("\"iter_pick_number\":100", "\"iter_pick_number\":" + picks)
            .replace("\"f_trust_lo\":0.20", "\"f_trust_lo\":0.05, " + more));
  }

  /**
   * Runs as far as it goes, in this process.
   *
   * @param afterEveryStage may look at the work directory, or end the run by throwing
   */
  public static Simplify.Outcome run(
      Path parameters, Path machine, Path workdir, Runnable afterEveryStage) {
    RunConfig config = ConfigReader.read(parameters, machine);
    Workdir place = new Workdir(workdir);
    return new Simplify(
            place,
            Settings.of(config, place),
            SparkStages.of(config, place, LocalSpark::session, text -> {}, text -> {}),
            new RunListener() {
              @Override
              public void started(int iteration, String stage) {}

              @Override
              public void finished(int iteration, String stage, double seconds) {
                afterEveryStage.run();
              }

              @Override
              public void iteration(Summary.Iteration iteration) {}

              @Override
              public void note(String text) {}
            })
        .run();
  }
}
