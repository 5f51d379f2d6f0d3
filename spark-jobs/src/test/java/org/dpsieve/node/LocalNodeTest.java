package org.dpsieve.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.dpsieve.label.TaskOutcome;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(120)
class LocalNodeTest {
  @TempDir Path folder;
  private TaskFixture fixture;

  @BeforeEach
  void taskFolders() {
    fixture = new TaskFixture(folder);
  }

  @Test
  void oneFailingTaskInTenCostsOnlyItself() throws IOException {
    List<NodeTask> tasks = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      tasks.add(
          fixture.task(
              i,
              i == 3
                  ? "echo no memory >&2; exit 7"
                  : "read a b < input; echo $FACTOR $b > result"));
    }
    List<TaskEnd> ends = new LocalNode(4, 0, Map.of("FACTOR", "x")).run(tasks, fixture);
    assertThat(ends).hasSize(10);
    for (int i = 0; i < 10; i++) {
      TaskEnd end = fixture.ends.get(tasks.get(i).name());
      if (i == 3) {
        assertThat(end.outcome()).isEqualTo(TaskOutcome.CRASHED);
        assertThat(end.reason()).isEqualTo("exit code 7: no memory");
        assertThat(end.exitCode()).isEqualTo(7);
      } else {
        assertThat(end.isFinished()).isTrue();
        assertThat(tasks.get(i).folder().resolve("result")).hasContent("x " + i);
      }
    }
    assertThat(tasks.get(0).folder().toFile().list()).containsOnly("input", "log", "result");
  }

  /** Open MPI says the same of every program; of its own troubles it speaks in such frames, too. */
  @Test
  void aReasonIsWhatTheProgramSaidNotItsLauncher() throws IOException {
    String dashes = "-".repeat(74);
    String farewell =
        "%s\nMPI_ABORT was invoked on rank 1 in communicator MPI_COMM_WORLD\nwith errorcode 1.\n\nexactly when Open MPI kills them.\n%s\n[vm:18905] Set MCA parameter to 0 to see all help / error messages"
            .formatted(dashes, dashes);
    String slots = "%s\nThere are not enough slots available\n%s".formatted(dashes, dashes);
    List<NodeTask> tasks =
        List.of(
            fixture.task(0, "echo '     file ./Ag.upf not found\n %%%%\n" + farewell + "'; exit 1"),
            fixture.task(1, "echo '" + slots + "'; exit 1"));
    new LocalNode(2, 0, Map.of()).run(tasks, fixture);
    assertThat(tasks.stream().map(task -> fixture.ends.get(task.name()).reason()))
        .containsExactly(
            "exit code 1: file ./Ag.upf not found",
            "exit code 1: There are not enough slots available");
    TaskEnd end = fixture.ends.get(tasks.get(1).name());
    assertThat(end.explained(TaskOutcome.CRASHED, "ends without JOB DONE").reason())
        .isEqualTo("ends without JOB DONE (exit code 1: There are not enough slots available)");
    assertThat(end.explained(TaskOutcome.UNPARSABLE, "not an output of pw.x")).isEqualTo(end);
  }

  @Test
  void noMoreAtOnceThanAllowed() throws IOException {
    List<NodeTask> tasks = new ArrayList<>();
    String count =
        "mkdir ../here.$$; ls -d ../here.* | wc -l > result; sleep 0.2; rmdir ../here.$$";
    for (int i = 0; i < 6; i++) {
      tasks.add(fixture.task(i, count));
    }
    new LocalNode(2, 0, Map.of()).run(tasks, fixture);
    for (NodeTask task : tasks) {
      assertThat(Integer.parseInt(Files.readString(task.folder().resolve("result")).strip()))
          .isBetween(1, 2);
    }
  }

  @Test
  void tooLongIsTimedOutAndEverythingItStartedIsKilled() throws Exception {
    NodeTask task = fixture.task(0, "sleep 60 & echo $! > result; wait");
    TaskEnd end = new LocalNode(1, 1, Map.of()).run(List.of(task), fixture).get(0);
    assertThat(end.outcome()).isEqualTo(TaskOutcome.TIMED_OUT);
    assertThat(end.reason()).contains("stopped after 1 s (time_limit)");
    assertThat(end.exitCode()).isNull();
    long child = Long.parseLong(Files.readString(task.folder().resolve("result")).strip());
    Optional<ProcessHandle> left = ProcessHandle.of(child);
    assertThat(left.isPresent() && left.get().isAlive()).isFalse();
  }

  @Test
  void aProgramThatIsNotThereIsNotTriedAgain() throws IOException {
    NodeTask task = fixture.task(0, "no-such-program-anywhere");
    TaskJournal journal = new TaskJournal(folder.resolve("tasks.jsonl"));
    Map<String, TaskEnd> ends =
        new TaskRuns(new LocalNode(1, 0, Map.of()), 3, journal, fixture)
            .run(List.of(task), round -> round);
    assertThat(ends.get(task.name()).reason()).contains("127", "not found");
    assertThat(TaskJournal.read(folder.resolve("tasks.jsonl")))
        .singleElement()
        .satisfies(entry -> assertThat(entry.attempt()).isEqualTo(1));
  }

  @Test
  void whatFailsIsTriedAgainAsOftenAsAllowed() throws IOException {
    NodeTask good = fixture.task(0, "echo run >> ../runs.0; test $(wc -l < ../runs.0) = 3");
    NodeTask bad = fixture.task(1, "echo run >> ../runs.1; exit 1");
    NodeTask once = fixture.task(2, "echo run >> ../runs.2; touch result");
    Path file = folder.resolve("tasks.jsonl");
    Map<String, TaskEnd> ends =
        new TaskRuns(new LocalNode(1, 0, Map.of()), 2, new TaskJournal(file), fixture)
            .run(List.of(good, bad, once), round -> round);
    assertThat(ends.get(good.name()).isFinished()).isTrue();
    assertThat(ends.get(bad.name()).outcome()).isEqualTo(TaskOutcome.CRASHED);
    assertThat(Files.readAllLines(folder.resolve("runs.0"))).hasSize(3);
    assertThat(Files.readAllLines(folder.resolve("runs.1"))).hasSize(3);
    assertThat(Files.readAllLines(folder.resolve("runs.2"))).hasSize(1);
    assertThat(TaskJournal.read(file))
        .extracting(TaskJournal.Entry::state, TaskJournal.Entry::attempt)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple("finished", 3),
            org.assertj.core.groups.Tuple.tuple("crashed", 3),
            org.assertj.core.groups.Tuple.tuple("finished", 1));
  }

  /** As after kill -9 of the program: nobody is left who waits for the process. */
  @Test
  void aProcessThatOutlivedTheProgramIsFoundAgain() throws Exception {
    NodeTask task = fixture.task(0, "echo run >> ../runs; sleep 1; echo done > result");
    LocalProcess.start(task, Map.of());
    Files.writeString(task.folder().resolve("more.1"), "of the running attempt");
    TaskEnd end = new LocalNode(1, 0, Map.of()).run(List.of(task), fixture).get(0);
    assertThat(end.isFinished()).isTrue();
    assertThat(task.folder().resolve("result")).hasContent("done");
    assertThat(task.folder().resolve("more.1")).exists();
    assertThat(Files.readAllLines(folder.resolve("runs"))).hasSize(1);

    LocalProcess.start(task, Map.of()).await(0); // its end is known to those who waited only
    LocalProcess unseen = LocalProcess.start(task, Map.of());
    assertThat(unseen.where()).contains("process");
    Thread.sleep(1500); // ended, and nobody looked
    new LocalNode(1, 0, Map.of()).run(List.of(task), fixture);
    assertThat(Files.readAllLines(folder.resolve("runs"))).hasSize(3);
  }

  @Test
  void stoppingCancelsOrKeeps() throws Exception {
    for (OnExit onExit : OnExit.values()) {
      fixture = new TaskFixture(folder.resolve(onExit.name()));
      NodeTask task = fixture.task(0, "echo $$ > result; sleep 3; echo end >> result");
      NodeTask waiting = fixture.task(1, "touch result");
      LocalNode node = new LocalNode(1, 0, Map.of());
      Thread run = new Thread(() -> node.run(List.of(task, waiting), fixture));
      run.start();
      fixture.running.await();
      Thread.sleep(300);
      node.stop(onExit);
      run.join();
      boolean cancelled = onExit == OnExit.CANCEL;
      assertThat(Files.readString(task.folder().resolve("result")).contains("end"))
          .isEqualTo(!cancelled);
      assertThat(waiting.folder().resolve("result")).doesNotExist();
    }
  }

  /** Each with an attempt more; the task beside it has its result. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "rm -rf \"$PWD\"",
        "d=$PWD; cd ..; rm -rf \"$d\"; echo now a file > \"$d\"",
        "rm -rf *; exit 3",
        "rm log; mkfifo log; exit 3",
        "rm log; ln -s /dev/zero log; exit 3",
        "rm log; mkdir log; exit 3",
        "mkdir dpsieve.exit; exit 3",
        "mkfifo dpsieve.exit; exit 3",
        "rm -f dpsieve.pid; mkfifo dpsieve.pid; exit 3",
        "echo garbage > dpsieve.pid; exit 3",
        "mkfifo result; exit 3",
        "ln -s /dev/zero result; exit 3"
      })
  @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void whatATaskDoesToItsFolderCostsOnlyItself(String command) throws IOException {
    NodeTask task = fixture.task(0, command);
    NodeTask other = fixture.task(1, "echo fine > result");
    Map<String, TaskEnd> ends =
        new TaskRuns(
                new LocalNode(2, 20, Map.of()),
                1,
                new TaskJournal(folder.resolve("tasks.jsonl")),
                fixture)
            .run(List.of(task, other), round -> round);
    assertThat(ends.get(other.name()).isFinished()).isTrue();
    assertThat(other.folder().resolve("result")).hasContent("fine");
    TaskEnd end = ends.get(task.name());
    assertThat(end.isFinished()).isEqualTo(!command.endsWith("exit 3"));
    if (!end.isFinished()) {
      assertThat(end.outcome()).isEqualTo(TaskOutcome.CRASHED);
      assertThat(end.reason()).isNotEmpty();
    }
  }

  /** As after kill -9 of the program, with what the task left in the place of the marks. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "echo garbage > dpsieve.exit",
        "mkdir dpsieve.exit",
        "mkfifo dpsieve.exit",
        "ln -s /dev/zero dpsieve.exit",
        "rm dpsieve.pid; mkfifo dpsieve.pid",
        "rm dpsieve.pid; mkdir dpsieve.pid; echo 0 > dpsieve.exit"
      })
  @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void spoiltMarksCostAnAttempt(String spoil) throws Exception {
    NodeTask task = fixture.task(0, "echo again > result");
    Files.writeString(task.folder().resolve("dpsieve.pid"), "1 never\n");
    assertThat(
            new ProcessBuilder("sh", "-c", spoil)
                .directory(task.folder().toFile())
                .start()
                .waitFor())
        .isZero();
    Map<String, TaskEnd> ends =
        new TaskRuns(
                new LocalNode(1, 20, Map.of()),
                1,
                new TaskJournal(folder.resolve("tasks.jsonl")),
                fixture)
            .run(List.of(task), round -> round);
    assertThat(ends.get(task.name()).isFinished()).isTrue();
    assertThat(task.folder().toFile().list()).doesNotContain("dpsieve.exit", "dpsieve.pid");
  }
}
