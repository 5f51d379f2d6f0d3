package org.dpsieve.label.siesta;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.dpsieve.label.ProgramFixture.TYPE_MAP;
import static org.dpsieve.label.ProgramFixture.config;
import static org.dpsieve.label.ProgramFixture.file;
import static org.dpsieve.label.ProgramFixture.goldSilver;
import static org.dpsieve.label.ProgramFixture.pseudopotential;

import java.io.IOException;
import java.util.Map;
import org.dpsieve.label.Calculation;
import org.dpsieve.label.TaskOutcome;
import org.junit.jupiter.api.Test;

class SiestaLabellerTest {
  private static String text(Map<String, byte[]> files, String name) {
    return new String(files.get(name), UTF_8);
  }

  @Test
  void siestaInputHasDpgensKeys() throws IOException {
    SiestaLabeller labeller =
        SiestaLabeller.load(
            TYPE_MAP,
            config(
                "fp_params",
                "{\"ecut\": 300, \"ediff\": 1e-4, \"kspacing\": 1.0, \"mixingWeight\": 0.05, \"NumberPulay\": 5}",
                pseudopotential("Ag"),
                pseudopotential("Au")));
    assertThat(text(labeller.taskFiles(goldSilver()), "input"))
        .contains("NumberOfAtoms     2\nNumberOfSpecies   2\n", "MeshCutoff            300 Ry\n")
        .contains("DM.Tolerance          1.000000e-04\nDM.MixingWeight       0.050000\n")
        .contains("%block Chemical_Species_label\n1\t47\tAg\n2\t79\tAu\n%endblock")
        .contains("3\t0\t0\t0.0\n0\t3\t0\t0.0\n0\t0\t2\t0.0\n")
        .contains("%block LatticeVectors\n2.3306240000 1.7479680000 0.0000000000\n")
        .contains("Species\n-0.0234754000 0.0557372000 -0.0341630000 1 Ag\n");
    assertThat(labeller.groupFiles(goldSilver())).containsOnlyKeys("Ag.gth", "Au.gth");
  }

  @Test
  void outputsAreToldApart() throws IOException {
    assertThat(read("siesta: stops here\n").outcome()).isEqualTo(TaskOutcome.CRASHED);
    assertThat(read("SCF_NOT_CONV: SCF did not converge\n>> End of run\n").outcome())
        .isEqualTo(TaskOutcome.UNCONVERGED);
    assertThat(read("something\n").reason()).isEqualTo("not an output of SIESTA");
  }

  private static Calculation read(String text) throws IOException {
    return new SiestaReader().read("output", file("output", text.getBytes(UTF_8)));
  }

  private static final String HEAD =
      """
      Siesta Version  : v4.1
       Species number:   1  Atomic number:   47  Label: silver
       Species number:   2  Atomic number:   79  Label: Au
      redata: Max. number of SCF Iter          =       50
      """;

  /** One of a run's steps: atoms at 0 and x along a, in a cube of 4 Å. */
  private static String step(String begin, double x, double energy, double force, double kilobar) {
    return """
                              %s
      outcoor: Atomic coordinates (Ang):
          0.00000000    0.00000000    0.00000000   1       1  silver
          %.8f    0.00000000    0.00000000   2       2  Au

      outcell: Unit cell vectors (Ang):
              4.000000    0.000000    0.000000
              0.000000    4.000000    0.000000
              0.000000    0.000000    4.000000

         scf:    1      -10.0000      -10.0000      -10.0000  1.00000 -4.0000
         scf:    9      -10.0000      -10.0000      -10.0000  0.00000 -4.0000
      SCF cycle converged after    9 iterations

      siesta: E_KS(eV) =             %.4f

      siesta: Atomic forces (eV/Ang):
           1    %.6f    0.000000    0.000000
           2    %.6f    0.000000    0.000000
      ----------------------------------------
         Tot    0.000000    0.000000    0.000000

      Stress-tensor-Voigt (kbar):  %.2f  2.00  3.00  0.10  0.20  0.30
      """
        .formatted(begin, x, energy, force, -force, kilobar);
  }

