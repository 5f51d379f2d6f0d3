package org.dpsieve.io.extxyz;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.data.Offset;
import org.dpsieve.error.InputException;
import org.dpsieve.frame.Frame;
import org.dpsieve.io.FrameSystem;
import org.dpsieve.io.LocalStorage;
import org.dpsieve.io.extxyz.UnitName.Dimension;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Units, names of labels and directions of periodicity in the comment of a frame. */
class ExtxyzLabelsTest {
  /** CODATA 2018. */
  private static final double HARTREE = 27.211386245988;

  private static final double BOHR = 0.529177210903;
  private static final double KCAL_PER_MOL = 4184 / 6.02214076e23 / 1.602176634e-19;
  private static final double KBAR = 1e8 * 1e-30 / 1.602176634e-19;
  private static final String CELL = "Lattice=\"5 0 0 0 5 0 0 0 5\"";
  private static final Offset<Double> CLOSE = within(1e-14);

  @TempDir private Path folder;

  private final List<String> ignored = new ArrayList<>();

  private Frame read(String comment, ExtxyzKeys keys) throws IOException {
    Path file = folder.resolve("a.xyz");
    Files.writeString(file, "2\n" + comment + "\nSi 0 0 0 0.1 0.2 0.3\nSi 1 1 2 -0.1 -0.2 -0.3\n");
    try (FrameSystem system = new ExtxyzSystem(new LocalStorage(), file.toString(), "a", keys)) {
      Frame frame = system.read(system.runs(100).get(0)).get(0);
      ignored.addAll(system.ignored());
      return frame;
    }
  }

  private Frame read(String comment) throws IOException {
    return read(CELL + " Properties=species:S:1:pos:R:3:forces:R:3 " + comment, ExtxyzKeys.DEFAULT);
  }

  @Test
  void unitsThatTheFileNamesAreConverted() throws IOException {
    Frame frame =
        read(
            "energy=-0.5 stress=\"10 0 0 0 20 0 0 0 30\" energy-unit=hartree"
                + " force-unit=hartree/bohr stress-unit=kbar pbc=\"T T T\"");
    assertThat(frame.labels().energy()).isCloseTo(-0.5 * HARTREE, CLOSE);
    assertThat(frame.labels().force()[5]).isCloseTo(-0.3 * HARTREE / BOHR, CLOSE);
    assertThat(frame.labels().virial()[0]).isCloseTo(-125 * 10 * KBAR, CLOSE);
    assertThat(frame.labels().virial()[8]).isCloseTo(-125 * 30 * KBAR, CLOSE);
    assertThat(frame.coord()[5]).isEqualTo(2);
    assertThat(ignored).isEmpty();

    frame =
        read(
            "energy=-10 Energy_Units=\"kcal/mol\" forces_unit=\"kcal/(mol*Å)\" virial=\"1 0 0 0 1 0 0 0 1\"");
    assertThat(frame.labels().energy()).isCloseTo(-10 * KCAL_PER_MOL, CLOSE);
    assertThat(frame.labels().force()[0]).isCloseTo(0.1 * KCAL_PER_MOL, CLOSE);
    assertThat(frame.labels().virial()[4]).as("in the energy's").isCloseTo(KCAL_PER_MOL, CLOSE);

    frame =
        read(
            "energy=1 length-unit=bohr unit_energy=Ry forces-unit=eV/Ang virial-unit=eV virial=\"1 0 0 0 1 0 0 0 1\"");
    assertThat(frame.coord()[5]).isCloseTo(2 * BOHR, CLOSE);
    assertThat(frame.cell()[8]).isCloseTo(5 * BOHR, CLOSE);
    assertThat(frame.labels().energy()).isCloseTo(HARTREE / 2, CLOSE);
    assertThat(frame.labels().force()[0]).isEqualTo(0.1);
    assertThat(frame.labels().virial()[0]).isEqualTo(1);

    frame = read("energy=1 units=\"eV Angstrom\" dipole_unit=Debye dipole=\"1 2 3\"");
    assertThat(frame.labels().energy()).isEqualTo(1);
    assertThat(frame.labels().force()[0]).isEqualTo(0.1);
  }

