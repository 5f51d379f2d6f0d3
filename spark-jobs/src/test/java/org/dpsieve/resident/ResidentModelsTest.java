package org.dpsieve.resident;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.dpsieve.error.InputException;
import org.dpsieve.frame.Frame;
import org.dpsieve.frame.Labels;
import org.dpsieve.resident.ResidentModels.Known;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Tag("peer")
class ResidentModelsTest {
  private static final Question ENERGY = Question.outputs(List.of("energy"));

  @TempDir private Path folder;

  private static boolean isRunning(long pid) {
    return ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false);
  }

  private static void awaitEnd(long pid) throws InterruptedException {
    for (int tenths = 0; isRunning(pid) && tenths < 100; tenths++) {
      Thread.sleep(100);
    }
    assertThat(isRunning(pid)).as("process %d", pid).isFalse();
  }

  /** A crash, an end, an error, too little memory and no answer at all, among 40 sound frames. */
  @Test
  void onlyFramesThatAreToBlameHaveNoNumbers() throws Exception {
    double[] first = IntStream.range(0, 40).mapToDouble(i -> 0.5 + i).toArray();
    Map<Integer, Double> guilty =
        Map.of(
            3,
            StandIn.CRASHES,
            11,
            StandIn.ENDS,
            20,
            StandIn.FAILS,
            21,
            StandIn.TOO_LARGE,
            39,
            StandIn.HANGS);
    guilty.forEach((i, x) -> first[i] = x);
    try (ResidentModels models = StandIn.models(folder, "a model", StandIn.SHORT)) {
      models.ask(StandIn.frames(1), ENERGY, () -> false); // from here on the limit is a second
      List<Known> found = models.ask(StandIn.frames(first), ENERGY, () -> false);
      for (int i = 0; i < first.length; i++) {
        if (guilty.containsKey(i)) {
          assertThat(found.get(i).parts()).isNull();
        } else {
          assertThat(found.get(i).parts()[0]).as("frame %d", i).containsExactly(first[i]);
        }
      }
      assertThat(found.get(3).problem()).contains("signal 11");
      assertThat(found.get(11).problem()).contains("exit code 1", "it ends");
      assertThat(found.get(20).problem()).isEqualTo("RuntimeError: it does not like it");
      assertThat(found.get(21).problem()).contains("too little memory", "a frame too large");
      assertThat(found.get(39).problem()).isEqualTo("no answer within 1 s");
      assertThat(StandIn.starts(folder)).as("starts, each seconds").hasSizeLessThan(30);
    }
  }

  @Test
  void aProcessThatWasKilledCostsNoFrame() throws Exception {
    try (ResidentModels models = StandIn.models(folder, "a model", Limits.DEFAULT)) {
      models.ask(StandIn.frames(1), ENERGY, () -> false);
      for (int round = 0; round < 3; round++) {
        long pid = models.pid();
        ProcessHandle.of(pid).orElseThrow().destroyForcibly();
        if (round > 0) {
          awaitEnd(pid); // noticed before the question, else while it is asked
        }
        List<Known> found = models.ask(StandIn.frames(7), ENERGY, () -> false);
        assertThat(found.get(0).parts()[0]).containsExactly(7.0);
      }
      assertThat(models.starts()).isGreaterThan(3);
    }
  }

  /** Whether it waits for a question or is lost in an answer. */
  @Test
  @Timeout(60)
  void noProcessIsLeft() throws Exception {
    ResidentModels models = StandIn.models(folder, "a model", Limits.DEFAULT);
    models.ask(StandIn.frames(1), ENERGY, () -> false);
    long pid = models.pid();
    models.close();
    awaitEnd(pid);

    Path log = folder.resolve("log");
    Process other =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                StandIn.Waiting.class.getName(),
                folder.toString())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    Path batches = folder.resolve("starts.batches");
    for (int tenths = 0; Files.readAllLines(batches).size() < 2 && tenths < 300; tenths++) {
      Thread.sleep(100);
    }
    List<Long> starts = StandIn.starts(folder);
    assertThat(starts).as(() -> text(log)).hasSize(2);
    assertThat(isRunning(starts.get(1))).isTrue();
    other.destroyForcibly(); // no last words
    assertThat(other.waitFor(10, TimeUnit.SECONDS)).isTrue();
    awaitEnd(starts.get(1));
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      return e.toString();
    }
  }

  @Test
  void aTaskThatIsKilledWaitsForNothing() throws Exception {
    try (ResidentModels models = StandIn.models(folder, "a model", Limits.DEFAULT)) {
      models.ask(StandIn.frames(1), ENERGY, () -> false);
      long pid = models.pid();
      long begin = System.nanoTime();
      assertThatThrownBy(
              () ->
                  models.ask(
                      StandIn.frames(StandIn.HANGS), ENERGY, () -> System.nanoTime() - begin > 5e8))
          .isInstanceOf(CancellationException.class);
      awaitEnd(pid);
    }
  }

  @Test
  void framesOfOtherTypesOrWithoutParametersHaveTheirReasons() throws Exception {
    double[] coord = {1, 0, 0};
    Frame copper = new Frame("test", 0, new int[] {29}, coord, null, Labels.NONE);
    Frame bare = new Frame("test", 1, new int[] {47}, coord, null, Labels.NONE);
    Frame whole =
        new Frame("test", 2, new int[] {47}, coord, null, Labels.NONE, new double[] {2, 3}, null);
    try (ResidentModels models = StandIn.models(folder, "a model, fparam", Limits.DEFAULT)) {
      List<Known> found = models.ask(List.of(copper, bare, whole), ENERGY, () -> false);
      assertThat(found.get(0).problem()).isEqualTo("type Cu is none of the models' (Ag Au)");
      assertThat(found.get(1).problem()).contains("0 frame parameters", "want 2", "fparam.npy");
      assertThat(found.get(2).parts()[0]).containsExactly(3.0);
      assertThat(models.problem(List.of("Cu"), 2, 0, () -> false).orElseThrow())
          .contains("do not know: Cu");
    }
  }

  @Test
  void modelsThatCannotBeLoadedAreNotTheFramesFault() throws Exception {
    try (ResidentModels models = StandIn.models(folder, "what?", Limits.DEFAULT)) {
      assertThatThrownBy(() -> models.ask(StandIn.frames(1), ENERGY, () -> false))
          .isInstanceOf(InputException.class)
          .hasMessageContainingAll("DeePMD-kit 3.9.9", "cannot load the models", "no model");
    }
    DpProgram none = new DpProgram("/no/such/dp", Map.of());
    try (ResidentModels models =
        new ResidentModels(none, List.of(folder), "", List.of(), Map.of(), Limits.DEFAULT)) {
      assertThatThrownBy(() -> models.loaded(() -> false))
          .isInstanceOf(InputException.class)
          .hasMessageContainingAll("/no/such/dp", "not found", "model_devi.command");
    }
  }
}
