package org.dpsieve.label.abacus;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.dpsieve.label.ProgramFixture.TYPE_MAP;
import static org.dpsieve.label.ProgramFixture.config;
import static org.dpsieve.label.ProgramFixture.goldSilver;
import static org.dpsieve.label.ProgramFixture.pseudopotential;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.dpsieve.label.Calculation;
import org.dpsieve.label.ProgramConfig;
import org.dpsieve.label.TaskOutcome;
import org.junit.jupiter.api.Test;

class AbacusLabellerTest {
  private static String text(Map<String, byte[]> files, String name) {
    return new String(files.get(name), UTF_8);
  }

  @Test
  void abacusInputHasDpgensKeys() throws IOException {
    ProgramConfig some =
        config(
            "user_fp_params",
            "{\"ecutwfc\": 60, \"kspacing\": [0.2, 0.2, 0.3], \"suffix\": \"x\", \"gamma_only\": false}",
            pseudopotential("Ag"),
            pseudopotential("Au"));
    AbacusLabeller labeller = AbacusLabeller.load(TYPE_MAP, some);
    Map<String, byte[]> files = labeller.taskFiles(goldSilver());
    assertThat(files).containsOnlyKeys("INPUT", "STRU");
    assertThat(text(files, "INPUT"))
        .isEqualTo(
            "INPUT_PARAMETERS\ncalculation scf\necutwfc 60\nkspacing 0.2 0.2 0.3\ngamma_only 0\ncal_force 1\ncal_stress 1\n");
    assertThat(text(files, "STRU"))
        .startsWith("ATOMIC_SPECIES\nAg 107.868 pporb/Ag.pbe-q11.gth\nAu ")
        .contains("LATTICE_VECTORS\n2.3306240000 1.7479680000 0.0000000000\n")
        .contains("Cartesian\n\nAg\n0.0\n1\n-0.0234754000 0.0557372000 -0.0341630000 1 1 1\n\nAu");
    assertThat(labeller.groupFiles(goldSilver()))
        .containsOnlyKeys("pporb/Ag.pbe-q11.gth", "pporb/Au.pbe-q11.gth");
    AbacusLabeller gamma =
        AbacusLabeller.load(
            TYPE_MAP,
            config(
                "user_fp_params",
                "{\"gamma_only\": 1}",
                pseudopotential("Ag"),
                pseudopotential("Au")));
    assertThat(text(gamma.taskFiles(goldSilver()), "KPT"))
        .isEqualTo("K_POINTS\n0\nGamma\n1 1 1 0 0 0\n");
  }

  private static Calculation read(Map<String, String> files) throws IOException {
    return new AbacusReader()
        .read(
            LOG,
            name ->
                Optional.ofNullable(files.get(name))
                    .map(text -> new ByteArrayInputStream(text.getBytes(UTF_8))));
  }

  private static Calculation read(String log) throws IOException {
    return read(Map.of(LOG, log));
  }

  private static final String LOG = "OUT.ABACUS/running_scf.log";

  private static final String HEAD =
      """
                                   WELCOME TO ABACUS
       READING UNITCELL INFORMATION
                        lattice constant (Bohr) = 1.88973
      """;

  private static String places(double x) {
    return """
       CARTESIAN COORDINATES ( UNIT = 1.88973 Bohr ).
              atom                   x                   y                   z                 mag
          tauc_Ag1        0.1        0        0                   0
          tauc_Au1       %s        2        2                   0

       Lattice vectors: (Cartesian coordinate: in unit of a_0)
                        +4                  +0                  +0
                        +0                  +4                  +0
                        +0                  +0                  +4
      """
        .formatted(x);
  }

  private static String label(double energy, double force) {
    return """
       charge density convergence is achieved
       final etot is %s eV

          TOTAL-FORCE (Ry/Bohr)
             Ag1      99.0      0.0       0.0
             Au1      99.0      0.0       0.0

          TOTAL-FORCE (eV/Angstrom)

       ><><><><><><><><><><><><><><><><><><><><><><

           atom              x              y              z
             Ag1      %s      0.0       0.0
             Au1      %s      +0.0        0.0

       TOTAL-STRESS (KBAR)

          +10.0    +0.5    +0.0
           +0.5   +20.0    +0.0
           +0.0    +0.0   +30.0
      """
        .formatted(energy, force, -force);
  }

  private static final String END = " Finish Time  : some time\n";

  @Test
  void speciesMayHaveAnyLabel() throws IOException {
    String log = HEAD + places(2) + label(-55.5, 0.25) + END;
    Calculation run = read(log.replace("Ag1 ", "OW1 "));
    assertThat(run.outcome()).as(run.reason()).isEqualTo(TaskOutcome.FINISHED);
    assertThat(run.elements()).containsExactly("OW", "Au");
    assertThat(run.steps().get(0).force()).containsExactly(0.25, 0, 0, -0.25, 0, 0);
  }