  @ParameterizedTest
  @CsvSource({
    "energy-unit=nonsense, energy-unit=nonsense is not known",
    "energy-unit=kcal, energy-unit=kcal is not known",
    "energy-unit=eV/Å, energy-unit=eV/Å is not known",
    "energy-unit=MeV, energy-unit=MeV is not known",
    "force-unit=newton, force-unit=newton is not known",
    "force-unit=hartree, force-unit=hartree is not known",
    "stress-unit=psi, stress-unit=psi is not known",
    "length-unit=inch, length-unit=inch is not known",
    "units=hartree, units=hartree does not say of what",
    "units=real, units=real does not say of what",
    "energy-unit=hartree, force has no unit",
    "dft_energy_unit=hartree, dft_energy_unit=hartree does not say whether",
    "energy-unit=eV energy_unit=hartree, another key says",
  })
  void otherUnitsAreRefusedByName(String comment, String message) {
    assertThatThrownBy(() -> read("energy=1 " + comment))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("a.xyz: frame at line 1: ")
        .hasMessageContaining(message);
  }

  @Test
  void ipiUnitsAreRefused() {
    assertThatThrownBy(
            () ->
                read(
                    "# CELL(abcABC): 5 5 5 90 90 90 cell{atomic_unit} Traj: positions{angstrom}",
                    ExtxyzKeys.DEFAULT))
        .hasMessageContaining("'cell{atomic_unit}' is a unit as i-PI writes it");
  }

