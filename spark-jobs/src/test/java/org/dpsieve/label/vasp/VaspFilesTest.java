package org.dpsieve.label.vasp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.dpsieve.label.Calculation;
import org.dpsieve.label.TaskOutcome;
import org.dpsieve.testing.Shared;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Real output of VASP against what dpdata 1.1.0 reads from it (turned to a lower cell). */
class VaspFilesTest {
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
  void readsWhatDpdataReads(String name) throws IOException {
    VaspRun run = read(Shared.path("vasp/" + name));
    JsonNode expected =
        new ObjectMapper().readTree(Shared.path("vasp/" + name + ".expected.json").toFile());
    List<VaspRun.Step> kept = run.steps().stream().filter(run::converged).toList();
    List<String> elements = new ArrayList<>();
    expected.get("elements").forEach(element -> elements.add(element.asText()));
    assertThat(run.elements()).isEqualTo(elements);
    assertThat(kept).hasSize(expected.get("kept").asInt());
    for (int i = 0; i < kept.size(); i++) {
      VaspRun.Step step = kept.get(i);
      double[][] axes = lowerAxes(step.cell());
      assertThat(step.energy()).isEqualTo(expected.get("energies").get(i).asDouble());
      assertClose(turn(step.force(), axes), expected.get("forces").get(i), 1e-9);
      assertClose(turn(step.cell(), axes), expected.get("cells").get(i), 1e-9);
      assertClose(turn(step.coord(), axes), expected.get("coords").get(i), 1e-9);
      double[] half = transposed(turn(step.virial(), axes));
      assertClose(transposed(turn(half, axes)), expected.get("virials").get(i), 1e-8);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "6362_OUTCAR,             CRASHED", // ends within its third step
    "OUTCAR.ch4.unconverged,  UNCONVERGED",
    "OUTCAR.h2o.md,           FINISHED",
    "Ti-O-Ti-v6_OUTCAR,       FINISHED",
    "Ti-O-Ti-v6_vasprun.xml,  FINISHED",
    "vasprun.h2o.md.conv.xml, UNCONVERGED",
    "vasprun.h2o.md.xml,      FINISHED",
  })
  void saysHowTheRunEnded(String name, TaskOutcome outcome) throws IOException {
    assertThat(VaspReader.calculation(read(Shared.path("vasp/" + name))).outcome())
        .isEqualTo(outcome);
  }

  @ParameterizedTest
  @ValueSource(strings = {"Ti-O-Ti-v6_OUTCAR", "Ti-O-Ti-v6_vasprun.xml"})
  void aCutFileHasNoOtherLabelThanTheWholeOne(String name) throws IOException {
    byte[] whole = Files.readAllBytes(Shared.path("vasp/" + name));
    double energy = read(new ByteArrayInputStream(whole)).steps().get(0).energy();
    for (int length = whole.length - 1; length > 0; length -= 97) {
      VaspRun cut = read(new ByteArrayInputStream(whole, 0, length));
      assertThat(cut.steps()).allMatch(step -> step.energy() == energy);
      if (cut.steps().isEmpty()) {
        assertThat(VaspReader.calculation(cut).outcome())
            .isIn(TaskOutcome.CRASHED, TaskOutcome.UNPARSABLE);
      }
    }
  }

  /** VASP 5.2 says the energy before the forces: of two steps, each has its own of both. */
  @Test
  void theEnergyMayComeBeforeTheForces() throws IOException {
    String text = outputText("OUTCAR");
    int first = text.indexOf("----------------------------------------- Iteration");
    int end = text.indexOf(" General timing");
    String last = text.substring(first, end);
    String energy = "  free  energy   TOTEN  =        -2.2935511142 eV\n";
    String early =
        last.replace(energy, "").replace("  FORCE on cell", energy + "\n  FORCE on cell");
    String other = early.replace(energy, "  free  energy   TOTEN  =        -1.5 eV\n");
    other =
        other
            .replace("-0.276094538222", "-0.176094538222")
            .replace("Iteration    1", "Iteration    0");
    VaspRun whole = read(stream(text));
    VaspRun run = read(stream(text.substring(0, first) + other + early + text.substring(end)));
    assertThat(run.steps()).extracting(VaspRun.Step::energy).containsExactly(-1.5, -2.2935511142);
    assertThat(run.steps().get(0).force()[0]).isEqualTo(-0.176094538222);
    assertThat(run.steps().get(1).force()).isEqualTo(whole.steps().get(0).force());
    assertThat(run.steps().get(1).stress()).isEqualTo(whole.steps().get(0).stress());
    assertThat(VaspReader.calculation(run).outcome()).isEqualTo(TaskOutcome.FINISHED);
  }

