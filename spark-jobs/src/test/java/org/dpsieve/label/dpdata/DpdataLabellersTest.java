package org.dpsieve.label.dpdata;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.dpsieve.label.ProgramFixture.TYPE_MAP;
import static org.dpsieve.label.ProgramFixture.config;
import static org.dpsieve.label.ProgramFixture.file;
import static org.dpsieve.label.ProgramFixture.goldSilver;

import java.io.IOException;
import java.nio.file.Files;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.dpsieve.error.InputException;
import org.dpsieve.frame.Frame;
import org.dpsieve.label.Calculation;
import org.dpsieve.label.LabelResult;
import org.dpsieve.label.OutputReader;
import org.dpsieve.label.ProgramFixture;
import org.dpsieve.label.TaskOutcome;
import org.dpsieve.label.TaskOutputs;
import org.dpsieve.testing.DeepmdKit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("peer")
class DpdataLabellersTest {
  private static String text(Map<String, byte[]> files, String name) {
    return new String(files.get(name), UTF_8);
  }

  /** LAMMPS wants its cell turned; the label comes back in the frame's orientation. */
  @Test
  void customFormatsAreDpdatas() throws IOException {
    DeepmdKit.dp();
    Frame frame = goldSilver();
    CustomLabeller labeller =
        CustomLabeller.load(
            TYPE_MAP,
            config(
                "fp_params",
                "{\"input_fmt\": \"vasp/poscar\", \"input_fn\": \"in\", \"output_fmt\": \"quip/gap/xyz\", \"output_fn\": \"out.xyz\"}"));
    assertThat(text(labeller.taskFiles(frame), "in"))
        .contains("\n2.33062", "\nAg Au \n1 1 \nCartesian\n  -0.0234754000    0.0557372000");
    // the same frame with a along x, as its program gave it back; forces along the turned axes
    String turned =
        "2\nvirial=\"1 0 0 0 2 0 0 0 3\" energy=-5.5 Lattice=\"2.91328 0 0 0 2.91328 0 0 0 4.12\" "
            + "Properties=species:S:1:pos:R:3:Z:I:1:force:R:3\n"
            + "Ag 0.014662 0.058675 -0.034163 47 1.0 0.0 0.5\n"
            + "Au 1.415865 1.470145 2.005273 79 -1.0 0.0 -0.5\n";
    TaskOutputs outputs = file("out.xyz", turned.getBytes(UTF_8));
    LabelResult result = labeller.read(outputs, frame);
    assertThat(result.outcome()).as(result.reason()).isEqualTo(TaskOutcome.FINISHED);
    assertThat(result.labels().energy()).isEqualTo(-5.5);
    double[] expected = {-0.8, -0.6, -0.5, 0.8, 0.6, 0.5}; // Au first, 3-4-5 turn
    double[] virial = {1 * .64 + 2 * .36, -.48, 0, -.48, .36 + 2 * .64, 0, 0, 0, 3};
    assertThat(result.labels().force()).containsExactly(expected, within(1e-9));
    assertThat(result.labels().virial()).containsExactly(virial, within(1e-9));
    TaskOutputs other = file("out.xyz", turned.replace("1.415865", "1.515865").getBytes(UTF_8));
    assertThat(labeller.read(other, frame).reason())
        .contains("is of another frame: atom 2 is 0.1000 Å off its place");
  }

  @Test
  void aFormatThatDpdataDoesNotKnowIsNamed() {
    DeepmdKit.dp();
    assertThatThrownBy(
            () ->
                CustomLabeller.load(
                    TYPE_MAP,
                    config(
                        "fp_params",
                        "{\"input_fmt\": \"vasp/poscar\", \"input_fn\": \"a\", \"output_fmt\": \"vasp/outcarr\", \"output_fn\": \"b\"}")))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("fp_params.output_fmt: dpdata: no format 'vasp/outcarr'; known: ");
  }

  private static Calculation read(OutputReader reader, String text) throws IOException {
    return reader.read("any", file("any", text.getBytes(UTF_8)));
  }

  /** One Python answers all of them, whatever a file does to it. */
  @Test
  void aFileThatEndsPythonCostsOnlyItself() throws IOException {
    DeepmdKit.dp();
    OutputReader reader = DpdataReader.of("quip/gap/xyz", "out.xyz");
    String fine =
        "1\nenergy=-5.5 Lattice=\"3 0 0 0 3 0 0 0 3\" Properties=species:S:1:pos:R:3:Z:I:1:force:R:3\n"
            + "Ag 0 0 0 47 1.0 0.0 0.5\n";
    Set<Long> before = children();
    assertThat(read(reader, fine).steps()).hasSize(1);
    Set<Long> started = children();
    started.removeAll(before);
    assertThat(read(reader, "garbage\n").outcome()).isEqualTo(TaskOutcome.UNPARSABLE);
    assertThat(read(reader, fine).steps()).hasSize(1);
    assertThat(children()).containsAll(started);
    started.forEach(child -> ProcessHandle.of(child).ifPresent(ProcessHandle::destroyForcibly));
    assertThat(read(reader, fine).steps()).hasSize(1);
    assertThat(read(reader, fine.replace("1\nenergy", "7\nenergy")).outcome())
        .isEqualTo(TaskOutcome.UNPARSABLE);
  }

  private static Set<Long> children() {
    return ProcessHandle.current().children().map(ProcessHandle::pid).collect(Collectors.toSet());
  }

  /** What is no label of an own style is none by the format's name either. */
  @Test
  void formatsThatAreReadHereNeedNoPython() throws IOException {
    OutputReader reader = DpdataReader.of("vasp/outcar", "result");
    assertThat(reader.names()).containsExactly("result");
    String outcar = Files.readString(ProgramFixture.resource("outputs/OUTCAR"), ISO_8859_1);
    assertThat(read(reader, outcar).outcome()).isEqualTo(TaskOutcome.FINISHED);
    int at = outcar.indexOf("   NELM ");
    assertThat(
            read(reader, outcar.substring(0, at) + "   ICHARG =     11\n" + outcar.substring(at))
                .outcome())
        .isEqualTo(TaskOutcome.UNCONVERGED);
  }
}