  @ParameterizedTest
  @CsvSource({
    "eV, ENERGY, 1",
    "meV, ENERGY, 1e-3",
    "Ha, ENERGY, 27.211386245988",
    "a.u., ENERGY, 27.211386245988",
    "atomic_unit, LENGTH, 0.529177210903",
    "Rydberg, ENERGY, 13.605693122994",
    "kJ/mol, ENERGY, 0.010364269656262",
    "kcal_mol, ENERGY, 0.043364104241800",
    "kcal mol^-1, ENERGY, 0.043364104241800",
    "ANGSTROM, LENGTH, 1",
    "nm, LENGTH, 10",
    "a0, LENGTH, 0.529177210903",
    "Ha/Bohr, FORCE, 51.422067476325",
    "au, FORCE, 51.422067476325",
    "eV/nm, FORCE, 0.1",
    "eV per Angstrom, FORCE, 1",
    "ev/ang., FORCE, 1",
    "kcal/mol/Angstrom, FORCE, 0.043364104241800",
    "kJ/mol/nm, FORCE, 0.0010364269656262",
    "meV Å^-1, FORCE, 1e-3",
    "eV/A^3, STRESS, 1",
    "eV/Angstrom**3, STRESS, 1",
    "eV/Å³, STRESS, 1",
    "eV/A3, STRESS, 1",
    "GPa, STRESS, 0.0062415090744608",
    "kB, STRESS, 6.2415090744608e-4",
    "bar, STRESS, 6.2415090744608e-7",
    "MPa, STRESS, 6.2415090744608e-6",
    "au/bohr^3, STRESS, 183.63153644969503",
  })
  void unitsAreKnownByManyNames(String name, Dimension dimension, double factor) {
    double found = UnitName.factor(name, dimension).orElseThrow();
    assertThat(found / factor).isCloseTo(1, within(1e-12));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "/",
        "eV/",
        "eV^",
        "eV^9",
        "(eV",
        "eV)",
        "()",
        "((((((((((eV))))))))))",
        "eV eV",
        "mPa",
        "kcal/mol/mol",
        "1",
        "eVeV",
        "eV-Å",
        "eV/Å/Å/Å/Å"
      })
  void nonsenseIsNoUnit(String name) {
    for (Dimension dimension : Dimension.values()) {
      assertThat(UnitName.factor(name, dimension)).as(dimension.name()).isEmpty();
    }
    assertThat(UnitName.factor("eV(".repeat(100_000), Dimension.ENERGY)).isEmpty();
  }

  @Test
  void labelsAreReadUnderTheNamesThatAreGiven() throws IOException {
    String comment =
        CELL
            + " Properties=species:S:1:pos:R:3:REF_forces:R:3 energy=7 dft_energy=-3"
            + " REF_stresses=\"1 2 3 4 5 6\"";
    Frame frame = read(comment, ExtxyzKeys.DEFAULT);
    assertThat(frame.labels().energy()).isEqualTo(7);
    assertThat(frame.labels().force()).isNull();
    assertThat(ignored).containsExactly("REF_forces", "REF_stresses", "dft_energy");
    assertThat(ExtxyzKeys.suggestion(ignored))
        .isEqualTo("energy=dft_energy,forces=REF_forces,stress=REF_stresses");

    ignored.clear();
    ExtxyzKeys keys =
        ExtxyzKeys.of("energy=dft_energy, forces=ref_FORCES,stress=REF_stresses,fparam=charge");
    frame = read(comment + " charge=2 dft_energy_unit=Ha forces-unit=eV/A stress-unit=GPa", keys);
    assertThat(frame.labels().energy()).isCloseTo(-3 * HARTREE, CLOSE);
    assertThat(frame.labels().force()).containsExactly(0.1, 0.2, 0.3, -0.1, -0.2, -0.3);
    assertThat(frame.labels().virial()[1]).isCloseTo(-125 * 6 * 10 * KBAR, CLOSE);
    assertThat(frame.fparam()).containsExactly(2);
    assertThat(ignored).containsExactly("energy");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"energie=E", "energy", "energy=", "energy=a,energy=b", "energy=a,forces=a"})
  void otherKeysAreRefused(String text) {
    assertThatThrownBy(() -> ExtxyzKeys.of(text))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("energy=REF_energy,forces=REF_forces");
  }

  @Test
  void virialsAndStressesAreReadInEitherForm() throws IOException {
    assertThat(read("virials=\"1 2 3 4 5 6 7 8 9\"").labels().virial())
        .containsExactly(1, 4, 7, 2, 5, 8, 3, 6, 9);
    assertThat(read("stresses=\"0.1 0 0 0 0.2 0 0 0 0.3\"").labels().virial())
        .containsExactly(new double[] {-12.5, 0, 0, 0, -25, 0, 0, 0, -37.5}, within(1e-13));
  }

  @ParameterizedTest
  @CsvSource({"T T T, 1", "F F F, 0", "true True 1, 1", "T, 1", "'0,0,0', 0"})
  void periodicInAllDirectionsOrNone(String pbc, int cells) throws IOException {
    assertThat(read("pbc=\"%s\"".formatted(pbc)).cell() == null ? 0 : 1).isEqualTo(cells);
  }

  @ParameterizedTest
  @CsvSource({
    "T T F, periodic in 2 of three directions",
    "F F T, periodic in 1 of three directions",
    "'True, False, True', periodic in 2 of three directions",
    "T T, expected T or F for each of three directions",
    "yes yes yes, expected T or F for each of three directions",
    "T T T T, expected T or F for each of three directions",
  })
  void otherPeriodicityIsRefused(String pbc, String message) {
    assertThatThrownBy(() -> read("energy=1 pbc=\"%s\"".formatted(pbc)))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("a.xyz: frame at line 1: pbc=\"" + pbc)
        .hasMessageContaining(message);
  }

  @Test
  void periodicWithoutLatticeIsRefused() {
    assertThatThrownBy(() -> read("pbc=\"T T T\"", ExtxyzKeys.DEFAULT))
        .hasMessageContaining("pbc=\"T T T\", but no Lattice");
  }

  @Test
  void someWrongFramesAreToldAndTheRestCounted() throws IOException {
    Path file = folder.resolve("many.xyz");
    Files.writeString(
        file, ("1\n" + CELL + " pbc=\"T F T\"\nSi 0 0 0\n").repeat(9) + "1\n\nSi 0 0 0\n");
    try (FrameSystem system =
        new ExtxyzSystem(new LocalStorage(), file.toString(), "a", ExtxyzKeys.DEFAULT)) {
      assertThatThrownBy(() -> system.runs(100))
          .hasMessageContaining("frame at line 1: pbc")
          .hasMessageContaining("frame at line 13: pbc")
          .hasMessageContaining("many.xyz: and 4 frames more");
    }
  }
}
