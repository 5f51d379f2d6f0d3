package org.dpsieve.label.vasp;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.dpsieve.error.InputException;
import org.dpsieve.frame.Elements;
import org.dpsieve.frame.Frame;
import org.dpsieve.frame.Labels;
import org.dpsieve.label.FrameScreen;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class VaspLabellerTest {
  private static final List<String> TYPE_MAP = List.of("Ag", "Au", "Cu");
  private static final String INCAR = "KSPACING = 0.2\nKGAMMA = .TRUE.\n";

  @TempDir Path folder;
  private JsonNode golden;

  /** Made by scripts/goldens/vasp_tasks.py with DP-GEN, dpdata and pymatgen. */
  @BeforeEach
  void readGolden() throws IOException {
    golden = new ObjectMapper().readTree(getClass().getResourceAsStream("/label/vasp-tasks.json"));
  }

  @Test
  void writesWhatDpgenWrites() throws IOException {
    for (JsonNode expected : golden.get("frames")) {
      Frame frame = frame(expected);
      for (Map.Entry<String, JsonNode> incar : golden.get("incars").properties()) {
        Map<String, byte[]> files = load(incar.getValue().asText()).taskFiles(frame);
        assertThat(new String(files.get("POSCAR"), UTF_8))
            .isEqualTo(expected.get("POSCAR").asText());
        assertThat(new String(files.get("KPOINTS"), UTF_8))
            .as("%s, INCAR %s", expected.get("name"), incar.getKey())
            .isEqualTo(expected.get("KPOINTS").get(incar.getKey()).asText());
        assertThat(new String(files.get("INCAR"), UTF_8)).isEqualTo(incar.getValue().asText());
      }
      VaspLabeller anisotropic = load("KGAMMA = T", Optional.of(List.of(0.2, 0.31, 0.7)));
      assertThat(new String(anisotropic.taskFiles(frame).get("KPOINTS"), UTF_8))
          .isEqualTo(expected.get("KPOINTS_anisotropic").asText());
    }
  }

  @Test
  void potcarFollowsPoscarAndEachPartEndsItsLine() throws IOException {
    Frame needle = frame(golden.get("frames").get(2)); // Cu Ag Cu Ag Cu
    assertThat(new String(load(INCAR).groupFiles(needle).get("POTCAR"), UTF_8))
        .isEqualTo(
            "  PAW_PBE Ag\n   TITEL  = PAW_PBE Ag 02Apr2005\nEnd of Dataset\n"
                + "  PAW_PBE Cu\n   TITEL  = PAW_PBE Cu_pv 06Sep2000\nEnd of Dataset\n");
    assertThat(load(INCAR).atomOrder(needle)).containsExactly(1, 3, 0, 2, 4);
  }

  @ParameterizedTest
  @CsvSource({
    "KGAMMA = T,                                KSPACING is missing",
    "KSPACING = 0.2,                            KGAMMA is missing",
    "KSPACING = 0.2 ! ; KGAMMA = T,             KGAMMA is missing",
    "KSPACING = 0.x; KGAMMA = T,                expected a number",
    "KSPACING = -0.2; KGAMMA = T,               expected a positive number",
    "KSPACING = 0.2; KGAMMA = maybe,            expected .TRUE. or .FALSE.",
    "KSPACING = 0.2; KGAMMA = T; kspacing=0.3,  set more than once (0.2; 0.3)",
    "KSPACING = 0.2; KGAMMA = T; NSW = 50,      atoms must not move",
  })
  void refusesAnIncarThatIsNotEnough(String incar, String reason) {
    assertThatThrownBy(() -> load(incar))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("INCAR")
        .hasMessageContaining(reason.replace("; 0", ", 0"));
  }

  @ParameterizedTest
  @CsvSource({".2, 0.2", "2D-1, 0.2", "0.2d0, 0.2", "+2E-1, 0.2", "2., 2", "3 per angstrom, 3"})
  void readsNumbersAsFortranDoes(String text, double expected) {
    assertThat(Incar.parse("INCAR", "A=1;KSPACING=" + text).number("KSPACING")).hasValue(expected);
  }

  @ParameterizedTest
  @CsvSource({".TRUE., true", "t, true", "True, true", ".F., false", "FALSE # T, false"})
  void readsLogicalsAsFortranDoes(String text, boolean expected) {
    assertThat(Incar.parse("INCAR", " kgamma  = " + text).logical("KGAMMA")).contains(expected);
  }

  @Test
  void linesMayGoOn() {
    Incar incar = Incar.parse("INCAR", "MAGMOM = 1 1 \\\n 1 1; KSPACING = 0.3\r\nNSW = 0");
    assertThat(incar.number("KSPACING")).hasValue(0.3);
    assertThat(incar.number("NSW")).hasValue(0);
  }

  @Test
  void refusesThePotentialOfAnotherElement() throws IOException {
    VaspConfig swapped = config(INCAR, Optional.empty(), "Au", "Ag", "Cu_pv");
    assertThatThrownBy(() -> VaspLabeller.load(TYPE_MAP, swapped))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("TITEL is 'PAW_PBE Au 02Apr2005', expected Ag");
    VaspConfig short1 = config(INCAR, Optional.empty(), "Ag", "Au");
    assertThatThrownBy(() -> VaspLabeller.load(TYPE_MAP, short1))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("lists 2 files, expected 3");
    Files.writeString(folder.resolve("POTCAR.Ag"), "no title\n");
    assertThatThrownBy(
            () ->
                VaspLabeller.load(
                    List.of("Ag"),
                    new VaspConfig(
                        List.of(folder.resolve("POTCAR.Ag")),
                        swapped.incars(),
                        Optional.empty(),
                        false)))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("0 lines TITEL");
  }

  @ParameterizedTest
  @CsvSource({
    "PAW_PBE H.5 06Apr2000, H",
    "US Ag, Ag",
    "PAW Fe_sv_GW 23Mar2010, Fe",
    "H, H",
    "PAW_PBE Si_d_GW_nr 11Jul2014, Si",
    "PAW_GGA C 05Jan2001, C",
  })
  void readsTheElementOfATitle(String title, String element) throws IOException {
    Path file = Files.writeString(folder.resolve("P"), "   TITEL  = " + title + "\n");
    assertThat(Potcars.load(List.of(element), List.of(file)).concatenated(List.of(element)))
        .hasSizeGreaterThan(10);
    assertThatThrownBy(() -> Potcars.load(List.of("Xe"), List.of(file)))
        .isInstanceOf(InputException.class);
  }

  @Test
  void framesItCannotLabelAreNamed() throws IOException {
    VaspLabeller labeller = load(INCAR);
    Frame free = new Frame("s", 0, new int[] {47}, new double[3], null, Labels.NONE);
    assertThat(labeller.check(free)).map(FrameScreen.Finding::reason).contains("no cell");
    double[] cell = {4, 0, 0, 0, 4, 0, 0, 0, 4};
    Frame iron = new Frame("s", 0, new int[] {26}, new double[3], cell, Labels.NONE);
    assertThat(labeller.check(iron))
        .contains(new FrameScreen.Finding("element not in type_map", "Fe; type_map: Ag, Au, Cu"));
  }

  @Test
  void aCompositionHasAnIncarOfItsOwn() throws IOException {
    VaspConfig one = config(INCAR, Optional.empty(), "Ag", "Au", "Cu_pv");
    TreeMap<String, Path> incars = new TreeMap<>(one.incars());
    incars.put("Cu-Ag", Files.writeString(folder.resolve("INCAR.set"), INCAR + "ISPIN = 2\n"));
    incars.put("Cu2Ag", Files.writeString(folder.resolve("INCAR.exact"), INCAR + "NELM = 9\n"));
    incars.put("Ag", Files.writeString(folder.resolve("INCAR.Ag"), INCAR + "NELM = 8\n"));
    VaspLabeller labeller =
        VaspLabeller.load(TYPE_MAP, new VaspConfig(one.potcars(), incars, Optional.empty(), false));
    assertThat(incarOf(labeller, 29, 47, 29)).endsWith("NELM = 9\n");
    assertThat(incarOf(labeller, 29, 47)).endsWith("ISPIN = 2\n");
    assertThat(incarOf(labeller, 47, 47)).endsWith("NELM = 8\n");
    assertThat(incarOf(labeller, 79, 47)).isEqualTo(INCAR);
  }

  private static String incarOf(VaspLabeller labeller, int... z) {
    double[] coord = new double[3 * z.length];
    for (int atom = 0; atom < z.length; atom++) {
      coord[3 * atom] = atom;
    }
    double[] cell = {9, 0, 0, 0, 9, 0, 0, 0, 9};
    Frame frame = new Frame("s", 0, z, coord, cell, Labels.NONE);
    return new String(labeller.taskFiles(frame).get("INCAR"), StandardCharsets.UTF_8);
  }

  private VaspLabeller load(String incar) throws IOException {
    return load(incar, Optional.empty());
  }

  private VaspLabeller load(String incar, Optional<List<Double>> anisotropic) throws IOException {
    return VaspLabeller.load(TYPE_MAP, config(incar, anisotropic, "Ag", "Au", "Cu_pv"));
  }

  private VaspConfig config(String incar, Optional<List<Double>> anisotropic, String... potentials)
      throws IOException {
    List<Path> potcars = new ArrayList<>();
    for (String name : potentials) {
      String element = name.substring(0, 2);
      String date = name.equals("Cu_pv") ? "06Sep2000" : "02Apr2005";
      potcars.add(
          Files.writeString(
              folder.resolve("POTCAR." + name),
              "  PAW_PBE %s\n   TITEL  = PAW_PBE %s %s\nEnd of Dataset"
                  .formatted(element, name, date)));
    }
    Path file = Files.writeString(folder.resolve("INCAR"), incar);
    return new VaspConfig(potcars, new TreeMap<>(Map.of("default", file)), anisotropic, false);
  }

  private static Frame frame(JsonNode golden) {
    List<String> symbols = new ArrayList<>();
    golden.get("elements").forEach(symbol -> symbols.add(symbol.asText()));
    int[] z = symbols.stream().mapToInt(s -> Elements.number(s).orElseThrow()).toArray();
    return new Frame(
        "golden", 0, z, numbers(golden.get("coord")), numbers(golden.get("cell")), Labels.NONE);
  }

  private static double[] numbers(JsonNode array) {
    double[] numbers = new double[array.size()];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = array.get(i).asDouble();
    }
    return numbers;
  }
}
