package org.dpsieve.label.d4;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.StreamSupport;
import org.dpsieve.error.InputException;
import org.dpsieve.frame.Frame;
import org.dpsieve.frame.Labels;
import org.dpsieve.frame.TypeElements;
import org.dpsieve.label.LabelResult;
import org.dpsieve.label.TaskOutcome;
import org.dpsieve.label.ase.AsePython;
import org.dpsieve.resident.TaskRoom;
import org.dpsieve.testing.Dftd4;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Against dftd4 itself, of which no number here is made. */
@Tag("peer")
class DispersionD4Test {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final double[] CELL = {4.2, 0, 0, 0.3, 4.3, 0, 0, -0.2, 4.1};
  private static final double[] COORD = {0.05, 0, 0, 2.1, 2.0, 0.1, 0.2, 2.1, 2.0};

  private static final int STEP = 12;

  private Path python;

  @BeforeEach
  void whereDftd4IsInstalled() {
    python = Dftd4.python();
  }

  private static Frame frame(double[] cell) {
    double[] force = {0, 0, 1, 0, 0, -1, 0, 0, 0};
    return new Frame(
        "pool",
        0,
        new int[] {47, 79, 8},
        COORD,
        cell,
        new Labels(-3.0, force, new double[9]),
        new double[] {-1},
        null);
  }

  private DispersionD4 d4(String functional, String charge) throws Exception {
    return new DispersionD4(functional, JSON.readTree(charge), AsePython.quoted(python.toString()));
  }

  @Test
  void equalsDftd4() throws Exception {
    for (double[] cell : new double[][] {CELL, null}) {
      for (int charge : new int[] {0, 1}) {
        requireEqual("pbe", charge, cell, theirs(List.of("pbe"), charge, cell).get(0));
      }
    }
  }

  /**
   * Of all functionals that dftd4 has parameters for every {@code STEP}-th, as each needs a
   * process; {@code -Ddpsieve.d4.step=1} tries all.
   */
  @Test
  void whateverFunctionalDftd4KnowsIsKnown() throws Exception {
    List<String> known = known();
    assertThat(known).hasSizeGreaterThan(100).contains("pbe", "pbesol", "scan", "r2scan");
    List<String> some = new ArrayList<>(List.of("pbesol", "SCAN", "r2scan"));
    for (int k = 0; k < known.size(); k += Integer.getInteger("dpsieve.d4.step", STEP)) {
      some.add(known.get(k));
    }
    JsonNode theirs = theirs(some, 0, null);
    for (int k = 0; k < some.size(); k++) {
      requireEqual(some.get(k), 0, null, theirs.get(k));
    }
  }

  private void requireEqual(String functional, int charge, double[] cell, JsonNode theirs)
      throws Exception {
    LabelResult result =
        d4(functional, Integer.toString(charge))
            .of(List.of(frame(cell)), TypeElements.LEADING, TaskRoom.ANY)
            .get(0);
    assertThat(result.reason()).as(functional).isEmpty();
    assertThat(result.labels().energy())
        .as(functional)
        .isCloseTo(theirs.get(0).asDouble(), within(1e-15));
    assertThat(result.labels().force())
        .as(functional)
        .containsExactly(numbers(theirs.get(1)), within(1e-15));
    if (cell != null) {
      assertThat(result.labels().virial()).containsExactly(numbers(theirs.get(2)), within(1e-13));
    }
  }

  @Test
  void theFramesOwnChargeCountsAndLabelsAreSums() throws Exception {
    Frame frame = frame(CELL);
    LabelResult own =
        d4("pbe", "{\"fparam\": 0}").of(List.of(frame), TypeElements.LEADING, TaskRoom.ANY).get(0);
    assertThat(own.labels().energy())
        .isCloseTo(theirs(List.of("pbe"), -1, CELL).get(0).get(0).asDouble(), within(1e-15));
    D4Labels labels = new D4Labels(d4("pbe", "-1"), TypeElements.LEADING);
    LabelResult sum =
        labels.label(List.of(frame, frame.withLabels(Labels.NONE)), TaskRoom.ANY).get(0);
    assertThat(sum.labels().energy()).isEqualTo(-3.0 + own.labels().energy());
    assertThat(sum.labels().force()[2]).isEqualTo(1 + own.labels().force()[2]);
    assertThat(labels.label(List.of(frame.withLabels(Labels.NONE)), TaskRoom.ANY).get(0).outcome())
        .isEqualTo(TaskOutcome.MISSING_OUTPUT);
    assertThat(labels.tried(TaskRoom.ANY)).containsKey("dftd4");
  }

  @Test
  void aFunctionalThatDftd4DoesNotKnowIsSaidBeforeAnyWork() throws Exception {
    DispersionD4 other = d4("no-such-functional", "0");
    assertThatThrownBy(() -> other.tried(TaskRoom.ANY))
        .isInstanceOf(InputException.class)
        .hasMessageContainingAll("D4: dftd4", "'no-such-functional'");
  }

  private static double[] numbers(JsonNode list) {
    double[] numbers = new double[list.size()];
    Arrays.setAll(numbers, k -> list.get(k).asDouble());
    return numbers;
  }

  /** Names of dftd4's own table that its library takes: some there are written otherwise. */
  private List<String> known() throws Exception {
    JsonNode names =
        said(
            """
            import json, sys, tomllib
            sys.modules["tomli"] = tomllib  # which dftd4 looks for
            from dftd4.interface import DampingParam
            from dftd4.parameters import get_all_damping_params
            known = []
            for name in get_all_damping_params():
                try:
                    DampingParam(method=name)
                    known.append(name)
                except RuntimeError:
                    pass
            print(json.dumps(known))
            """);
    return StreamSupport.stream(names.spliterator(), false).map(JsonNode::asText).toList();
  }

  /** Of each functional what dftd4's own interface says, in ASE's units. */
  private JsonNode theirs(List<String> functionals, int charge, double[] cell) throws Exception {
    String script =
        """
        import json, sys, numpy as np
        from ase.units import Bohr, Hartree
        from dftd4.interface import DampingParam, DispersionModel
        functionals, charge, coord, cell = map(json.loads, sys.argv[1:])
        more = {} if cell is None else {"lattice": np.reshape(cell, (3, 3)) / Bohr, "periodic": np.array([True] * 3)}
        model = DispersionModel(np.array([47, 79, 8]), np.reshape(coord, (3, 3)) / Bohr, charge=charge, **more)
        rows = []
        for functional in functionals:
            found = model.get_dispersion(DampingParam(method=functional), grad=True)
            rows.append([found["energy"] * Hartree, list(np.ravel(-found["gradient"] * Hartree / Bohr)),
                         list(np.ravel(-found["virial"] * Hartree))])
        print(json.dumps(rows))
        """;
    return said(
        script,
        JSON.writeValueAsString(functionals),
        Integer.toString(charge),
        JSON.writeValueAsString(COORD),
        JSON.writeValueAsString(cell));
  }

  private JsonNode said(String script, String... arguments) throws Exception {
    List<String> words = new ArrayList<>(List.of(python.toString(), "-c", script));
    words.addAll(List.of(arguments));
    Process process =
        new ProcessBuilder(words).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    return JSON.readTree(
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
  }
}
