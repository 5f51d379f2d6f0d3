package org.dpsieve.label;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.dpsieve.frame.Frame;
import org.dpsieve.frame.Labels;
import org.dpsieve.testing.Shared;

/** Frames and settings for the tests of labellers. */
public final class ProgramFixture {
  public static final List<String> TYPE_MAP = List.of("Ag", "Au");
  public static final int SILVER = 47;
  public static final int GOLD = 79;

  private ProgramFixture() {}

  /** Two atoms, Au before Ag, in a tetragonal cell that is turned and has an atom outside it. */
  public static Frame goldSilver() {
    double a = 2.91328;
    double c = 4.12;
    double cos = 0.8;
    double sin = 0.6;
    double[] cell = {a * cos, a * sin, 0, -a * sin, a * cos, 0, 0, 0, c};
    double[] au = {1.415865, 1.470145, 2.005273};
    double[] ag = {0.014662, 0.058675, -0.034163};
    double[] coord = {
      au[0] * cos - au[1] * sin, au[0] * sin + au[1] * cos, au[2],
      ag[0] * cos - ag[1] * sin, ag[0] * sin + ag[1] * cos, ag[2]
    };
    return new Frame("test", 0, new int[] {GOLD, SILVER}, coord, cell, Labels.NONE);
  }

  public static ProgramConfig config(String key, String json, Path... potentials)
      throws IOException {
    return new ProgramConfig(
        key,
        (ObjectNode) new ObjectMapper().readTree(json),
        List.of(potentials),
        List.of(),
        Optional.empty(),
        Optional.empty(),
        List.of(),
        Optional.empty());
  }

  /** Of the shipped example. */
  public static Path pseudopotential(String element) {
    return Shared.repository().resolve("conf/espresso/" + element + ".pbe-q11.gth");
  }

  public static Path resource(String name) throws IOException {
    try {
      return Path.of(ProgramFixture.class.getResource("/label/" + name).toURI());
    } catch (URISyntaxException e) {
      throw new IOException(e);
    }
  }

  /** What is in a folder of this machine. */
  public static TaskOutputs folder(Path folder) {
    return name -> {
      Path file = folder.resolve(name);
      return Files.isRegularFile(file) ? Optional.of(Files.newInputStream(file)) : Optional.empty();
    };
  }

  /** One file, of this content. */
  public static TaskOutputs file(String name, byte[] content) {
    return asked ->
        asked.equals(name) ? Optional.of(new ByteArrayInputStream(content)) : Optional.empty();
  }
}
