package org.dpsieve.config.mapping;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.dpsieve.error.InputException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MappingReaderTest {
  @TempDir private Path folder;

  private String file(String name, String text) throws IOException {
    return Files.writeString(folder.resolve(name), text).toString();
  }

  @Test
  void everyShippedOneCanBeRead() {
    MappingReader.SHIPPED
        .keySet()
        .forEach(
            name -> {
              FrameMapping mapping = MappingReader.read(name);
              assertThat(mapping.elements()).as(name).isNotNull();
              assertThat(mapping.positions()).as(name).isNotNull();
              assertThat(mapping.id()).as(name).isNotNull();
            });
    assertThat(MappingReader.read("lemat-traj").compression()).isTrue();
    assertThat(MappingReader.read("omat").compression()).isFalse();
    assertThat(MappingReader.read("colabfit").stress()).isNull();
    assertThat(MappingReader.read("materials-project").steps()).isTrue();
  }

  @Test
  void unitsAreThoseOfExtendedXyz() throws IOException {
    FrameMapping mapping =
        MappingReader.read(
            file(
                "m.yaml",
                """
                elements: z
                positions: {column: pos, unit: bohr}
                cell: {column: h, unit: bohr}
                energy: {column: e, unit: hartree, per_atom: true}
                forces: {column: f, unit: hartree/bohr}
                stress: {column: s, unit: GPa, positive: tension, times_volume: flag}
                """));
    assertThat(mapping.positions().factor()).isCloseTo(0.529177, within(1e-6));
    assertThat(mapping.energy().factor()).isCloseTo(27.2113862, within(1e-6));
    assertThat(mapping.forces().factor()).isCloseTo(51.4220675, within(1e-6));
    assertThat(mapping.stress().factor()).isCloseTo(1 / 160.2176634, within(1e-12));
    assertThat(mapping.perAtom()).isTrue();
    assertThat(mapping.timesVolumeVaries()).isTrue();
    assertThat(mapping.columns()).containsExactly("z", "flag", "pos", "h", "e", "f", "s");
  }

  @Test
  void aFileMayChangeAShippedOne() throws IOException {
    FrameMapping mapping =
        MappingReader.read(
            file(
                "m.json",
                """
                {"base": "colabfit", "id": "property_id", "pbc": null,
                 "stress": {"column": "cauchy_stress", "unit": "eV/angstrom^3", "positive": "compression"}}
                """));
    assertThat(mapping.id()).isEqualTo("property_id");
    assertThat(mapping.pbc()).isNull();
    assertThat(mapping.elements()).isEqualTo("atomic_numbers");
    assertThat(mapping.compression()).isTrue();
    assertThat(mapping).isNotEqualTo(MappingReader.read("colabfit"));
  }

  @Test
  void allProblemsAtOnce() throws IOException {
    String bad =
        file(
            "bad.json",
            """
            {"element": "z",
             "positions": {"column": "p", "fractional": true, "units": "bohr"},
             "energy": {"column": "e", "unit": "furlong"},
             "stress": "s",
             "steps": true}
            """);
    assertThatThrownBy(() -> MappingReader.read(bad))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("element: unknown key; did you mean 'elements'?")
        .hasMessageContaining("positions.units: unknown key; did you mean 'unit'?")
        .hasMessageContaining("are fractional, which needs a cell")
        .hasMessageContaining("energy.unit: 'furlong' is not known, expected e.g. eV, hartree")
        .hasMessageContaining("stress: does not say its sign")
        .hasMessageContaining("steps: a row is a trajectory, so that id has to name each");
    assertThatThrownBy(() -> MappingReader.read("lemat"))
        .hasMessageContaining("no such file, and none of those that come with the program")
        .hasMessageContaining("lemat-traj");
  }
}
