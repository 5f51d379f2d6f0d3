package org.dpsieve.label.gaussian;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.dpsieve.label.ProgramFixture.config;
import static org.dpsieve.label.ProgramFixture.file;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.dpsieve.error.InputException;
import org.dpsieve.frame.Frame;
import org.dpsieve.frame.Labels;
import org.dpsieve.label.Calculation;
import org.dpsieve.label.TaskOutcome;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GaussianLabellerTest {
  private static String text(Map<String, byte[]> files, String name) {
    return new String(files.get(name), UTF_8);
  }

  @Test
  void gaussianGuessesTheSpinByMolecules() throws IOException {
    // O2, two OH radicals, water, far from one another
    int[] z = {8, 8, 8, 1, 8, 1, 8, 1, 1};
    double[] coord = {
      0, 0, 0, 1.2, 0, 0, 10, 0, 0, 10.97, 0, 0, 20, 0, 0, 20.97, 0, 0, 30, 0, 0, 30.96, 0, 0,
      29.76, 0.93, 0
    };
    Frame frame = new Frame("gas", 0, z, coord, null, Labels.NONE);
    String settings = "{\"keywords\": \"force b3lyp/6-31g**\", \"nproc\": 4%s}";
    List<String> oh = List.of("H", "O");
    GaussianLabeller plain = GaussianLabeller.load(oh, config("fp_params", settings.formatted("")));
    assertThat(text(plain.taskFiles(frame), "input"))
        .startsWith("%nproc=4\n#force b3lyp/6-31g**\n\nDPGEN\n\n0 3\nH 10.9700000000 ");
    GaussianLabeller guess =
        GaussianLabeller.load(
            oh,
            config(
                "fp_params",
                settings.formatted(
                    ", \"fragment_guesses\": true, \"basis_set\": \"6-31g\", \"keywords_high_multiplicity\": [\"a\", \"b force\"]")));
    assertThat(text(guess.taskFiles(frame), "input"))
        .startsWith(
            "%chk=dpsieve.chk\n%nproc=4\n#a guess=fragment=4\n\nDPGEN\n\n0 5 0 3 0 2 0 2 0 1\n")
        .contains("O(Fragment=1) 0.0", "H(Fragment=4) 30.96", "\n\n6-31g\n\n", "--link1--");
    GaussianLabeller given =
        GaussianLabeller.load(
            oh, config("fp_params", settings.formatted(", \"multiplicity\": 7, \"charge\": -1")));
    assertThat(text(given.taskFiles(frame), "input")).contains("\n-1 7\n");
  }

  private static Calculation read(String text) throws IOException {
    return new GaussianReader().read("output", file("output", text.getBytes(UTF_8)));
  }

  private static final String START =
      " Entering Gaussian System, Link 0=g16\n Initial command:\n --\n #force pbepbe/3-21g\n --\n";
  private static final String END = " Normal termination of Gaussian 16 at some time.\n";

  private static String places(double x) {
    return """
                                 Input orientation:
        ---------------------------------------------------------------------
        Center     Atomic      Atomic             Coordinates (Angstroms)
        Number     Number       Type             X           Y           Z
        ---------------------------------------------------------------------
             1          1           0        0.000000    0.000000    0.000000
             2          9           0    %12.6f    0.000000    0.000000
        ---------------------------------------------------------------------
       """
        .formatted(x)
        .replace("       Input", "            Input");
  }

  private static String energy(double hartree) {
    return " SCF Done:  E(RPBE-PBE) =  %.10f     A.U. after    9 cycles\n".formatted(hartree);
  }

  private static String forces(double x) {
    return """
        -------------------------------------------------------------------
        Center     Atomic                   Forces (Hartrees/Bohr)
        Number     Number              X              Y              Z
        -------------------------------------------------------------------
             1        1      %15.9f%15.9f%15.9f
             2        9      %15.9f%15.9f%15.9f
        -------------------------------------------------------------------
       """
        .formatted(x, 0.0, 0.0, -x, 0.0, 0.0);
  }

  @Test
  void aSinglePointIsRead() throws IOException {
    Calculation run = read(START + places(0.92) + energy(-100) + forces(-12345.5) + END);
    assertThat(run.outcome()).as(run.reason()).isEqualTo(TaskOutcome.FINISHED);
    assertThat(run.elements()).containsExactly("H", "F");
    Calculation.Step step = run.steps().get(0);
    assertThat(step.cell()).isNull();
    assertThat(step.coord()).containsExactly(0, 0, 0, 0.92, 0, 0);
    assertThat(step.energy()).isCloseTo(-2721.1386245988, within(1e-9));
    // the columns of so large a force touch
    assertThat(step.force()[0]).isCloseTo(-12345.5 * 51.422067, within(1e-2));
  }

  /** Geometry, energy and forces of a step are never of two. */
  @Test
  void stepsAreNotMixed() throws IOException {
    Calculation run =
        read(
            START
                + places(0.92)
                + energy(-100)
                + forces(0.1)
                + places(0.95)
                + energy(-101)
                + forces(0.2)
                + places(0.96) // after the last step, once more
                + END);
    assertThat(run.steps()).extracting(step -> step.coord()[3]).containsExactly(0.92, 0.95);
    assertThat(run.steps().get(1).energy()).isCloseTo(-101 * 27.211386245988, within(1e-9));
    assertThat(read(START + places(0.9) + energy(-1) + places(1) + forces(0.1) + END).steps())
        .isEmpty();
  }

  /** Routes one after another are other levels of theory. */
  @Test
  void theLastJobWithForcesCounts() throws IOException {
    String other = " Initial command:\n --\n #force pm6 guess=read\n --\n";
    String one = START + places(0.92) + energy(-100) + forces(0.1) + END;
    Calculation run = read(one + other + places(0.92) + energy(-50) + forces(0.3) + END);
    assertThat(run.steps()).hasSize(1);
    assertThat(run.steps().get(0).energy()).isCloseTo(-50 * 27.211386245988, within(1e-9));
    assertThat(read(one + other + places(0.92) + energy(-50) + END).steps()).hasSize(1);
    assertThat(read(one + other + places(0.92)).outcome()).isEqualTo(TaskOutcome.CRASHED);
  }

  /** Forces are of the last level that is printed, so the energy is, too. */
  @Test
  void theEnergyIsOfTheForcesLevel() throws IOException {
    String second = " E2 =    -0.1000000000D+01 EUMP2 =    -0.10100000000000D+03\n";
    Calculation run = read(START + places(1) + energy(-100) + second + forces(0.1) + END);
    assertThat(run.steps().get(0).energy()).isCloseTo(-101 * 27.211386245988, within(1e-9));
  }

  @Test
  void whatIsMissingOrWrongIsNamed() throws IOException {
    assertThat(read(START + places(1) + energy(-100) + END).reason())
        .isEqualTo("holds no forces: the keyword force is missing (route: #force pbepbe/3-21g)");
    assertThat(read(START + energy(-100) + forces(0.1) + END).reason())
        .contains("geom=printinputorient");
    assertThat(read(START + places(1) + forces(0.1) + END).reason()).contains("holds no energy");
    assertThat(read("hello\n").reason()).isEqualTo("not an output of Gaussian");
    Calculation killed = read(START + places(1) + energy(-100) + forces(0.1));
    assertThat(killed.outcome()).isEqualTo(TaskOutcome.CRASHED);
    assertThat(killed.steps()).hasSize(1);
    String unmet = " >>>>>>>>>> Convergence criterion not met.\n";
    Calculation unconverged = read(START + places(1) + unmet + energy(-1) + forces(0.1) + END);
    assertThat(unconverged.outcome()).isEqualTo(TaskOutcome.UNCONVERGED);
    assertThat(unconverged.steps()).noneMatch(Calculation.Step::converged);
  }

  @Test
  void onlyMoleculesAreLabelled() throws IOException {
    GaussianLabeller labeller =
        GaussianLabeller.load(
            List.of("H"), config("fp_params", "{\"keywords\": \"pm6 force\", \"nproc\": 1}"));
    double[] cell = {5, 0, 0, 0, 5, 0, 0, 0, 5};
    Frame periodic = new Frame("bulk", 0, new int[] {1}, new double[3], cell, Labels.NONE);
    assertThat(labeller.check(periodic).orElseThrow().reason()).isEqualTo("periodic");
    Frame molecule = new Frame("gas", 0, new int[] {1}, new double[3], null, Labels.NONE);
    assertThat(labeller.check(molecule)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"b3lyp/6-31g**\"",
        "\"opt b3lyp/6-31g** force\"",
        "[\"pm6 force\", \"b3lyp/6-31g**\"]"
      })
  void routesThatGiveNoLabelAreRefused(String keywords) {
    assertThatThrownBy(
            () ->
                GaussianLabeller.load(
                    List.of("H"),
                    config("fp_params", "{\"keywords\": %s, \"nproc\": 1}".formatted(keywords))))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("fp_params.keywords")
        .hasMessageContaining("expected the keyword force");
  }
}