  private static final String END =
      """
      siesta: Atomic forces (eV/Ang):
      siesta:      1    0.500000    0.000000    0.000000
      siesta:      2   -0.500000    0.000000    0.000000

      siesta: Stress tensor (static) (eV/Ang**3):
      siesta:     0.000624    0.000062    0.000187
      siesta:     0.000062    0.001248    0.000125
      siesta:     0.000187    0.000125    0.001872
      >> End of run:  29-NOV-2026  08:20:00
      """;

  /** A pressure of -2 kbar: SIESTA's stress is positive where the cell would shrink. */
  @Test
  void aVirialIsPositiveUnderCompression() throws IOException {
    Calculation run = read(HEAD + step("Single-point calculation", 2, -20, 0.5, 1) + END);
    assertThat(run.outcome()).as(run.reason()).isEqualTo(TaskOutcome.FINISHED);
    assertThat(run.elements()).containsExactly("Ag", "Au");
    Calculation.Step step = run.steps().get(0);
    assertThat(step.energy()).isEqualTo(-20);
    assertThat(step.force()).containsExactly(0.5, 0, 0, -0.5, 0, 0);
    assertThat(step.coord()).containsExactly(0, 0, 0, 2, 0, 0);
    double[] expected = {624, 62, 187, 62, 1248, 125, 187, 125, 1872};
    for (int i = 0; i < 9; i++) {
      assertThat(step.virial()[i]).isCloseTo(-expected[i] * 1e-6 * 64, within(1e-12));
    }
  }

  @Test
  void eachStepOfARelaxationHasItsOwnNumbers() throws IOException {
    String last =
        "outcoor: Relaxed atomic coordinates (Ang):\n    0.0 0.0 0.0   1       1  silver\n";
    Calculation run =
        read(
            HEAD
                + step("Begin CG opt. move =      0", 2, -20, 0.9, -40)
                + step("Begin CG opt. move =      1", 2.1, -21, 0.5, 1)
                + last
                + END);
    assertThat(run.outcome()).as(run.reason()).isEqualTo(TaskOutcome.FINISHED);
    assertThat(run.steps()).extracting(Calculation.Step::energy).containsExactly(-20.0, -21.0);
    assertThat(run.steps()).extracting(s -> s.coord()[3]).containsExactly(2.0, 2.1);
    assertThat(run.steps()).extracting(s -> s.force()[0]).containsExactly(0.9, 0.5);
    assertThat(run.steps().get(0).virial()[0]).isCloseTo(40 * 64 / 1602.176634, within(1e-9));
    assertThat(run.steps().get(1).virial()[0]).isCloseTo(-0.000624 * 64, within(1e-12));
    assertThat(run.steps().get(0).virial()[1]).isCloseTo(-0.1 * 64 / 1602.176634, within(1e-9));
  }

  /** With what moving atoms add, it is no virial of the geometry. */
  @Test
  void theStressOfDynamicsIsNone() throws IOException {
    Calculation run =
        read(
            HEAD
                + step("Begin MD step =      1", 2, -20, 0.9, -40)
                + step("Begin MD step =      2", 2.1, -21, 0.5, 1)
                + ">> End of run:\n");
    assertThat(run.steps()).hasSize(2).allMatch(step -> step.virial() == null);
  }

  @Test
  void whatIsMissingIsNamed() throws IOException {
    String whole = HEAD + step("Single-point calculation", 2, -20, 0.5, 1) + END;
    assertThat(read(whole).steps()).hasSize(1);
    assertThat(read(whole.replace("Atomic forces (eV/Ang)", "x")).reason())
        .contains("holds no forces", "WriteForces");
    assertThat(read(whole.replace("outcoor", "x")).reason())
        .contains("holds no coordinates", "WriteCoorStep");
    assertThat(read(whole.replace("E_KS(eV)", "x")).reason()).contains("holds no energy");
    Calculation usedUp =
        read(whole.replace("SCF cycle converged", "x").replace("scf:    9", "scf:   50"));
    assertThat(usedUp.outcome()).isEqualTo(TaskOutcome.UNCONVERGED);
    assertThat(usedUp.steps()).noneMatch(Calculation.Step::converged);
  }
}
