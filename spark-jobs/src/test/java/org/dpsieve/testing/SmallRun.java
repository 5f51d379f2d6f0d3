package org.dpsieve.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Collectors;

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
}
