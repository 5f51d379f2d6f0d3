package org.dpsieve.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.dpsieve.frame.Frame;
import org.dpsieve.io.FrameSystem;
import org.dpsieve.io.LocalStorage;
import org.dpsieve.io.systems.SystemFinder;
import org.dpsieve.testing.Shared;
import org.dpsieve.testing.Terminal;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LabelsCommandTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** One O2 molecule in a box of 5 Å: 1 eV pulls along x. */
  private static final String VASPRUN =
      """
      <?xml version="1.0" encoding="ISO-8859-1"?>
      <modeling>
       <parameters><i type="int" name="NELM">60</i></parameters>
       <atominfo><array name="atoms"><set>
        <rc><c>O </c><c>1</c></rc><rc><c>O </c><c>1</c></rc>
       </set></array></atominfo>
       <calculation>
        <scstep></scstep>
        <structure>
         <crystal><varray name="basis"><v>5 0 0</v><v>0 5 0</v><v>0 0 5</v></varray></crystal>
         <varray name="positions"><v>0 0 0</v><v>0.25 0 0</v></varray>
        </structure>
        <varray name="forces"><v>1.0 0 0</v><v>-1.0 0 0</v></varray>
        <energy><i name="e_fr_energy">-9.5</i></energy>
       </calculation>
      </modeling>
      """;

  @TempDir private Path folder;
  private final Terminal terminal = new Terminal();

  private int labels(Path source, Path target) {
    return terminal.run("labels", "--style", "vasp", source, "-o", target);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "6362_OUTCAR",
        "OUTCAR.ch4.unconverged",
        "OUTCAR.h2o.md",
        "Ti-O-Ti-v6_OUTCAR",
        "Ti-O-Ti-v6_vasprun.xml",
        "vasprun.h2o.md.conv.xml",
        "vasprun.h2o.md.xml"
      })
  void keepsTheFramesThatDpdataKeeps(String name) throws IOException {
    JsonNode expected = JSON.readTree(Shared.path("vasp/" + name + ".expected.json").toFile());
    Path target = folder.resolve("out.json");
    assertThat(labels(Shared.path("vasp/" + name), target)).isZero();
    JsonNode frames = JSON.readTree(target.toFile()).path("frames");
    assertThat(frames).hasSize(expected.path("kept").asInt());
    for (int i = 0; i < frames.size(); i++) {
      JsonNode frame = frames.get(i);
      assertThat(frame.path("elements")).isEqualTo(expected.path("elements"));
      assertThat(frame.path("energy").asDouble())
          .isEqualTo(expected.path("energies").get(i).asDouble());
      // dpdata turns cell and forces; lengths and the trace of the virial stay
      for (int atom = 0; atom < expected.path("elements").size(); atom++) {
        assertThat(square(frame.path("force").get(atom)))
            .isCloseTo(square(expected.path("forces").get(i).get(atom)), within(1e-9));
      }
      assertThat(trace(frame.path("virial")))
          .isCloseTo(trace(expected.path("virials").get(i)), within(1e-8));
    }
  }

  private static double square(JsonNode row) {
    double sum = 0;
    for (JsonNode number : row) {
      sum += number.asDouble() * number.asDouble();
    }
    return sum;
  }

  private static double trace(JsonNode rows) {
    double sum = 0;
    for (int i = 0; i < 3; i++) {
      sum += rows.get(i).get(i).asDouble();
    }
    return sum;
  }

  @Test
  void readsFoldersIntoSystemsAndSaysHowEachCalculationEnded() throws IOException {
    write("task.0/vasprun.xml", VASPRUN);
    write("task.1/vasprun.xml", VASPRUN.replace("-9.5", "-8.5"));
    write("task.1/OUTCAR", "killed at once\n");
    write("task.2/OUTCAR", "");
    write("task.3/vasprun.xml", VASPRUN.replace("<v>1.0 0 0</v>", "<v>NaN 0 0</v>"));
    Path target = folder.resolve("data");
    assertThat(labels(folder, target)).isZero();
    assertThat(terminal.out())
        .contains("task.0", "missing output", "unparsable", "4 files, 2 labelled frames");
    LocalStorage storage = new LocalStorage();
    var found = SystemFinder.find(storage, List.of(target.toString()));
    assertThat(found).hasSize(1);
    try (FrameSystem system = found.get(0).open(storage, List.of())) {
      List<Frame> frames = system.read(system.runs(100).get(0));
      assertThat(frames).extracting(frame -> frame.labels().energy()).containsExactly(-9.5, -8.5);
      assertThat(frames.get(0).coord()).containsExactly(0, 0, 0, 1.25, 0, 0);
      assertThat(frames.get(0).labels().force()).containsExactly(1, 0, 0, -1, 0, 0);
      assertThat(frames.get(0).labels().virial()).isNull();
    }
  }

  @Test
  void nothingToReadIsAMessage() throws IOException {
    write("empty/readme", "hello");
    assertThat(labels(folder.resolve("empty"), folder.resolve("a.json"))).isEqualTo(2);
    assertThat(labels(folder.resolve("none"), folder.resolve("b.json"))).isEqualTo(2);
    write("bad/OUTCAR", "hello");
    assertThat(labels(folder.resolve("bad"), folder.resolve("c"))).isEqualTo(2);
    assertThat(terminal.err())
        .contains("no output file found", "none: not found", "no label found in 1 file,");
    assertThat(folder.resolve("c")).doesNotExist();
  }

  private void write(String name, String text) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  /** Kinds that an input names as it likes: their elements are given, or the leading letters. */
  @Test
  void kindsOfAtomsAreTheirElements() throws IOException {
    Path file = folder.resolve("vasprun.xml");
    Path target = folder.resolve("out.json");
    Files.writeString(file, VASPRUN.replaceFirst("<c>O </c>", "<c>OW</c>"));
    assertThat(labels(file, target)).isZero();
    assertThat(elements(target)).isEqualTo("[\"O\",\"O\"]");
    Files.writeString(file, VASPRUN.replaceFirst("<c>O </c>", "<c>Qz</c>"));
    assertThat(labels(file, target)).isZero();
    assertThat(terminal.out())
        .contains("no element is known of type Qz", "--elements Qz=ELEMENT", "0 labelled frames");
    assertThat(terminal.run("labels", "--style", "vasp", file, "-o", target, "--elements", "Qz=N"))
        .isZero();
    assertThat(elements(target)).isEqualTo("[\"N\",\"O\"]");
  }

  private static String elements(Path file) throws IOException {
    return JSON.readTree(file.toFile()).path("frames").get(0).path("elements").toString();
  }
}
