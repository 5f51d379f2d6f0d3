package org.dpsieve.label.espresso;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.dpsieve.label.ProgramFixture.TYPE_MAP;
import static org.dpsieve.label.ProgramFixture.config;
import static org.dpsieve.label.ProgramFixture.file;
import static org.dpsieve.label.ProgramFixture.folder;
import static org.dpsieve.label.ProgramFixture.goldSilver;
import static org.dpsieve.label.ProgramFixture.pseudopotential;
import static org.dpsieve.label.ProgramFixture.resource;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.dpsieve.d3.D3Options;
import org.dpsieve.d3.Damping;
import org.dpsieve.d3.DispersionD3;
import org.dpsieve.error.InputException;
import org.dpsieve.frame.Frame;
import org.dpsieve.frame.Labels;
import org.dpsieve.label.AtomicUnits;
import org.dpsieve.label.Calculation;
import org.dpsieve.label.LabelResult;
import org.dpsieve.label.TaskOutcome;
import org.dpsieve.testing.Programs;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PwscfLabellerTest {
  /** 40 Ry: not converged, but the same on every machine to more digits than the test asks for. */
  private static final String SETTINGS =
      """
      {"control": {"disk_io": "none", "outdir": "./OUT"},
       "system": {"ecutwfc": 40, "occupations": "smearing", "smearing": "mv", "degauss": 0.02,
                  "nosym": true%s},
       "electrons": {"conv_thr": 1e-11, "mixing_beta": 0.4%s},
       "kspacing": 0.8}
      """;

  private static final String D3 =
      ", \"vdw_corr\": \"dft-d3\", \"dftd3_version\": 3, \"dftd3_threebody\": false";

  @TempDir Path work;

  private static PwscfLabeller labeller(String system, String electrons) throws IOException {
    return PwscfLabeller.load(
        TYPE_MAP,
        config(
            "user_fp_params",
            SETTINGS.formatted(system, electrons),
            pseudopotential("Ag"),
            pseudopotential("Au")));
  }

  private LabelResult run(String name, PwscfLabeller labeller, Frame frame, int exitCode)
      throws IOException, InterruptedException {
    Path program = Programs.find("DPSIEVE_PW", "pw.x");
    Path task = Files.createDirectory(work.resolve(name));
    Programs.write(task, labeller.taskFiles(frame));
    Programs.write(task, labeller.groupFiles(frame));
    assertThat(Programs.run(task, "output", List.of(program.toString(), "-in", "input")))
        .isEqualTo(exitCode);
    return labeller.read(folder(task), frame);
  }

  /** Two implementations of D3: pw.x's own and this program's, at pw.x's cutoffs. */
  @Test
  @Tag("peer")
  void dispersionIsWhatThisProgramAdds() throws IOException, InterruptedException {
    Frame frame = goldSilver();
    LabelResult plain = run("pbe", labeller("", ""), frame, 0);
    LabelResult corrected = run("pbe-d3", labeller(D3, ""), frame, 0);
    assertThat(plain.outcome()).as(plain.reason()).isEqualTo(TaskOutcome.FINISHED);
    assertThat(corrected.outcome()).as(corrected.reason()).isEqualTo(TaskOutcome.FINISHED);
    Labels d3 =
        new DispersionD3(
                new D3Options(
                    "pbe",
                    Damping.of("zero"),
                    Math.sqrt(9000) * AtomicUnits.BOHR,
                    40 * AtomicUnits.BOHR))
            .evaluate(frame);
    assertThat(corrected.labels().energy() - plain.labels().energy())
        .isCloseTo(d3.energy(), within(1e-5));
    for (int i = 0; i < 6; i++) {
      assertThat(corrected.labels().force()[i] - plain.labels().force()[i])
          .isCloseTo(d3.force()[i], within(1e-5));
    }
    for (int i = 0; i < 9; i++) { // pw.x prints 0.01 kbar, 2e-4 eV of this cell
      assertThat(corrected.labels().virial()[i] - plain.labels().virial()[i])
          .isCloseTo(d3.virial()[i], within(5e-3));
    }
  }

  /** Exit code 2, and JOB DONE all the same. */
  @Test
  @Tag("peer")
  void anUnconvergedRunIsNoLabel() throws IOException, InterruptedException {
    LabelResult result =
        run("unconverged", labeller("", ", \"electron_maxstep\": 2"), goldSilver(), 2);
    assertThat(result.outcome()).isEqualTo(TaskOutcome.UNCONVERGED);
    assertThat(result.reason()).contains("output: convergence NOT achieved after   2 iterations");
    assertThat(result.labels()).isEqualTo(Labels.NONE);
  }

  @Test
  @Tag("peer")
  void anErrorIsQuoted() throws IOException, InterruptedException {
    Path program = Programs.find("DPSIEVE_PW", "pw.x");
    PwscfLabeller labeller = labeller("", "");
    Programs.write(work, labeller.taskFiles(goldSilver())); // without its pseudopotentials
    Programs.run(work, "output", List.of(program.toString(), "-in", "input"));
    LabelResult result = labeller.read(folder(work), goldSilver());
    assertThat(result.outcome()).isEqualTo(TaskOutcome.CRASHED);
    assertThat(result.reason()).contains("Error in routine", "Ag.pbe-q11.gth");
  }

  @Test
  void remarksAmongTheForcesAndAnEarlierAttemptDoNoHarm() throws IOException {
    String output = resourceText("outputs/pwscf.output");
    Calculation whole = read(output);
    assertThat(whole.outcome()).as(whole.reason()).isEqualTo(TaskOutcome.FINISHED);
    int force = output.indexOf("     atom    2 type");
    String remark = "     negative rho (up, down):  2.052E-03 1.758E-03\n";
    String earlier =
        output.substring(0, output.indexOf("JOB DONE"))
            + "     convergence NOT achieved after   2 iterations: stopping\n";
    Calculation again =
        read(earlier + output.substring(0, force) + remark + output.substring(force));
    assertThat(again.outcome()).as(again.reason()).isEqualTo(TaskOutcome.FINISHED);
    assertThat(again.steps()).hasSize(1);
    assertThat(again.steps().get(0).force()).isEqualTo(whole.steps().get(0).force());
    assertThat(read(output + earlier).outcome()).isEqualTo(TaskOutcome.UNCONVERGED);
  }

  @Test
  void whatIsNoSelfConsistentLabelSaysWhy() throws IOException {
    String output = resourceText("outputs/pwscf.output");
    int at = output.indexOf("End of self-consistent calculation");
    Calculation bands =
        read(
            output.substring(0, at) + "\n     Band Structure Calculation\n" + output.substring(at));
    assertThat(bands.outcome()).isEqualTo(TaskOutcome.UNCONVERGED);
    assertThat(bands.steps()).isEmpty();
    assertThat(bands.reason()).contains("calculation must be 'scf'");
    int energy = output.indexOf("!    total energy");
    String stopped =
        output.substring(0, energy)
            + "\n     Maximum CPU time exceeded\n\n     max_seconds     =       1.00\n"
            + output.substring(output.indexOf("JOB DONE") - 3);
    Calculation timedOut = read(stopped);
    assertThat(timedOut.outcome()).isEqualTo(TaskOutcome.TIMED_OUT);
    assertThat(timedOut.reason()).contains("Maximum CPU time exceeded", "max_seconds");
    assertThat(read(output.replace("Forces acting on atoms", "x")).reason())
        .isEqualTo("holds no forces; tprnfor must be .true.");
    assertThat(read(output.replace("!    total energy", "x")).reason())
        .startsWith("holds no energy");
    Calculation isolated =
        read(output.replace("     bravais-lattice", "     Assuming isolated system\n     x"));
    assertThat(isolated.steps()).hasSize(1);
    assertThat(isolated.steps().get(0).cell()).isNull();
  }

  /** The energy of a hybrid functional is the one after the last outer iteration. */
  @Test
  void theLastEnergyOfAHybridFunctionalCounts() throws IOException {
    String output = resourceText("outputs/pwscf.output");
    int at = output.indexOf("     Forces acting on atoms");
    String last = "!!   total energy              =     -10.00000000 Ry\n";
    Calculation run = read(output.substring(0, at) + last + output.substring(at));
    assertThat(run.steps()).hasSize(1);
    assertThat(run.steps().get(0).energy()).isCloseTo(-10 * AtomicUnits.RYDBERG, within(1e-9));
  }

  /** MPI may drop all but the error. */
  @Test
  void anErrorMayBeAllThatIsLeft() throws IOException {
    Calculation lost =
        read(" %%%%\n     Error in routine  cdiaghg (668):\n      problems computing cholesky\n");
    assertThat(lost.outcome()).isEqualTo(TaskOutcome.CRASHED);
    assertThat(lost.reason()).contains("cdiaghg").contains("problems computing cholesky");
  }

  /** Two processes that write at once, and mpirun between them, as with an unbuffered pw.x. */
  @Test
  void theMessageOfAnErrorIsNotTheLaunchers() throws IOException {
    Calculation lost =
        read(
            """
                 Program PWSCF v.6.7MaX starts on 30Nov2026 at  6:37:10
             %%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%
                 Error in routine readpp (4):
            --------------------------------------------------------------------------
            MPI_ABORT was invoked on rank 1 in communicator MPI_COMM_WORLD
            with errorcode 1.
            --------------------------------------------------------------------------
             %%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%
                 Error in routine readpp (4):
                 file ./Ag.upf not found
                 file ./Ag.upf not found
            """);
    assertThat(lost.reason()).isEqualTo("Error in routine readpp: file ./Ag.upf not found");
  }

  private static String resourceText(String name) throws IOException {
    return Files.readString(resource(name), StandardCharsets.ISO_8859_1);
  }

  private static Calculation read(String output) throws IOException {
    return new PwscfReader().read("output", file("output", output.getBytes(UTF_8)));
  }

  @Test
  void writesDpgensKeys() throws IOException {
    Frame frame = goldSilver();
    String input = new String(labeller(D3, "").taskFiles(frame).get("input"), UTF_8);
    assertThat(input)
        .startsWith("&control\ndisk_io='none',\noutdir='./OUT',\ncalculation='scf',\n")
        .contains("tprnfor=.TRUE.,", "tstress=.TRUE.,", "pseudo_dir='./',", "nat=2,\nntyp=2,")
        .contains("vdw_corr='dft-d3',\ndftd3_version=3,\ndftd3_threebody=.FALSE.,")
        .contains("Ag 107.868 Ag.pbe-q11.gth\nAu 196.967 Au.pbe-q11.gth\n")
        .contains("CELL_PARAMETERS { angstrom }\n2.3306240000 1.7479680000 0.0000000000\n")
        .contains("ATOMIC_POSITIONS { angstrom }\nAg -0.0234754000 0.0557372000 -0.0341630000\nAu")
        .endsWith("K_POINTS { automatic }\n3 3 2 0 0 1\n");
    double[] mirrored = frame.cell().clone();
    for (int i = 6; i < 9; i++) {
      mirrored[i] = -mirrored[i];
    }
    Frame left = new Frame("left", 0, frame.z(), frame.coord(), mirrored, Labels.NONE);
    assertThat(new String(labeller("", "").taskFiles(left).get("input"), UTF_8))
        .contains("{ angstrom }\n-2.3306240000 -1.7479680000 ")
        .contains("0.0000000000 4.1200000000\n");
  }

  @Test
  void fpParamsAreDpgensTemplate() throws IOException {
    PwscfLabeller labeller =
        PwscfLabeller.load(
            TYPE_MAP,
            config(
                "fp_params",
                """
                {"ecut": 50, "ediff": 1e-8, "smearing": "mp:1", "sigma": 0.01, "kspacing": 8}
                """,
                pseudopotential("Ag"),
                pseudopotential("Au")));
    assertThat(new String(labeller.taskFiles(goldSilver()).get("input"), UTF_8))
        .contains("vdw_corr='TS',\necutwfc=50,\nts_vdw_econv_thr=1.0E-8,\nnosym=.TRUE.,")
        .contains("occupations='smearing',\nsmearing='mp',\ndegauss=0.01,")
        .contains("&electrons\nconv_thr=1.0E-8,\n/\n")
        .endsWith("K_POINTS gamma\n");
  }

  @Test
  void settingsThatGiveNoLabelAreRefused() {
    assertThatThrownBy(
            () -> PwscfLabeller.load(TYPE_MAP, config("user_fp_params", "{\"control\": {}}")))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("kspacing is missing");
    assertThatThrownBy(
            () ->
                PwscfLabeller.load(
                    TYPE_MAP,
                    config(
                        "user_fp_params",
                        "{\"control\": {\"calculation\": \"relax\"}, \"kspacing\": 1}")))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("control.calculation is \"relax\", expected scf");
  }

  /** A dipole may be wanted of a molecule in its cell, energies and forces never. */
  @Test
  void isolatedMoleculesAreForOtherQuantities() throws IOException {
    PwscfLabeller labeller = labeller(", \"assume_isolated\": \"makov-payne\"", "");
    assertThat(labeller.isolated().orElseThrow())
        .contains("system.assume_isolated is 'makov-payne'");
    assertThat(labeller("", "").isolated()).isEmpty();
    double[] cube = {6.5, 0, 0, 0, 6.5, 0, 0, 0, 6.5};
    Frame frame = new Frame("dimer", 0, new int[] {47, 79}, new double[6], cube, Labels.NONE);
    assertThat(labeller.check(frame)).isEmpty();
    assertThat(new String(labeller.taskFiles(frame).get("input"), StandardCharsets.UTF_8))
        .contains("ibrav=1,\nA=6.5000000000,\nnat=2") // pw.x takes no other for it
        .doesNotContain("CELL_PARAMETERS");
    double[] longer = cube.clone();
    longer[8] = 7;
    Frame other = new Frame("dimer", 1, frame.z(), frame.coord(), longer, Labels.NONE);
    assertThat(labeller.check(other).orElseThrow().detail())
        .contains("cubic cell along x, y and z");
  }
}