  /** A band structure by the charge density of another run, or bands that are not optimised. */
  @ParameterizedTest
  @CsvSource({"ICHARG, 11", "ICHARG, 12", "IALGO, 2", "IALGO, 3"})
  void aFixedChargeDensityGivesNoLabel(String key, int value) throws IOException {
    String outcar = outputText("OUTCAR");
    int at = outcar.indexOf("   NELM ");
    String xml = outputText("vasprun.xml");
    int parameters = xml.indexOf("</parameters>");
    VaspRun[] runs = {
      read(
          stream(
              outcar.substring(0, at)
                  + "   %s =     %d    setting%n".formatted(key, value)
                  + outcar.substring(at))),
      read(
          stream(
              xml.substring(0, parameters)
                  + "<separator name='start'><i type='int' name='%s'>  %d</i></separator>"
                      .formatted(key, value)
                  + xml.substring(parameters)))
    };
    for (VaspRun run : runs) {
      Calculation calculation = VaspReader.calculation(run);
      assertThat(calculation.outcome()).isEqualTo(TaskOutcome.UNCONVERGED);
      assertThat(calculation.reason()).startsWith(key + " = " + value);
      assertThat(calculation.steps()).noneMatch(Calculation.Step::converged);
    }
  }

  /** VASP's learnt force field prints positions and forces, too, and no energy of electrons. */
  @Test
  void stepsOfALearntForceFieldAreNoLabels() throws IOException {
    String outcar = outputText("OUTCAR");
    VaspRun whole = read(stream(outcar));
    int at = outcar.indexOf("----------------------------------------- Iteration");
    String learnt =
        outcar
            .substring(at, outcar.indexOf(" General timing"))
            .replaceAll("(?m)^.*Iteration.*$", "")
            .replace("TOTAL-FORCE (eV/Angst)", "TOTAL-FORCE (eV/Angst) (ML)")
            .replace("free  energy   TOTEN", "free  energy ML TOTEN");
    VaspRun run =
        read(
            stream(
                outcar.substring(0, at)
                    + learnt
                    + outcar.substring(at).replace("General", learnt + " General")));
    assertThat(run.steps()).hasSize(1);
    assertThat(run.steps().get(0).force()).isEqualTo(whole.steps().get(0).force());
    String xml = outputText("vasprun.xml").replaceAll("(?s)<scstep>.*</scstep>", "");
    VaspRun other = read(stream(xml));
    assertThat(other.steps()).noneMatch(other::converged);
  }

  /** What only a spoilt file has is never held in memory. */
  @Test
  void aTagOrTextOfAnyLengthIsNoMemory() throws IOException {
    String xml = outputText("vasprun.xml");
    for (String endless : new String[] {"<!-- ", "<i name='", "<v> 1 ", "<?x "}) {
      InputStream in =
          new SequenceInputStream(
              stream(xml.substring(0, xml.indexOf("<calculation>")) + endless), new Endless());
      assertThat(VaspReader.calculation(read(in)).outcome()).isEqualTo(TaskOutcome.UNPARSABLE);
    }
    InputStream line =
        new SequenceInputStream(
            stream(outputText("OUTCAR").substring(0, 200)), new Endless(100_000_000));
    assertThat(VaspReader.calculation(read(line)).outcome()).isEqualTo(TaskOutcome.CRASHED);
  }

  /** So many letters a, no line ends. */
  private static final class Endless extends InputStream {
    private long left;

    Endless() {
      this(Long.MAX_VALUE);
    }

    Endless(long size) {
      left = size;
    }

    @Override
    public int read() {
      return left-- > 0 ? 'a' : -1;
    }
  }

  /** Some versions write X for Xe and r for Zr in vasprun.xml. */
  @Test
  void thePotentialTellsAnElementThatTheXmlSpoils() throws IOException {
    String types =
        "<array name='atomtypes'><dimension dim='1'>type</dimension><set>"
            + "<rc><c>   2</c><c>r </c><c> 91.2</c><c> 4.0</c><c>  PAW_PBE Zr_sv 04Jan2005  </c></rc>"
            + "<rc><c>   2</c><c>X </c><c> 131.3</c><c> 8.0</c><c> PAW_PBE Xe 07Sep2000 </c></rc>"
            + "</set></array></atominfo>";
    String text =
        outputText("vasprun.xml")
            .replace("<c>Ag</c>", "<c>r </c>")
            .replace("<c>Au</c>", "<c>X </c>")
            .replace("</atominfo>", types);
    assertThat(read(stream(text)).elements()).containsExactly("Zr", "Zr", "Xe", "Xe");
  }

