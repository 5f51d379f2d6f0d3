package org.dpsieve.label.dpdata;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.dpsieve.label.ProgramFixture.TYPE_MAP;
import static org.dpsieve.label.ProgramFixture.config;
import static org.dpsieve.label.ProgramFixture.file;
import static org.dpsieve.label.ProgramFixture.goldSilver;
import static org.dpsieve.label.ProgramFixture.pseudopotential;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.dpsieve.config.ProgramConfig;
import org.dpsieve.error.InputException;
import org.dpsieve.frame.Frame;
import org.dpsieve.frame.Labels;
import org.dpsieve.label.AtomOrder;
import org.dpsieve.label.LabelResult;
import org.dpsieve.label.OutputReader;
import org.dpsieve.label.TaskLabeller;
import org.dpsieve.label.TaskOutcome;
import org.dpsieve.label.TaskOutputs;
import org.dpsieve.testing.DeepmdKit;
import org.junit.jupiter.api.Test;

class DpdataLabellersTest {
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
  void siestaOutputsAreToldApart() throws IOException {
    DeepmdKit.dp();
    byte[] cut = "siesta: stops here\n".getBytes(UTF_8);
    LabelResult crashed = read(SiestaLabeller.READER, "output", cut);
    assertThat(crashed.outcome()).isEqualTo(TaskOutcome.CRASHED);
    byte[] unconverged = "SCF_NOT_CONV: SCF did not converge\n>> End of run\n".getBytes(UTF_8);
    assertThat(read(SiestaLabeller.READER, "output", unconverged).outcome())
        .isEqualTo(TaskOutcome.UNCONVERGED);
    assertThat(read(SiestaLabeller.READER, "output", new byte[0]).outcome())
        .isEqualTo(TaskOutcome.MISSING_OUTPUT);
  }

  private static LabelResult read(OutputReader reader, String name, byte[] text) {
    return new Reading(reader).read(file(name, text), goldSilver());
  }

  /** A labeller of which only the reading is of interest. */
  private record Reading(OutputReader reader) implements TaskLabeller {
    @Override
    public String style() {
      return "test";
    }

    @Override
    public Optional<Finding> check(Frame frame) {
      return Optional.empty();
    }

    @Override
    public Map<String, byte[]> taskFiles(Frame frame) {
      return Map.of();
    }

    @Override
    public Map<String, byte[]> groupFiles(Frame frame) {
      return Map.of();
    }

    @Override
    public int[] atomOrder(Frame frame) {
      return AtomOrder.of(frame, TYPE_MAP);
    }
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
                    ", \"fragment_guesses\": true, \"basis_set\": \"6-31g\", \"keywords_high_multiplicity\": [\"a\", \"b\"]")));
    assertThat(text(guess.taskFiles(frame), "input"))
        .startsWith(
            "%chk=dpsieve.chk\n%nproc=4\n#a guess=fragment=4\n\nDPGEN\n\n0 5 0 3 0 2 0 2 0 1\n")
        .contains("O(Fragment=1) 0.0", "H(Fragment=4) 30.96", "\n\n6-31g\n\n", "--link1--");
    GaussianLabeller given =
        GaussianLabeller.load(
            oh, config("fp_params", settings.formatted(", \"multiplicity\": 7, \"charge\": -1")));
    assertThat(text(given.taskFiles(frame), "input")).contains("\n-1 7\n");
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
}
