package org.dpsieve.label.ase;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.dpsieve.digest.Sha256;
import org.dpsieve.error.InputException;
import org.dpsieve.frame.Frame;
import org.dpsieve.frame.Labels;
import org.dpsieve.frame.TypeElements;
import org.dpsieve.label.LabelResult;
import org.dpsieve.label.TaskOutcome;
import org.dpsieve.resident.TaskRoom;
import org.dpsieve.testing.DeepmdKit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Tag("peer")
class AseTeacherTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final double[] CELL = {4.2, 0, 0, 0.3, 4.3, 0, 0, -0.2, 4.1};

  @TempDir private Path folder;

  private static AseTeacher teacher(
      String calculator, String arguments, String info, List<Path> files, double limit)
      throws Exception {
    Path modules = Path.of(AseTeacherTest.class.getResource("/calculators").toURI());
    return new AseTeacher(
        "ase",
        new AseSettings(
            calculator,
            AseSettings.json(calculator, JSON.readTree(arguments), JSON.readTree(info), limit > 0),
            files,
            "PYTHONPATH='%s' '%s'".formatted(modules, DeepmdKit.python()),
            limit),
        List.of("Ag", "Au1", "He"),
        TypeElements.LEADING);
  }

  private static AseTeacher trouble(double limit) throws Exception {
    return teacher(
        "trouble.Trouble",
        "{\"scale\": 2}",
        "{\"charge\": {\"fparam\": 0}, \"spin\": 3}",
        List.of(),
        limit);
  }

  private static Frame frame(int index, double x) {
    double[] coord = {x, 0, 0, x, 0, 2.5};
    return new Frame(
        "pool", index, new int[] {47, 79}, coord, null, Labels.NONE, new double[] {-2}, null);
  }

  private static Frame silverGold(int index, double shift) {
    double[] coord = {shift, 0, 0, 2.1, 2.0, 0.1, 0.2, 2.1, 2.0, 2.0, 0.1, 1.9};
    return new Frame("pool", index, new int[] {47, 79, 79, 47}, coord, CELL, Labels.NONE);
  }

  @Test
  void labelsAreThoseOfAse() throws Exception {
    AseTeacher emt = teacher("ase.calculators.emt.EMT", "{}", "{}", List.of(), 0);
    List<LabelResult> results =
        emt.label(List.of(silverGold(0, 0.05), silverGold(1, 0.2)), TaskRoom.ANY);
    JsonNode theirs = ase();
    for (int k = 0; k < 2; k++) {
      Labels labels = results.get(k).labels();
      assertThat(labels.energy()).isEqualTo(theirs.get(k).get(0).asDouble());
      assertThat(labels.force()).containsExactly(numbers(theirs.get(k).get(1)));
      // minus stress times volume: compressed matter has a positive virial
      assertThat(labels.virial()).containsExactly(numbers(theirs.get(k).get(2)), within(1e-12));
    }
    assertThat(emt.tried(TaskRoom.ANY))
        .containsKeys("ase", "numpy", "python")
        .containsEntry("calculator", "ase.calculators.emt.EMT");
  }

  private static double[] numbers(JsonNode list) {
    double[] numbers = new double[list.size()];
    for (int k = 0; k < numbers.length; k++) {
      numbers[k] = list.get(k).asDouble();
    }
    return numbers;
  }

  /** ASE by itself. */
  private static JsonNode ase() throws Exception {
    String script =
        """
        import json, numpy as np
        from ase import Atoms
        from ase.calculators.emt import EMT
        rows = []
        for x in (0.05, 0.2):
            atoms = Atoms([47, 79, 79, 47], [[x, 0, 0], [2.1, 2.0, 0.1], [0.2, 2.1, 2.0], [2.0, 0.1, 1.9]],
                          cell=[[4.2, 0, 0], [0.3, 4.3, 0], [0, -0.2, 4.1]], pbc=True, calculator=EMT())
            virial = -atoms.get_stress(voigt=False) * abs(np.linalg.det(atoms.cell.array))
            rows.append([atoms.get_potential_energy(), list(atoms.get_forces().ravel()), list(virial.ravel())])
        print(json.dumps(rows))
        """;
    Process process =
        new ProcessBuilder(DeepmdKit.python().toString(), "-c", script)
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    return JSON.readTree(
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
  }

  /** An exit, no answer, an error, NaN, a type that is unknown: each costs its own frame. */
  @Test
  @Timeout(120)
  void onlyFramesThatAreToBlameFail() throws Exception {
    double[] first = {1, 905, 2, 805, 3, 705, 4, 605, 505, 5};
    List<Frame> frames = new ArrayList<>();
    for (double x : first) {
      frames.add(frame(frames.size(), x));
    }
    List<LabelResult> results = trouble(2).label(frames, TaskRoom.ANY);
    for (int k : new int[] {0, 2, 4, 6, 9}) {
      assertThat(results.get(k).labels().energy()).as("frame %d", k).isEqualTo(2 * first[k]);
      assertThat(results.get(k).labels().force()).hasSize(6).containsOnly(first[k]);
      assertThat(results.get(k).labels().virial()).isNull();
    }
    assertThat(results.get(1).reason()).contains("exit code 3");
    assertThat(results.get(3).outcome()).isEqualTo(TaskOutcome.TIMED_OUT);
    assertThat(results.get(3).reason()).isEqualTo("no answer within 2 s");
    assertThat(results.get(5).reason()).isEqualTo("RuntimeError: it does not converge");
    assertThat(results.get(7).reason()).contains("NaN");
    // the frame's own parameter, and the number that is given for all
    assertThat(results.get(8).labels().energy()).isEqualTo(2 * (100 * -2 + 3));

    // of a batch as well
    List<LabelResult> together = trouble(0).label(frames.subList(4, 10), TaskRoom.ANY);
    assertThat(together.get(1).reason()).isEqualTo("RuntimeError: it does not converge");
    assertThat(together.get(5).labels().energy()).isEqualTo(10);
  }

  @Test
  void anElementThatTheCalculatorLacksIsTheFramesFailure() throws Exception {
    AseTeacher emt = teacher("ase.calculators.emt.EMT", "{}", "{}", List.of(), 0);
    Frame helium =
        new Frame("pool", 0, new int[] {2, 2}, new double[] {0, 0, 0, 0, 0, 3}, CELL, Labels.NONE);
    List<LabelResult> results = emt.label(List.of(helium, silverGold(1, 0.1)), TaskRoom.ANY);
    assertThat(results.get(0).outcome()).isEqualTo(TaskOutcome.CRASHED);
    assertThat(results.get(0).reason()).contains("He");
    assertThat(results.get(1).outcome()).isEqualTo(TaskOutcome.FINISHED);
  }

  /** Of any shape, with the frame's own numbers anywhere in it, and whole again for every frame. */
  @Test
  void constraintsReachTheCalculatorAsInfo() throws Exception {
    AseTeacher constrained =
        teacher(
            "trouble.Trouble",
            "{\"scale\": 2}",
            "{\"charge\": 1, \"spin\": 2, \"constraints\": [{\"atoms\": [1, 2], \"magnetization\": {\"fparam\": 0}}]}",
            List.of(),
            0);
    for (LabelResult result :
        constrained.label(List.of(frame(0, 505), frame(1, 506)), TaskRoom.ANY)) {
      assertThat(result.labels().energy()).isEqualTo(2 * (100 + 2 - 2e4 + 3e6));
    }
  }

  @Test
  void filesOfArgumentsComeAlongAndAreToldByTheirChecksum() throws Exception {
    Path table = Files.writeString(folder.resolve("table.txt"), "3.5");
    List<Path> files = new ArrayList<>();
    JsonNode arguments =
        AseSettings.withFiles(
            JSON.readTree("{\"scale\": 2, \"table\": {\"file\": \"table.txt\"}}"),
            files,
            text -> folder.resolve(text));
    AseTeacher teacher = teacher("trouble.Trouble", arguments.toString(), "{}", files, 0);
    assertThat(teacher.tried(TaskRoom.ANY)).containsEntry("table.txt, sha256", Sha256.hex("3.5"));
    assertThat(teacher.label(List.of(frame(0, 1)), TaskRoom.ANY).get(0).labels().energy())
        .isEqualTo(7);
  }

  @Test
  void whatCannotBeMadeIsSaidBeforeAnyWork() throws Exception {
    refused(
        "no_such_package.Calculator",
        "{}",
        "cannot import no_such_package.Calculator",
        "fp_params.python");
    refused("ase.calculators.emt.Emt", "{}", "there is no Emt in ase.calculators.emt");
    refused("trouble.Trouble", "{\"scales\": 2}", "with the arguments given", "scales");
    refused("trouble.none", "{}", "no calculator of ASE");
  }

  @Test
  void aPythonThatIsNotThereIsSaidWithWhatToDo() {
    AseSettings settings =
        AseSettings.of(
            "ase.calculators.emt.EMT",
            JSON.createObjectNode(),
            JSON.createObjectNode(),
            "/nowhere/python3");
    AseTeacher teacher = new AseTeacher("ase", settings, List.of("Ag"), TypeElements.LEADING);
    assertThatThrownBy(() -> teacher.tried(TaskRoom.ANY))
        .isInstanceOf(InputException.class)
        .hasMessageContainingAll("/nowhere/python3", "cannot be started", "fp_params.python");
  }

  private static void refused(String calculator, String arguments, String... words)
      throws Exception {
    AseTeacher teacher = teacher(calculator, arguments, "{}", List.of(), 0);
    assertThatThrownBy(() -> teacher.tried(TaskRoom.ANY))
        .isInstanceOf(InputException.class)
        .hasMessageContainingAll(words);
  }
}
