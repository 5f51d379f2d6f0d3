package org.dpsieve.label.property;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.dpsieve.error.InputException;
import org.dpsieve.frame.Property;
import org.dpsieve.label.OutputFiles;
import org.dpsieve.label.TaskOutcome;
import org.dpsieve.testing.Shared;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What programs print, and what commands do. */
class PropertySourceTest {
  private static final Property GAP = Property.of("gap:intensive");

  @TempDir private Path folder;

  private double[] read(PropertySource source) throws IOException {
    return source.read(OutputFiles.folder(folder), GAP);
  }

  private void write(String name, String... lines) throws IOException {
    Files.write(folder.resolve(name), List.of(lines));
  }

  private static PropertyCommand command(String script) {
    return new PropertyCommand(List.of("sh", "-c", script), "sh -c " + script);
  }

  @Test
  void pwscfPrintsFermiEnergyMagnetizationAndDipole() throws IOException {
    write(
        "output",
        "     Program PWSCF v.6.7 starts",
        "     the Fermi energy is     1.0000 ev",
        "     Program PWSCF v.6.7 starts",
        "     the Fermi energy is     9.5000 ev",
        "     the Fermi energy is    -3.2305 ev",
        "     total magnetization       =     1.98 Bohr mag/cell",
        "     Dipole moments (with respect to x0):",
        "     Elect   0.1000  -0.2000-10.3000 au (Ha),   0.0000   0.0000   0.0000 Debye",
        "     Total   1.0000  -2.0000-10.5000 au (Ha),   2.5418  -5.0835  26.6885 Debye");
    assertThat(read(PrintedQuantity.FERMI_ENERGY)).containsExactly(-3.2305);
    assertThat(read(PrintedQuantity.TOTAL_MAGNETIZATION)).containsExactly(1.98);
    assertThat(read(PrintedQuantity.DIPOLE))
        .containsExactly(new double[] {0.52917721, -1.05835442, -5.55636072}, within(1e-6));
  }

  /** A file that pw.x 6.7 wrote. */
  @Test
  void aRealOutputIsRead() throws IOException {
    try (InputStream real = getClass().getResourceAsStream("/label/outputs/pwscf.output")) {
      Files.copy(real, folder.resolve("output"));
    }
    assertThat(read(PrintedQuantity.FERMI_ENERGY)).containsExactly(13.2305);
    assertThatThrownBy(() -> read(PrintedQuantity.TOTAL_MAGNETIZATION))
        .hasMessageContaining("nspin = 2");
  }

  @Test
  void vaspPrintsThemToo() throws IOException {
    write(
        "OUTCAR",
        " E-fermi :   4.2342     XC(G=0):  -9.7 alpha+bet : -8.5",
        " number of electron      16.0000000 magnetization ",
        " number of electron      16.0000000 magnetization       2.0000151",
        "   IDIPOL =      4    1-x, 2-y, 3-z, 4-all directions ",
        " dipolmoment           0.000013     -0.018384      0.010849 electrons x Angstroem");
    assertThat(read(PrintedQuantity.FERMI_ENERGY)).containsExactly(4.2342);
    assertThat(read(PrintedQuantity.TOTAL_MAGNETIZATION)).containsExactly(2.0000151);
    // of the electrons: a dipole points to the positive charge
    assertThat(read(PrintedQuantity.DIPOLE)).containsExactly(-0.000013, 0.018384, -0.010849);
    Files.delete(folder.resolve("OUTCAR"));
    write("vasprun.xml", "<dos>", "   <i name=\"efermi\">     -6.68644624 </i>");
    assertThat(read(PrintedQuantity.FERMI_ENERGY)).containsExactly(-6.68644624);
  }

  /** VASP prints three numbers, of which two are of no boundary of the cell. */
  @Test
  void aDipoleOfVaspAlongOneDirectionIsNone() throws IOException {
    write(
        "OUTCAR",
        "   LDIPOL =      T    correct potential (dipole corrections)",
        "   IDIPOL =      3    1-x, 2-y, 3-z, 4-all directions ",
        " dipolmoment           0.565829     -0.580066     -0.580452 electrons x Angstroem");
    assertThatThrownBy(() -> read(PrintedQuantity.DIPOLE))
        .isInstanceOf(NoProperty.class)
        .hasMessage(
            "OUTCAR: dipole: IDIPOL =      3 is of one direction, expected IDIPOL = 4, of all three");
  }

