package org.dpsieve.label.ase;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.SortedMap;
import org.dpsieve.frame.Frame;
import org.dpsieve.frame.Labels;
import org.dpsieve.frame.TypeElements;
import org.dpsieve.label.LabelResult;
import org.dpsieve.resident.TaskRoom;
import org.dpsieve.testing.Shared;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Teachers as PyPI has them, each against what its own interface says of the same atoms. */
@Tag("peer")
class RealCalculatorsTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final double[] CELL = {4.2, 0, 0, 0.3, 4.3, 0, 0, -0.2, 4.1};
  private static final double[] COORD = {0.05, 0, 0, 2.1, 2.0, 0.1, 0.2, 2.1, 2.0, 2.0, 0.1, 1.9};

  private static Path python(String name) {
    String variable = "DPSIEVE_" + name.toUpperCase(Locale.ROOT) + "_PYTHON";
    String named = System.getenv(variable);
    Path python =
        named == null
            ? Shared.repository().resolve("target/" + name + "/bin/python")
            : Path.of(named);
    Assumptions.assumeTrue(
        Files.isExecutable(python),
        "skipped: no Python with %s (scripts/setup-services %s, or %s)"
            .formatted(name, name, variable));
    return python;
  }

  private static AseTeacher teacher(String calculator, String arguments, String info, Path python)
      throws Exception {
    return new AseTeacher(
        "ase",
        new AseSettings(
            calculator,
            AseSettings.json(calculator, JSON.readTree(arguments), JSON.readTree(info), false),
            List.of(),
            AsePython.quoted(python.toString()),
            0),
        List.of("Ag", "Au", "O"),
        TypeElements.LEADING);
  }

  private static Frame frame(double[] cell) {
    return new Frame("pool", 0, new int[] {47, 79, 79, 8}, COORD, cell, Labels.NONE);
  }

  /** A script that prints energy, forces and virial. */
  private static JsonNode theirs(Path python, String script) throws Exception {
    String head =
        """
        import json, numpy as np
        coord, cell = np.reshape(%s, (4, 3)), np.reshape(%s, (3, 3))
        def say(energy, forces, virial): print(json.dumps([float(energy), *map(float, np.ravel(forces)), *map(float, np.ravel(virial))]))
        """
            .formatted(JSON.writeValueAsString(COORD), JSON.writeValueAsString(CELL));
    ProcessBuilder builder =
        new ProcessBuilder(python.toString(), "-c", head + script)
            .redirectError(ProcessBuilder.Redirect.INHERIT);
    builder.environment().put("OMP_NUM_THREADS", "1");
    Process process = builder.start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return JSON.readTree(said.strip().lines().reduce((first, last) -> last).orElseThrow());
  }

  private static void requireEqual(Labels labels, JsonNode theirs, double energy, double others) {
    assertThat(labels.energy()).isCloseTo(theirs.get(0).asDouble(), within(energy));
    for (int k = 0; k < 12; k++) {
      assertThat(labels.force()[k]).isCloseTo(theirs.get(1 + k).asDouble(), within(others));
    }
    for (int k = 0; k < 9; k++) {
      assertThat(labels.virial()[k]).isCloseTo(theirs.get(13 + k).asDouble(), within(10 * others));
    }
  }

  /**
   * Charge and spin (a multiplicity) of {@code info} are tblite's total charge and unpaired
   * electrons.
   */
  @ParameterizedTest
  @CsvSource({"GFN1-xTB, 1, 1", "GFN2-xTB, 1, 1", "GFN2-xTB, 0, 4"})
  void tightBindingIsThatOfTblite(String method, int charge, int spin) throws Exception {
    Path python = python("tblite");
    AseTeacher teacher =
        teacher(
            "tblite.ase.TBLite",
            "{\"method\": \"%s\", \"verbosity\": 0}".formatted(method),
            "{\"charge\": %d, \"spin\": %d}".formatted(charge, spin),
            python);
    LabelResult result = teacher.label(List.of(frame(CELL)), TaskRoom.ANY).get(0);
    assertThat(result.reason()).isEmpty();
    JsonNode theirs =
        theirs(
            python,
            """
              from ase.units import Bohr, Hartree, kB
              from tblite.interface import Calculator
              found = Calculator("%s", np.array([47, 79, 79, 8]), coord / Bohr, charge=%d.0, uhf=%d, lattice=cell / Bohr, periodic=np.array([True] * 3))
              found.set("verbosity", 0)
              found.set("temperature", 300.0 * kB / Hartree)  # ASE's, which is not quite its own
              found = found.singlepoint()
              say(found["energy"] * Hartree, -found["gradient"] * Hartree / Bohr, -found["virial"] * Hartree)
              """
                .formatted(method, charge, spin - 1));
    requireEqual(result.labels(), theirs, 1e-8, 1e-8);
    assertThat(teacher.tried(TaskRoom.ANY)).containsKeys("tblite", "ase");
  }

  /** Both models that its wheel has; their weights are told by checksum. */
  @Test
  void aUniversalPotentialIsThatOfChgnet() throws Exception {
    Path python = python("chgnet");
    for (String model : List.of("0.3.0", "r2scan")) {
      AseTeacher teacher =
          teacher(
              "chgnet.model.dynamics.CHGNetCalculator",
              "{\"use_device\": \"cpu\", \"model\": {\"call\": \"chgnet.model.model.CHGNet.load\", \"arguments\": {\"model_name\": \"%s\", \"use_device\": \"cpu\"}}}"
                  .formatted(model),
              "{}",
              python);
      Labels labels = teacher.label(List.of(frame(CELL)), TaskRoom.ANY).get(0).labels();
      JsonNode theirs =
          theirs(
              python,
              """
              from chgnet.model.model import CHGNet
              from pymatgen.core import Lattice, Structure
              atoms = Structure(Lattice(cell), ["Ag", "Au", "Au", "O"], coord, coords_are_cartesian=True)
              found = CHGNet.load(model_name="%s", use_device="cpu", verbose=False).predict_structure(atoms)
              say(4 * found["e"], found["f"], -found["s"] * atoms.volume / 160.21766208)
              """
                  .formatted(model));
      requireEqual(labels, theirs, 1e-4, 1e-4); // single precision
      SortedMap<String, String> about = teacher.tried(TaskRoom.ANY);
      assertThat(about).containsKeys("chgnet", "torch");
      assertThat(about.keySet()).anyMatch(name -> name.endsWith(".pth.tar, sha256"));
    }
  }
}