  /** A logical vector in a step, and a number too long for its column where it is not needed. */
  @Test
  void whatIsNotNeededMayBeAnything() throws IOException {
    String more =
        "<v type='logical' name='LVDW'> F </v><varray name='epsilon'><v> **** </v></varray>";
    VaspRun run =
        read(stream(outputText("vasprun.xml").replace("</calculation>", more + "</calculation>")));
    assertThat(VaspReader.calculation(run).outcome()).isEqualTo(TaskOutcome.FINISHED);
  }

  /** VASP copies SYSTEM of the INCAR as it is. */
  @Test
  void aTitleMayHaveAnyBytes() throws IOException {
    String text =
        outputText("vasprun.xml")
            .replaceFirst("<[?]xml.*[?]>", "<?xml version='1.0' encoding='UTF-8'?>")
            .replaceFirst("<modeling>", "<modeling><i name='SYSTEM'>3 \u00c5 \u00ff</i>");
    assertThat(text).contains("UTF-8", "\u00ff");
    assertThat(VaspReader.calculation(read(stream(text))).outcome())
        .isEqualTo(TaskOutcome.FINISHED);
  }

  @Test
  void twoCalculationsInOneXmlAreRefused() throws IOException {
    String text = outputText("vasprun.xml");
    String atoms = text.substring(text.indexOf("<atominfo>"), text.indexOf("</atominfo>"));
    VaspRun run =
        read(stream(text.replace("</calculation>", "</calculation>" + atoms + "</atominfo>")));
    assertThat(VaspReader.calculation(run).outcome()).isEqualTo(TaskOutcome.UNPARSABLE);
    assertThat(VaspReader.calculation(run).reason()).contains("lists atoms again");
  }

  private static String outputText(String name) throws IOException {
    try (InputStream in = VaspFilesTest.class.getResourceAsStream("/label/outputs/" + name)) {
      return new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
    }
  }

  private static InputStream stream(String text) {
    return new ByteArrayInputStream(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  @Test
  void otherFilesAreNotUnderstood() throws IOException {
    for (String text : List.of("hello\n", "<html><body/></html>", "<?xml version='1.0'?><a>")) {
      VaspRun run = read(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
      assertThat(VaspReader.calculation(run).outcome()).isEqualTo(TaskOutcome.UNPARSABLE);
    }
  }

  @Test
  void neverOpensWhatAnXmlFileNames() throws IOException {
    Path secret = Files.createTempFile("secret", ".txt");
    Files.writeString(secret, "42");
    String text =
        "<?xml version='1.0'?><!DOCTYPE m [<!ENTITY e SYSTEM '%s'>]>".formatted(secret.toUri())
            + "<modeling><parameters><i name='NELM'>&e;</i></parameters></modeling>";
    VaspRun run = read(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
    Files.delete(secret);
    assertThat(run.maxElectronicSteps()).isZero();
    assertThat(VaspReader.calculation(run).outcome()).isNotEqualTo(TaskOutcome.FINISHED);
  }

  private static VaspRun read(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      return VaspReader.read(in);
    }
  }

  private static VaspRun read(InputStream in) throws IOException {
    return VaspReader.read(in);
  }

  private static void assertClose(double[] found, JsonNode rows, double tolerance) {
    List<Double> expected = new ArrayList<>();
    rows.forEach(row -> row.forEach(number -> expected.add(number.asDouble())));
    assertThat(found)
        .containsExactly(
            expected.stream().mapToDouble(Double::doubleValue).toArray(), within(tolerance));
  }

  /** Axes x along a, y in the plane of a and b. */
  private static double[][] lowerAxes(double[] cell) {
    double[][] axes = new double[3][3];
    for (int i = 0; i < 3; i++) {
      double[] v = {cell[3 * i], cell[3 * i + 1], cell[3 * i + 2]};
      for (int j = 0; j < i; j++) {
        double overlap = dot(v, axes[j]);
        for (int k = 0; k < 3; k++) {
          v[k] -= overlap * axes[j][k];
        }
      }
      for (int k = 0; k < 3; k++) {
        axes[i][k] = v[k] / Math.sqrt(dot(v, v));
      }
    }
    return axes;
  }

  private static double[] turn(double[] rows, double[][] axes) {
    double[] turned = new double[rows.length];
    for (int i = 0; i < rows.length; i += 3) {
      for (int k = 0; k < 3; k++) {
        turned[i + k] = rows[i] * axes[k][0] + rows[i + 1] * axes[k][1] + rows[i + 2] * axes[k][2];
      }
    }
    return turned;
  }

  private static double[] transposed(double[] m) {
    return new double[] {m[0], m[3], m[6], m[1], m[4], m[7], m[2], m[5], m[8]};
  }

  private static double dot(double[] u, double[] v) {
    return u[0] * v[0] + u[1] * v[1] + u[2] * v[2];
  }
}