  /** Files that VASP 5 and 6 wrote. */
  @ParameterizedTest
  @CsvSource({
    "6362_OUTCAR, OUTCAR, 2.8432",
    "OUTCAR.h2o.md, OUTCAR, -6.6864",
    "Ti-O-Ti-v6_OUTCAR, OUTCAR, 2.1341",
    "vasprun.h2o.md.xml, vasprun.xml, -6.70112128"
  })
  void realOutputsOfVaspAreRead(String file, String name, double fermi) throws IOException {
    Files.copy(Shared.path("vasp/" + file), folder.resolve(name));
    assertThat(read(PrintedQuantity.FERMI_ENERGY)).containsExactly(fermi);
    assertThatThrownBy(() -> read(PrintedQuantity.TOTAL_MAGNETIZATION))
        .hasMessageContaining("ISPIN = 2");
  }

  @Test
  void whatIsNotPrintedIsAnOutcome() throws IOException {
    write("output", "     Program PWSCF v.6.7 starts", "     the Fermi energy is  ******** ev");
    assertThatThrownBy(() -> read(PrintedQuantity.FERMI_ENERGY))
        .isInstanceOf(NoProperty.class)
        .hasMessageContaining("no fermi energy in output or OUTCAR or vasprun.xml")
        .hasMessageContaining("smeared");
    assertThatThrownBy(() -> read(PrintedQuantity.DIPOLE)).hasMessageContaining("makov-payne");
  }

  @Test
  void aCommandPrintsJson() throws IOException {
    assertThat(read(command("echo 1.5"))).containsExactly(1.5);
    Files.delete(folder.resolve(PropertyCommand.KEPT));
    assertThat(read(command("echo hello; echo '{\"gap\": [[1, 2], [3, 4e-1]]}'")))
        .containsExactly(1, 2, 3, 0.4);
  }

  @Test
  void itRunsOnceInTheTasksFolder() throws IOException {
    write("number", "2.25");
    PropertyCommand counting = command("echo run >> runs; cat number");
    assertThat(read(counting)).containsExactly(2.25);
    assertThat(read(counting)).containsExactly(2.25);
    assertThat(folder.resolve("runs")).hasContent("run");
    try (var files = Files.list(folder)) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .containsExactlyInAnyOrder("number", "runs", "property.json", "property.log");
    }
  }

  @Test
  void aCommandThatFailsIsAnOutcomeAndIsRunAgain() throws IOException {
    assertThatThrownBy(() -> read(command("echo 1; echo no license >&2; exit 3")))
        .isInstanceOfSatisfying(
            NoProperty.class, e -> assertThat(e.outcome()).isEqualTo(TaskOutcome.CRASHED))
        .hasMessage("property_from: exit code 3: no license");
    for (String nothing : List.of("true", "echo NaN", "echo '\"a\"'", "echo '{\"other\": 1}'")) {
      assertThatThrownBy(() -> read(command(nothing)))
          .isInstanceOfSatisfying(
              NoProperty.class, e -> assertThat(e.outcome()).isEqualTo(TaskOutcome.UNPARSABLE))
          .hasMessageContaining("expected JSON");
    }
    assertThat(folder.resolve(PropertyCommand.KEPT)).doesNotExist();
    assertThat(read(command("echo 7"))).containsExactly(7);
  }

  @Test
  void aCommandThatHangsIsKilledWithAllItStarted() throws IOException, InterruptedException {
    PropertyCommand hanging =
        new PropertyCommand(List.of("sh", "-c", "sleep 987 & echo $! > child; wait"), "sleep", 1);
    assertThatThrownBy(() -> read(hanging))
        .isInstanceOfSatisfying(
            NoProperty.class, e -> assertThat(e.outcome()).isEqualTo(TaskOutcome.TIMED_OUT))
        .hasMessage("property_from: no end after 1 s");
    long child = Long.parseLong(Files.readString(folder.resolve("child")).strip());
    Path words = Path.of("/proc", Long.toString(child), "cmdline"); // of a zombie it has none
    for (int k = 0; k < 50 && Files.exists(words) && !Files.readString(words).isEmpty(); k++) {
      Thread.sleep(100);
    }
    assertThat(!Files.exists(words) || Files.readString(words).isEmpty()).isTrue();
    assertThat(folder.resolve(PropertyCommand.KEPT)).doesNotExist();
  }

  @Test
  void aProgramThatIsNotThereIsEverybodysProblem() {
    assertThatThrownBy(() -> read(new PropertyCommand(List.of("no-such-program"), "")))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("'no-such-program' cannot be started");
  }
}
