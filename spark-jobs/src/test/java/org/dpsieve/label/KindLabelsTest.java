package org.dpsieve.label;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.dpsieve.label.ProgramFixture.config;
import static org.dpsieve.label.ProgramFixture.folder;
import static org.dpsieve.label.ProgramFixture.pseudopotential;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.dpsieve.frame.Frame;
import org.dpsieve.frame.Labels;
import org.dpsieve.frame.TypeElements;
import org.dpsieve.frame.TypeNames;
import org.dpsieve.label.cp2k.Cp2kLabeller;
import org.dpsieve.label.espresso.PwscfLabeller;
import org.dpsieve.label.gaussian.GaussianLabeller;
import org.dpsieve.label.siesta.SiestaLabeller;
import org.dpsieve.testing.Programs;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KindLabelsTest {
  private static final List<String> KINDS = List.of("Ag1", "ZN", "Ag2");
  private static final TypeElements ELEMENTS = TypeElements.of(Map.of("ZN", "Au"));

  private static final String PWSCF =
      """
      {"control": {}, "system": {"ecutwfc": 10, "occupations": "smearing", "degauss": 0.02,
       "starting_magnetization(1)": 0.5}, "electrons": {"conv_thr": 1e-2}, "kspacing": 2}
      """;

  @TempDir private Path task;

  /** Ag2, ZN, Ag1, Ag2 in the frame's order. */
  private static Frame frame() {
    String[] types = {"Ag2", "ZN", "Ag1", "Ag2"};
    int[] z = Arrays.stream(types).mapToInt(TypeNames::number).toArray();
    double[] coord = {0, 0, 0, 2.9, 0, 0, 0, 2.9, 0, 2.8, 2.9, 0.1};
    double[] cell = {5.8, 0, 0, 0, 5.8, 0, 0, 0, 4};
    return new Frame(
        "test", 0, z, coord, cell, Labels.NONE, null, null, TypeNames.of(List.of(types)));
  }

  @ParameterizedTest
  @CsvSource({
    "OW HW,O H",
    "Fe1 Fe2 O,Fe1 Fe2 O",
    "O OW,O O1",
    "C1 CT C2 HC,C1 C3 C2 H",
    "ZN Zn,Zn1 Zn",
    "Fe_up Fe_dn,Fe1 Fe2"
  })
  void eachTypeHasALabelOfItsOwn(String types, String expected) {
    List<List<String>> loaded = new ArrayList<>();
    KindLabels.of(
        List.of(types.split(" ")),
        TypeElements.LEADING,
        labels -> {
          loaded.add(labels);
          return null;
        });
    assertThat(loaded).containsExactly(List.of(expected.split(" ")));
  }

  private TaskLabeller pwscf() throws IOException {
    var config =
        config(
            "user_fp_params",
            PWSCF,
            pseudopotential("Ag"),
            pseudopotential("Au"),
            pseudopotential("Ag"));
    return KindLabels.of(KINDS, ELEMENTS, labels -> PwscfLabeller.load(labels, config));
  }

  @Test
  void kindsOfAnElementStayApart() throws IOException {
    TaskLabeller labeller = pwscf();
    String input = new String(labeller.taskFiles(frame()).get("input"), UTF_8);
    assertThat(input)
        .contains(
            "ntyp=3,",
            "ATOMIC_SPECIES\nAg1 107.868 Ag.pbe-q11.gth\nAu 196.967 Au.pbe-q11.gth\n"
                + "Ag2 107.868 Ag.pbe-q11.gth\n",
            "{ angstrom }\nAg1 0.0000000000 2.9000000000 0.0000000000\nAu 2.9")
        .doesNotContain("ZN");
    assertThat(labeller.atomOrder(frame())).containsExactly(2, 1, 0, 3);
    assertThat(labeller.groupFiles(frame())).containsOnlyKeys("Ag.pbe-q11.gth", "Au.pbe-q11.gth");
  }

  @Test
  void anotherTypeIsNamed() throws IOException {
    int[] z = {TypeNames.number("OW"), 47, 47, 47};
    Frame other = frame().withTypes(z, TypeNames.of(List.of("OW")));
    assertThat(pwscf().check(other))
        .hasValueSatisfying(
            finding -> assertThat(finding.detail()).isEqualTo("OW, Ag; type_map: Ag1, ZN, Ag2"));
    assertThat(pwscf().check(frame())).isEmpty();
  }

  /** pw.x itself takes the labels, and its output is the frame's. */
  @Test
  @Tag("peer")
  void espressoRunsThem() throws IOException, InterruptedException {
    Path program = Programs.find("DPSIEVE_PW", "pw.x");
    TaskLabeller labeller = pwscf();
    Programs.write(task, labeller.taskFiles(frame()));
    Programs.write(task, labeller.groupFiles(frame()));
    assertThat(Programs.run(task, "output", List.of(program.toString(), "-in", "input"))).isZero();
    LabelResult result = labeller.read(folder(task), frame());
    assertThat(result.outcome()).as(result.reason()).isEqualTo(TaskOutcome.FINISHED);
  }

  @Test
  void cp2kHasKindsByTheNamesOfTypes() throws IOException {
    String settings =
        """
        {"FORCE_EVAL": {"SUBSYS": {"KIND": {"_": ["Ag1", "Ag2", "ZN"], "BASIS_SET": ["A", "A", "B"],
         "POTENTIAL": ["P", "P", "Q"]}}}}
        """;
    Cp2kLabeller labeller = Cp2kLabeller.load(KINDS, ELEMENTS, config("user_fp_params", settings));
    Map<String, byte[]> files = labeller.taskFiles(frame());
    assertThat(new String(files.get("input.inp"), UTF_8))
        .contains("&KIND Ag1\n", "&KIND ZN\n")
        .containsPattern("&KIND ZN\n[^&]*ELEMENT Au\n")
        .containsPattern("&KIND Ag2\n[^&]*ELEMENT Ag\n")
        .contains("MULTIPLICITY 1"); // 3 x 47 + 79 electrons
    assertThat(new String(files.get("coord.xyz"), UTF_8))
        .startsWith("Ag1 0.0")
        .contains("\nZN 2.9");
    assertThat(labeller.elements(frame()).z()).containsExactly(47, 79, 47, 47);
  }

  @Test
  void cp2kKeepsAnElementThatIsGiven() throws IOException {
    String settings =
        """
        {"FORCE_EVAL": {"SUBSYS": {"KIND": [{"_": "Ag1", "ELEMENT": "Ag"}, {"_": "Ag2"},
         {"_": "ZN", "element": "Hg"}]}}}
        """;
    Cp2kLabeller labeller = Cp2kLabeller.load(KINDS, ELEMENTS, config("user_fp_params", settings));
    assertThat(new String(labeller.taskFiles(frame()).get("input.inp"), UTF_8))
        .contains("element Hg\n")
        .doesNotContain("ELEMENT Au")
        .containsPattern("&KIND Ag2\n\\s*ELEMENT Ag\n");
  }

  @Test
  void siestaNamesPotentialsByTheLabels() throws IOException {
    Path psf = Files.writeString(task.resolve("x.psf"), "");
    var config =
        config(
            "fp_params",
            "{\"ecut\": 10, \"ediff\": 1e-3, \"kspacing\": 1, \"mixingWeight\": 0.1,"
                + " \"NumberPulay\": 5}",
            psf,
            psf,
            psf);
    TaskLabeller labeller =
        KindLabels.of(KINDS, ELEMENTS, labels -> SiestaLabeller.load(labels, config));
    assertThat(new String(labeller.taskFiles(frame()).get("input"), UTF_8))
        .contains("1\t47\tAg1\n2\t79\tAu\n3\t47\tAg2\n");
    assertThat(labeller.groupFiles(frame())).containsOnlyKeys("Ag1.psf", "Au.psf", "Ag2.psf");
  }

  @Test
  void gaussianKnowsElementsAlone() throws IOException {
    var config = config("fp_params", "{\"keywords\": \"force\", \"nproc\": 1}");
    TaskLabeller labeller =
        KindLabels.ofElements(KINDS, ELEMENTS, types -> GaussianLabeller.load(types, config));
    assertThat(new String(labeller.taskFiles(frame()).get("input"), UTF_8))
        .contains("\nAg 0.0000000000 0.0000000000 0.0000000000\nAg 0.0")
        .doesNotContain("Ag1");
    assertThat(labeller.atomOrder(frame())).containsExactly(0, 2, 3, 1);
  }
}
