package org.dpsieve.label.ase;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.DoubleStream;
import org.dpsieve.frame.Frame;
import org.dpsieve.frame.Labels;
import org.dpsieve.frame.TypeElements;
import org.dpsieve.label.LabelResult;
import org.dpsieve.resident.TaskRoom;
import org.dpsieve.testing.DeepmdKit;
import org.dpsieve.testing.SlurmService;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Calculators on nodes of a queue: a real Slurm. */
@Tag("peer")
@Timeout(120)
class SrunTeacherTest {
  private static final double[] CELL = {4, 0, 0, 0, 4, 0, 0, 0, 4};

  @TempDir private Path folder;

  private static AseTeacher emt(String python) {
    return new AseTeacher(
        "ase",
        AseSettings.of(
            "ase.calculators.emt.EMT",
            JsonNodeFactory.instance.objectNode(),
            JsonNodeFactory.instance.objectNode(),
            python),
        List.of("Ag", "Au"),
        TypeElements.LEADING);
  }

  private static Frame frame(double x) {
    double[] coord = {x, 0, 0, 2, 2, 2};
    return new Frame("pool", 0, new int[] {47, 79}, coord, CELL, Labels.NONE);
  }

  private static String job(SlurmService slurm) throws Exception {
    return slurm.ask("squeue", "--noheader", "--states=RUNNING", "--format=%i");
  }

  @Test
  void labelsOfANodeAreThoseOfHereAlsoAfterItsJobWasCancelled() throws Exception {
    String python = AsePython.quoted(DeepmdKit.python().toString());
    List<Frame> frames = DoubleStream.of(0, 0.1, 0.2).mapToObj(SrunTeacherTest::frame).toList();
    List<LabelResult> here = emt(python).label(frames, TaskRoom.ANY);
    assertThat(here).allMatch(result -> result.labels() != null);
    try (SlurmService slurm = SlurmService.start(folder.resolve("slurm"))) {
      AseTeacher there =
          emt("%s -u -n 1 --mem 200M %s".formatted(slurm.wrap("/usr/bin/srun"), python));
      assertThat(there.label(frames, TaskRoom.ANY)).usingRecursiveComparison().isEqualTo(here);
      String first = job(slurm);
      assertThat(first).matches("\\d+");
      slurm.ask("scancel", first);
      assertThat(there.label(frames, TaskRoom.ANY)).usingRecursiveComparison().isEqualTo(here);
      String second = job(slurm);
      assertThat(second).matches("\\d+").isNotEqualTo(first);
      slurm.ask("scancel", second);
    }
  }
}
