package org.dpsieve.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.dpsieve.d3.D3Options;
import org.dpsieve.d3.Damping;
import org.dpsieve.d3.DispersionD3;
import org.dpsieve.frame.Frame;
import org.dpsieve.frame.FrameId;
import org.dpsieve.frame.Labels;
import org.dpsieve.testing.DeepmdKit;
import org.dpsieve.testing.Shared;
import org.dpsieve.testing.Systems;
import org.dpsieve.testing.Terminal;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The whole loop with task folders: a stand-in reads POSCAR, INCAR, KPOINTS and POTCAR of each and
 * writes OUTCAR and vasprun.xml. Its labels are known: the pool's own, which are of the same
 * potential, and D3.
 */
@Tag("peer")
class StandInRunTest {
  private static final double ENERGY_DIGITS = 1e-7;
  private static final double FORCE_DIGITS = 2e-6;

  @TempDir private Path folder;

  @Test
  void everyLabelIsTheStoredOneAndD3AndAFailedTaskCostsItsFrameAlone()
      throws IOException, URISyntaxException {
    Path python = DeepmdKit.python();
    Path standIn = Path.of(getClass().getResource("/label/stand_in.py").toURI());
    Path example = Shared.repository().resolve("conf/ag-au");
    Path simplify = simplify(example);
    Path machine = folder.resolve("machine.json");
    Files.writeString(
        machine,
        """
        {"train": {}, "model_devi": {},
         "fp": {"backend": "local", "retry_count": 0, "poll_interval": 0.2,
                "command": "OMP_NUM_THREADS=1 %s %s --crash 2 --unconverged 4"}}
        """
            .formatted(python, standIn));
    Path workdir = folder.resolve("run");
    new Terminal().succeed("simplify", simplify, machine, "--workdir", workdir);
    assertThat(workdir.resolve("iter.000000/02.fp/task.000.000000/vasprun.xml")).exists();
    assertThat(workdir.resolve("iter.000000/02.fp/task.000.000007")).doesNotExist();

    Map<String, Frame> pool = frames(example.resolve("pbe").toString());
    Map<String, Frame> labelled = frames(workdir.resolve("result/data").toString());
    assertThat(labelled.size()).isEqualTo(5 + 3); // of 7 and 5 tasks, two failed each time
    DispersionD3 d3 = new DispersionD3(new D3Options("pbe", Damping.of("zero")));
    labelled.forEach(
        (id, frame) -> {
          Labels expected = d3.addTo(pool.get(id));
          assertThat(frame.labels().energy()).isCloseTo(expected.energy(), within(ENERGY_DIGITS));
          assertThat(frame.labels().force())
              .containsExactly(expected.force(), within(FORCE_DIGITS));
          assertThat(frame.labels().virial())
              .containsExactly(expected.virial(), within(0.05)); // D3's hard cutoff
        });
  }

  /** "Mend the cause and run again": more electronic steps are no other run, another cutoff is. */
  @Test
  void aStalledRunGoesOnWithMoreStepsAndWithAnotherCutoffOnlyWhereSomebodySaysSo()
      throws IOException, URISyntaxException {
    Path simplify = simplify(Shared.repository().resolve("conf/ag-au"));
    Files.writeString(
        simplify,
        Files.readString(simplify)
            .replace("\"max_iter\": 2", "\"max_iter\": 1")
            .replace("\"ratio_failed\": 0.5", "\"ratio_failed\": 0.1"));
    Path run = folder.resolve("run");
    Terminal terminal = new Terminal();
    assertThat(terminal.run("iterate", simplify, machine("--unconverged 2"), "--workdir", run))
        .as(terminal::said)
        .isEqualTo(4);
    assertThat(terminal.out()).contains("Mend the cause and run again");
    Path incar = folder.resolve("INCAR");
    Files.writeString(incar, Files.readString(incar) + "NELM = 200\n");
    terminal.clear();
    terminal.succeed("iterate", simplify, machine(""), "--workdir", run);
    assertThat(terminal.out())
        .contains("from iteration 0 on: fp_incar, convergence, NELM: not set -> 200");
    Path fp = run.resolve("iter.000000/02.fp");
    try (Stream<Path> aside = Files.list(fp)) {
      assertThat(aside.filter(f -> f.getFileName().toString().startsWith("old.000."))).hasSize(1);
    }
    Files.writeString(incar, Files.readString(incar).replace("400", "500"));
    terminal.clear();
    assertThat(terminal.run("simplify", simplify, machine(""), "--workdir", run, "--max-iter", 2))
        .isEqualTo(2);
    assertThat(terminal.err())
        .contains("fp_incar, ENCUT: here 400, now 500", "--accept-change fp_incar");
    terminal.clear();
    terminal.succeed(
        "simplify",
        simplify,
        machine(""),
        "--workdir",
        run,
        "--max-iter",
        2,
        "--accept-change",
        "fp_incar");
    assertThat(run.resolve("result/summary.json"))
        .content()
        .containsSubsequence("\"changes\"", "NELM", "ENCUT", "\"accepted\" : true");
    assertThat(run.resolve("report.html")).content().contains("ENCUT: 400 -&gt; 500 (accepted");
  }

