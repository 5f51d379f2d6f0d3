package org.dpsieve.resident;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.dpsieve.frame.Frame;
import org.dpsieve.frame.Labels;
import org.dpsieve.testing.DeepmdKit;

/**
 * A DeePMD-kit of a few lines of Python: a frame's numbers are its first coordinate, and above 500
 * it makes trouble of several kinds.
 */
public final class StandIn {
  static final double ENDS = 505;
  static final double FAILS = 605;
  static final double TOO_LARGE = 705;
  static final double HANGS = 805;

  /** Crashes. */
  public static final double CRASHES = 905;

  /** Long enough for Python to start, short enough for a test. */
  static final Limits SHORT = new Limits(Duration.ofSeconds(30), Duration.ofSeconds(1), 20);

  private StandIn() {}

  /**
   * @param folder where it notes its starts, in {@code starts}, and its batches
   */
  public static DpProgram program(Path folder) {
    try {
      Path module = Path.of(StandIn.class.getResource("/resident").toURI());
      return new DpProgram(
          "'%s'".formatted(DeepmdKit.python()),
          Map.of("PYTHONPATH", module.toString(), "STARTS", folder.resolve("starts").toString()));
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Pids of its processes so far. */
  public static List<Long> starts(Path folder) throws IOException {
    Path starts = folder.resolve("starts");
    return Files.exists(starts)
        ? Files.readAllLines(starts).stream().map(Long::valueOf).distinct().toList()
        : List.of();
  }

  static ResidentModels models(Path folder, String content, Limits limits) throws IOException {
    Path model = Files.writeString(folder.resolve("model.pth"), content);
    return new ResidentModels(program(folder), List.of(model), "", List.of(), Map.of(), limits);
  }

  /** Frames of two atoms, by their first coordinates. */
  public static List<Frame> frames(double... first) {
    List<Frame> frames = new ArrayList<>();
    for (double x : first) {
      double[] coord = {x, 0, 0, x, 0, 2.5};
      int[] z = {47, frames.size() % 3 == 0 ? 79 : 47};
      frames.add(new Frame("test", frames.size(), z, coord, null, Labels.NONE));
    }
    return frames;
  }

  /** Asks for the number of a frame that it hangs on, and waits for it. */
  public static final class Waiting {
    private Waiting() {}

    /**
     * @param arguments a folder
     */
    public static void main(String[] arguments) throws IOException {
      models(Path.of(arguments[0]), "a model", Limits.DEFAULT)
          .ask(frames(HANGS), Question.outputs(List.of("energy")), () -> false);
    }
  }
}
