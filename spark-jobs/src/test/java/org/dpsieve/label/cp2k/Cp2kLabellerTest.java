package org.dpsieve.label.cp2k;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.dpsieve.label.ProgramFixture.GOLD;
import static org.dpsieve.label.ProgramFixture.TYPE_MAP;
import static org.dpsieve.label.ProgramFixture.config;
import static org.dpsieve.label.ProgramFixture.file;
import static org.dpsieve.label.ProgramFixture.folder;
import static org.dpsieve.label.ProgramFixture.resource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.dpsieve.error.InputException;
import org.dpsieve.frame.Frame;
import org.dpsieve.frame.Labels;
import org.dpsieve.label.AtomicUnits;
import org.dpsieve.label.Calculation;
import org.dpsieve.label.LabelResult;
import org.dpsieve.label.ProgramConfig;
import org.dpsieve.label.ProgramFixture;
import org.dpsieve.label.TaskOutcome;
import org.dpsieve.testing.Programs;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class Cp2kLabellerTest {
  private static final String KINDS =
      """
      "SUBSYS": {"KIND": {"_": ["Ag", "Au"], "POTENTIAL": ["GTH-PBE-q11", "GTH-PBE-q11"],
                          "BASIS_SET": ["SZV-MOLOPT-SR-GTH", "SZV-MOLOPT-SR-GTH"]}}
      """;

  /** As small as CP2K goes: one k-point, a coarse grid. */
  private static final String SETTINGS =
      """
      {"GLOBAL": {"PRINT_LEVEL": "MEDIUM"},
       "FORCE_EVAL": {
        "DFT": {
         "BASIS_SET_FILE_NAME": "BASIS_MOLOPT", "POTENTIAL_FILE_NAME": "GTH_POTENTIALS",
         "MGRID": {"CUTOFF": 120, "REL_CUTOFF": 30},
         "SCF": {"EPS_SCF": "1.0E-6", "MAX_SCF": %d, "ADDED_MOS": 10,
                 "SMEAR": {"_": "ON", "METHOD": "FERMI_DIRAC",
                           "ELECTRONIC_TEMPERATURE": "[K] 3000"},
                 "DIAGONALIZATION": {"ALGORITHM": "STANDARD"},
                 "MIXING": {"METHOD": "BROYDEN_MIXING", "ALPHA": 0.3}}},
      """
          + KINDS
          + "}}";

  @TempDir Path task;

  private static Cp2kLabeller labeller(int steps) throws IOException {
    return Cp2kLabeller.load(TYPE_MAP, config("user_fp_params", SETTINGS.formatted(steps)));
  }

  private LabelResult run(Cp2kLabeller labeller, Frame frame)
      throws IOException, InterruptedException {
    Path program = Programs.find("DPSIEVE_CP2K", "cp2k.psmp", "cp2k");
    Programs.write(task, labeller.taskFiles(frame));
    assertThat(Programs.run(task, "output", List.of(program.toString(), "-i", "input.inp")))
        .isZero(); // converged or not
    return labeller.read(folder(task), frame);
  }

  @Test
  @Tag("peer")
  void labelsAFrameInItsOwnOrder() throws IOException, InterruptedException {
    Frame frame = ProgramFixture.goldSilver();
    LabelResult result = run(labeller(60), frame);
    assertThat(result.outcome()).as(result.reason()).isEqualTo(TaskOutcome.FINISHED);
    double[] force = result.labels().force();
    // row 2 of the output is the frame's first atom, Au
    String row =
        Files.readString(task.resolve("output"))
            .lines()
            .filter(line -> line.matches("\\s+2\\s+2\\s+Au\\s+-?\\d+\\.\\d+.*"))
            .reduce((first, last) -> last)
            .orElseThrow();
    double x = Double.parseDouble(row.strip().split("\\s+")[3]);
    assertThat(force[0]).isCloseTo(x * AtomicUnits.HARTREE / AtomicUnits.BOHR, within(1e-9));
    assertThat(result.labels().virial()[1]).isEqualTo(result.labels().virial()[3]);
  }

  @Test
  @Tag("peer")
  void anUnconvergedRunIsNoLabel() throws IOException, InterruptedException {
    LabelResult result = run(labeller(1), ProgramFixture.goldSilver());
    assertThat(result.outcome()).isEqualTo(TaskOutcome.UNCONVERGED);
    assertThat(result.reason()).contains("SCF run NOT converged");
  }

  @Test
  void writesDpgensKeys() throws IOException {
    String input =
        new String(labeller(7).taskFiles(ProgramFixture.goldSilver()).get("input.inp"), UTF_8);
    assertThat(input)
        .contains("&GLOBAL\n  PROJECT DPGEN\n  PRINT_LEVEL MEDIUM\n  RUN_TYPE ENERGY_FORCE\n&END")
        .contains("MAX_SCF 7\n", "SCF_GUESS ATOMIC\n", "MULTIPLICITY 1\n", "NGRIDS 4\n")
        .contains("&SMEAR ON\n", "&XC_FUNCTIONAL PBE\n", "@include coord.xyz\n")
        .contains("&KIND Ag\n      POTENTIAL GTH-PBE-q11\n      BASIS_SET SZV-MOLOPT-SR-GTH\n")
        .contains("A 2.3306240000 1.7479680000 0.0000000000\nB -1.7479680000")
        .contains("&FORCES ON\n", "&STRESS_TENSOR ON\n");
    double[] cell = {5, 0, 0, 0, 5, 0, 0, 0, 5};
    Frame one = new Frame("one", 0, new int[] {GOLD}, new double[3], cell, Labels.NONE);
    assertThat(new String(labeller(7).taskFiles(one).get("input.inp"), UTF_8))
        .contains("MULTIPLICITY 2\n");
    assertThat(new String(labeller(7).taskFiles(one).get("coord.xyz"), UTF_8))
        .isEqualTo("Au 0.0000000000 0.0000000000 0.0000000000\n");
  }

  @Test
  void aTemplateGetsTheFramesCell() throws IOException {
    Path file = task.resolve("template.inp");
    String text =
        "&FORCE_EVAL\n &SUBSYS\n  &CELL\n   ABC 1 2 3\n  &END\n  &COORD\n   @include coord.xyz\n"
            + "  &END\n &END\n &PRINT\n  &FORCES ON\n  &END\n &END\n&END\n";
    Files.writeString(file, text);
    Cp2kLabeller labeller = Cp2kLabeller.load(TYPE_MAP, template(file));
    assertThat(new String(labeller.taskFiles(ProgramFixture.goldSilver()).get("input.inp"), UTF_8))
        .startsWith("&FORCE_EVAL\n &SUBSYS\n  &CELL\nA 2.3306240000 1.7479680000 0.0000000000\nB ")
        .contains("\nC 0.0000000000 0.0000000000 4.1200000000\n  &END\n");
    for (String part : List.of("ABC", "coord.xyz", "FORCES")) {
      Files.writeString(file, text.replace(part, "x"));
      assertThatThrownBy(() -> Cp2kLabeller.load(TYPE_MAP, template(file)))
          .isInstanceOf(InputException.class)
          .hasMessageContaining(part);
    }
  }

  @Test
  void aTemplateThatGivesNoLabelIsRefused() throws IOException {
    Path file = task.resolve("template.inp");
    String text =
        "&GLOBAL\n RUN_TYPE ENERGY_FORCE\n PRINT_LEVEL MEDIUM\n&END\n"
            + "&FORCE_EVAL\n &SUBSYS\n  &CELL\n   ABC 1 2 3\n   PERIODIC XYZ\n  &END\n  &COORD\n"
            + "   @include coord.xyz\n  &END\n &END\n &PRINT\n  &FORCES ON\n  &END\n &END\n&END\n";
    Files.writeString(file, text);
    Cp2kLabeller.load(TYPE_MAP, template(file));
    for (String[] change :
        new String[][] {
          {"ENERGY_FORCE", "GEO_OPT"},
          {"ENERGY_FORCE", "ENERGY"},
          {"MEDIUM", "low"},
          {"XYZ", "NONE"}
        }) {
      Files.writeString(file, text.replace(change[0], change[1]));
      assertThatThrownBy(() -> Cp2kLabeller.load(TYPE_MAP, template(file)))
          .isInstanceOf(InputException.class)
          .hasMessageContaining(change[1])
          .hasMessageContaining(file.toString());
    }
  }

  private static Calculation read(String text) throws IOException {
    return new Cp2kReader().read("output", file("output", text.getBytes(UTF_8)));
  }

  /** Each says what to change; two that are missing are said at once. */
  @Test
  void whatIsMissingOrWrongIsNamed() throws IOException {
    String whole = Files.readString(resource("outputs/cp2k.output"), UTF_8);
    assertThat(read(whole).outcome()).isEqualTo(TaskOutcome.FINISHED);
    String noPlaces = whole.replaceAll("(?i)ATOMIC COORDINATES IN ANGSTROM", "x");
    assertThat(read(noPlaces).reason())
        .isEqualTo("holds no coordinates: GLOBAL/PRINT_LEVEL must be MEDIUM or more");
    assertThat(read(noPlaces.replace("CELL| Vector", "x")).reason())
        .startsWith("holds no cell and no coordinates");
    String noForces = whole.replace("ATOMIC FORCES in [a.u.]", "x").replace("FORCES|", "x");
    assertThat(read(noForces).reason())
        .isEqualTo("holds no forces: FORCE_EVAL/PRINT/FORCES must be ON");
    assertThat(read(whole.replace("ENERGY|", "x")).reason()).startsWith("holds no energy");
  }

  @Test
  void onlySinglePointsOfPeriodicFramesAreLabels() throws IOException {
    String whole = Files.readString(resource("outputs/cp2k.output"), UTF_8);
    String head = " GLOBAL| Run type                                             %s\n";
    assertThat(read(head.formatted("ENERGY_FORCE") + whole).steps()).hasSize(1);
    for (String type : List.of("GEO_OPT", "MD", "ENERGY", "BAND")) {
      int at = whole.indexOf(" CELL|");
      Calculation run = read(whole.substring(0, at) + head.formatted(type) + whole.substring(at));
      assertThat(run.steps()).isEmpty();
      assertThat(run.outcome()).isEqualTo(TaskOutcome.UNPARSABLE);
      assertThat(run.reason()).startsWith("RUN_TYPE is " + type).contains("ENERGY_FORCE");
    }
    int at = whole.indexOf(" CELL|");
    String isolated =
        whole.substring(0, at) + " POISSON| Periodicity     NONE\n" + whole.substring(at);
    assertThat(read(isolated).steps().get(0).cell()).isNull();
  }

  private static ProgramConfig template(Path file) throws IOException {
    ProgramConfig none = config("", "{}");
    return new ProgramConfig(
        "",
        none.parameters(),
        List.of(),
        List.of(),
        Optional.of(file),
        Optional.empty(),
        List.of(),
        Optional.empty());
  }

  @Test
  void settingsThatGiveNoLabelAreRefused() {
    assertThatThrownBy(
            () ->
                Cp2kLabeller.load(
                    List.of("Ag", "Au", "Cu"), config("user_fp_params", SETTINGS.formatted(9))))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("KIND has no entry for Cu");
    assertThatThrownBy(
            () ->
                Cp2kLabeller.load(
                    TYPE_MAP,
                    config("user_fp_params", "{\"GLOBAL\": {\"RUN_TYPE\": \"GEO_OPT\"}}")))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("RUN_TYPE is \"GEO_OPT\", expected ENERGY_FORCE");
    for (String[] wrong :
        new String[][] {
          {"{\"GLOBAL\": {\"PRINT_LEVEL\": \"low\"}}", "PRINT_LEVEL is low"},
          {
            SETTINGS
                .formatted(9)
                .replace("\"MGRID\"", "\"POISSON\": {\"PERIODIC\": \"none\"}, \"MGRID\""),
            "FORCE_EVAL.DFT.POISSON.PERIODIC is NONE"
          }
        }) {
      assertThatThrownBy(() -> Cp2kLabeller.load(TYPE_MAP, config("user_fp_params", wrong[0])))
          .isInstanceOf(InputException.class)
          .hasMessageContaining(wrong[1]);
    }
  }
}