  /** The user's own files; the real program labels three frames, no more. */
  @Test
  void aRehearsalHasATeacherInThePlaceOfTheProgramWhichIsMeasured()
      throws IOException, URISyntaxException {
    Path simplify = simplify(Shared.repository().resolve("conf/ag-au"));
    Path teacher =
        Files.writeString(
            folder.resolve("teacher.json"),
            "{\"fp_style\": \"dp\", \"fp_params\": {\"models\": \"%s\"}}"
                .formatted(Shared.repository().resolve("conf/ag-au/models/0")));
    Path machine = machine("--crash 1");
    Path run = folder.resolve("rehearsal-of-vasp");
    Terminal terminal = new Terminal();
    terminal.succeed(
        "simplify",
        simplify,
        machine,
        "--workdir",
        run,
        "--rehearse",
        "--teacher",
        teacher,
        "--seconds-per-label",
        "measure",
        "--max-iter",
        1);
    assertThat(terminal.out())
        .contains("rehearsal: by 1 Deep Potential", "in the place of fp_style vasp")
        .containsSubsequence(
            "measured on 3 real tasks",
            "crashed",
            "rehearsed: the real run is expected to take 7 labels",
            "hours of labelling",
            "labels   atoms   composition",
            "Ag4Au4");
    assertThat(run.resolve("iter.000000/02.fp/task.000.000000")).doesNotExist();
    try (Stream<Path> tasks = Files.list(run.resolve("rehearsal"))) {
      assertThat(tasks.filter(task -> Files.exists(task.resolve("INCAR")))).hasSize(3);
    }
    // the real run is another, though it is begun in the same folder by mistake
    terminal.clear();
    assertThat(terminal.run("simplify", simplify, machine, "--workdir", run)).isEqualTo(2);
    assertThat(terminal.err()).contains("fp_style");
  }

  private Path machine(String options) throws IOException, URISyntaxException {
    Path standIn = Path.of(getClass().getResource("/label/stand_in.py").toURI());
    return Files.writeString(
        folder.resolve("machine.json"),
        """
        {"train": {}, "model_devi": {},
         "fp": {"backend": "local", "retry_count": 0, "poll_interval": 0.2,
                "command": "OMP_NUM_THREADS=1 %s %s %s"}}
        """
            .formatted(DeepmdKit.python(), standIn, options));
  }

  private Path simplify(Path example) throws IOException {
    Files.writeString(
        folder.resolve("INCAR"), "ENCUT = 400\nIVDW = 11\nKSPACING = 0.5\nKGAMMA = .TRUE.\n");
    for (String element : List.of("Ag", "Au")) {
      Files.writeString(
          folder.resolve("POTCAR." + element),
          "  PAW_PBE %s\n   TITEL  = PAW_PBE %s_pv 01Jan2000".formatted(element, element));
    }
    Path file = folder.resolve("simplify.json");
    String text =
        Files.readString(example.resolve("simplify.json"))
            .replace(
                "\"pbe\"",
                "[\"%s/Ag4Au4\", \"%s/Ag8\"]".replace("%s", example.resolve("pbe").toString()))
            .replace("\"models/", "\"" + example.resolve("models") + "/")
            .replace("\"init_pick_number\":100", "\"init_pick_number\":20")
            .replace("\"iter_pick_number\":100", "\"iter_pick_number\":5")
            .replace("\"f_trust_lo\":0.20", "\"f_trust_lo\":0.05")
            .replaceFirst("\"fp_task_max\":\\s*100", "\"fp_task_max\": 7")
            .replaceFirst("\"fp_style\":\\s*\"d3\"", "\"fp_style\": \"vasp\"")
            .replaceFirst("\"fp_params\":\\s*\\{[^}]*\\},?", "");
    String more =
        "\"max_iter\": 2, \"ratio_failed\": 0.5, \"fp_incar\": \"%s\", "
            .formatted(folder.resolve("INCAR"));
    more +=
        "\"fp_pp_path\": \"%s\", \"fp_pp_files\": [\"POTCAR.Ag\", \"POTCAR.Au\"],"
            .formatted(folder);
    Files.writeString(file, text.replaceFirst("\\{", "{" + more));
    return file;
  }

  private static Map<String, Frame> frames(String path) throws IOException {
    Map<String, Frame> frames = new HashMap<>();
    Systems.read(Path.of(path)).forEach(frame -> frames.put(FrameId.of(frame), frame));
    return frames;
  }
}
