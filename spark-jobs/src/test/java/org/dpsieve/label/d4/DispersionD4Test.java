package org.dpsieve.label.d4;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
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
    for (String functional : List.of("pbe", "pbesol", "scan", "r2scan")) {
      for (int charge : new int[] {0, 1}) {
        for (double[] cell : new double[][] {CELL, null}) {
          LabelResult result =
              d4(functional, Integer.toString(charge))
                  .of(List.of(frame(cell)), TypeElements.LEADING, TaskRoom.ANY)
                  .get(0);
          JsonNode theirs = theirs(functional, charge, cell);
          assertThat(result.labels().energy()).isCloseTo(theirs.get(0).asDouble(), within(1e-15));
          assertThat(result.labels().force())
              .containsExactly(numbers(theirs.get(1)), within(1e-15));
          if (cell != null) {
            assertThat(result.labels().virial())
                .containsExactly(numbers(theirs.get(2)), within(1e-13));
          }
        }
      }
    }
  }

  @Test
  void theFramesOwnChargeCountsAndLabelsAreSums() throws Exception {
    Frame frame = frame(CELL);
    LabelResult own =
        d4("pbe", "{\"fparam\": 0}").of(List.of(frame), TypeElements.LEADING, TaskRoom.ANY).get(0);
    assertThat(own.labels().energy())
        .isCloseTo(theirs("pbe", -1, CELL).get(0).asDouble(), within(1e-15));
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

  /** dftd4's own interface, in ASE's units. */
  private JsonNode theirs(String functional, int charge, double[] cell) throws Exception {
    String script =
        """
        import json, sys, numpy as np
        from ase.units import Bohr, Hartree
        from dftd4.interface import DampingParam, DispersionModel
        functional, charge, coord, cell = sys.argv[1], float(sys.argv[2]), json.loads(sys.argv[3]), json.loads(sys.argv[4])
        more = {} if cell is None else {"lattice": np.reshape(cell, (3, 3)) / Bohr, "periodic": np.array([True] * 3)}
        model = DispersionModel(np.array([47, 79, 8]), np.reshape(coord, (3, 3)) / Bohr, charge=charge, **more)
        found = model.get_dispersion(DampingParam(method=functional), grad=True)
        print(json.dumps([found["energy"] * Hartree, list(np.ravel(-found["gradient"] * Hartree / Bohr)),
                          list(np.ravel(-found["virial"] * Hartree))]))
        """;
    Process process =
        new ProcessBuilder(
                python.toString(),
                "-c",
                script,
                functional,
                Integer.toString(charge),
                JSON.writeValueAsString(COORD),
                JSON.writeValueAsString(cell))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    return JSON.readTree(
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
  }
}