  @Test
  void theStructureBesideTheLogHasMoreDigits() throws IOException {
    String log = HEAD + places(2) + label(-55.5, 0.25) + END;
    Calculation run = read(log);
    assertThat(run.outcome()).as(run.reason()).isEqualTo(TaskOutcome.FINISHED);
    assertThat(run.elements()).containsExactly("Ag", "Au");
    Calculation.Step step = run.steps().get(0);
    assertThat(step.energy()).isEqualTo(-55.5);
    assertThat(step.force()).containsExactly(0.25, 0, 0, -0.25, 0, 0);
    assertThat(step.cell()[0]).isCloseTo(4, within(1e-5)).isNotEqualTo(4);
    assertThat(step.virial()[0]).isCloseTo(10 * 64 / 1602.176634, within(1e-4));
    // as AbacusLabeller writes it, the second atom in the next cell
    String structure =
        """
        LATTICE_CONSTANT
        1.8897261246257702 // of one angstrom

        LATTICE_VECTORS
        4 0 0
        0 4 0
        0 0 4
        ATOMIC_POSITIONS
        Cartesian # of the lattice constant

        Ag
        0.0
        1
        0.1 0 0 1 1 1
        Au
        0.0
        1
        6 2 2 1 1 1
        """;
    Calculation.Step refined = read(Map.of(LOG, log, "STRU", structure)).steps().get(0);
    assertThat(refined.cell()[0]).isCloseTo(4, within(1e-12));
    assertThat(refined.coord()).containsExactly(new double[] {0.1, 0, 0, 6, 2, 2}, within(1e-12));
    assertThat(refined.virial()[0]).isCloseTo(10 * 64 / 1602.176634, within(1e-12));
    assertThat(read(Map.of(LOG, log, "STRU", structure.replace("6 2", "6.1 2"))).steps().get(0))
        .usingRecursiveComparison()
        .isEqualTo(step);
  }

  /** A step has its own positions or is none. */
  @Test
  void stepsAreNotMixed() throws IOException {
    Calculation run =
        read(HEAD + places(2) + label(-55, 0.25) + places(2.1) + label(-56, 0.5) + END);
    assertThat(run.steps()).extracting(Calculation.Step::energy).containsExactly(-55.0, -56.0);
    assertThat(run.steps().get(1).coord()[3]).isCloseTo(2.1, within(1e-5));
    Calculation second = read(HEAD + places(2) + label(-55, 0.25) + label(-56, 0.5) + END);
    assertThat(second.steps()).extracting(Calculation.Step::energy).containsExactly(-55.0);
    assertThat(second.reason()).isEqualTo("1 of 2 geometries have no positions in it");
  }

  @Test
  void whatIsMissingOrWrongIsNamed() throws IOException {
    String log = HEAD + places(2) + label(-55.5, 0.25) + END;
    assertThat(read(log.replace("eV/Ang", "x")).reason())
        .isEqualTo("holds no forces: cal_force must be 1");
    assertThat(read(log.replace("final etot", "x")).reason()).contains("holds no energy");
    assertThat(read(log.replace("COORDINATES", "x")).reason()).contains("coordinates");
    assertThat(read("hello").reason()).isEqualTo("not a log of ABACUS");
    assertThat(read(log.replace("Finish", "x")).outcome()).isEqualTo(TaskOutcome.CRASHED);
    Calculation bands = read(Map.of(LOG, log, "INPUT", "calculation  nscf # bands\n"));
    assertThat(bands.outcome()).isEqualTo(TaskOutcome.UNCONVERGED);
    assertThat(bands.steps()).isEmpty();
    for (String said : List.of("convergence has NOT been achieved!", "!!SCF IS NOT CONVERGED!!")) {
      Calculation run = read(log.replace("charge density convergence is achieved", said));
      assertThat(run.outcome()).isEqualTo(TaskOutcome.UNCONVERGED);
      assertThat(run.steps()).noneMatch(Calculation.Step::converged);
    }
  }

  @Test
  void newerVersionsSayItOtherwise() throws IOException {
    String log =
        (HEAD + places(2) + label(-55.5, 0.25) + END)
            .replace("final etot is", "#TOTAL ENERGY#")
            .replace("TOTAL-FORCE (eV/Angstrom)", "#TOTAL-FORCE (eV/Angstrom)#")
            .replace("TOTAL-STRESS (KBAR)", "#TOTAL-STRESS (kbar)#")
            .replace("CARTESIAN COORDINATES ( UNIT = 1.88973 Bohr ).", "DIRECT COORDINATES")
            .replace("tauc_", "taud_")
            .replace("2.0        2        2 ", "0.5      0.5      0.5");
    Calculation.Step step = read(log).steps().get(0);
    assertThat(step.energy()).isEqualTo(-55.5);
    assertThat(step.coord()[4]).isCloseTo(2, within(1e-5));
    assertThat(step.virial()[4]).isCloseTo(20 * 64 / 1602.176634, within(1e-4));
  }
}
