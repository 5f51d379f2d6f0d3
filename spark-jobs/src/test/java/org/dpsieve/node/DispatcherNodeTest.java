package org.dpsieve.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.dpsieve.error.InputException;
import org.dpsieve.label.TaskOutcome;
import org.dpsieve.testing.Dispatcher;
import org.dpsieve.testing.SlurmService;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Against real dpdispatcher, Slurm and sshd. */
@Timeout(180)
@Tag("peer")
class DispatcherNodeTest {
  private static final double POLL = 0.5;

  @TempDir static Path services;
  private static SlurmService slurm;
  private static String python;

  @TempDir Path folder;

  @BeforeAll
  static void startServices() throws IOException {
    String dispatcher = Dispatcher.python();
    slurm = SlurmService.start(services.resolve("slurm"));
    python = slurm.wrap(dispatcher);
  }

  @AfterAll
  static void stopServices() throws IOException {
    if (slurm != null) {
      slurm.close();
    }
  }

  private Map<String, Object> machine(String batch, String context) {
    Map<String, Object> machine = new HashMap<>();
    machine.put("batch_type", batch);
    machine.put("context_type", context);
    machine.put("local_root", "./");
    machine.put("remote_root", folder.resolve("remote").toString());
    if (context.equals("SSHContext")) {
      machine.put("remote_profile", slurm.remoteProfile());
    }
    return machine;
  }

  private static Map<String, Object> resources(int groupSize, String queue) {
    return Map.of(
        "number_node",
        1,
        "cpu_per_node",
        1,
        "gpu_per_node",
        0,
        "queue_name",
        queue,
        "group_size",
        groupSize);
  }

  private DispatcherNode node(String batch, String context, String queue, double limit) {
    return new DispatcherNode(python, machine(batch, context), resources(5, queue), POLL, limit);
  }

  @ParameterizedTest
  @CsvSource({
    "Shell, LocalContext",
    "Shell, LazyLocalContext",
    "Shell, SSHContext",
    "Slurm, LocalContext",
    "Slurm, SSHContext"
  })
  void oneFailingTaskInTenCostsOnlyItself(String batch, String context) throws IOException {
    TaskFixture fixture = new TaskFixture(folder.resolve("02.fp"));
    List<NodeTask> tasks = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      tasks.add(
          fixture.task(
              i,
              i == 3
                  ? "echo 'it'\\''s no use' >&2; exit 7"
                  : "read a b < input; echo $b > result; echo > more.txt"));
    }
    Files.writeString(tasks.get(5).folder().resolve("result"), "of an earlier attempt");
    DispatcherNode node = node(batch, context, "normal", 0);
    node.check();
    List<TaskEnd> ends = node.run(tasks, fixture);
    assertThat(ends).hasSize(10);
    for (int i = 0; i < 10; i++) {
      TaskEnd end = fixture.ends.get(tasks.get(i).name());
      if (i == 3) {
        assertThat(end.outcome()).isEqualTo(TaskOutcome.CRASHED);
        assertThat(end.reason()).isEqualTo("exit code 7: it's no use");
        assertThat(tasks.get(i).folder().resolve("result")).doesNotExist();
      } else {
        assertThat(end.isFinished()).as(end.toString()).isTrue();
        assertThat(tasks.get(i).folder().resolve("result")).hasContent("" + i);
        assertThat(tasks.get(i).folder().resolve("more.txt")).exists();
      }
      assertThat(tasks.get(i).folder().toFile().list())
          .as("nothing of the dispatcher's stays")
          .isSubsetOf("input", "log", "result", "more.txt");
    }
    assertThat(fixture.places).anySatisfy(p -> assertThat(p).startsWith(batch + " job "));
    assertThat(fixture.base.toFile().list()).doesNotContain(".jobs");
    Path remote = folder.resolve("remote");
    assertThat(Files.exists(remote) ? remote.toFile().list() : new String[0]).isEmpty();
  }

  @Test
  void aJobKilledByItsSchedulerLosesOnlyWhatHadNotEnded() throws Exception {
    TaskFixture fixture = new TaskFixture(folder.resolve("02.fp"));
    List<NodeTask> tasks =
        List.of(
            fixture.task(0, "echo a > result"),
            fixture.task(1, "scancel $SLURM_JOB_ID; sleep 30"),
            fixture.task(2, "echo c > result"));
    node("Slurm", "LocalContext", "normal", 0).run(tasks, fixture);
    assertThat(fixture.ends.get(tasks.get(1).name()).outcome()).isEqualTo(TaskOutcome.CRASHED);
    // By the job's shell where that outlives the signal, else by who watches the job.
    assertThat(fixture.ends.get(tasks.get(1).name()).reason())
        .containsAnyOf("exit code 143", "ended before");
    // Whatever else the job took with it is run alone the next time.
    Map<String, TaskEnd> ends =
        new TaskRuns(
                node("Slurm", "LocalContext", "normal", 0),
                1,
                new TaskJournal(folder.resolve("tasks.jsonl")),
                fixture)
            .run(tasks, round -> round);
    assertThat(ends.get(tasks.get(0).name()).isFinished()).isTrue();
    assertThat(ends.get(tasks.get(1).name()).isFinished()).isFalse();
    assertThat(ends.get(tasks.get(2).name()).isFinished()).isTrue();
  }

  /** Each with an attempt more; the tasks beside it, in the same job, have their results. */
  @ParameterizedTest
  @CsvSource({
    "Shell, LocalContext",
    "Shell, LazyLocalContext",
    "Shell, SSHContext",
    "Slurm, LocalContext"
  })
  void whatATaskDoesToItsFolderCostsOnlyItself(String batch, String context) throws IOException {
    TaskFixture fixture = new TaskFixture(folder.resolve("02.fp"));
    List<NodeTask> tasks = new ArrayList<>();
    for (String command :
        List.of(
            "echo fine > result",
            "d=$PWD; cd ..; rm -rf \"$d\"; exit 3",
            "d=$PWD; cd ..; rm -rf \"$d\"; echo now a file > \"$d\"; exit 3",
            "rm -rf *; exit 3",
            "rm log; mkfifo log; exit 3",
            "mkfifo result; exit 3",
            "ln -s /dev/zero result; exit 3",
            "echo fine > result")) {
      tasks.add(fixture.task(tasks.size(), command));
    }
    Map<String, TaskEnd> ends =
        new TaskRuns(
                node(batch, context, "normal", 0),
                1,
                new TaskJournal(folder.resolve("tasks.jsonl")),
                fixture)
            .run(tasks, round -> round);
    for (NodeTask task : tasks) {
      TaskEnd end = ends.get(task.name());
      assertThat(end.isFinished()).as(end.toString()).isEqualTo(task.command().contains("fine"));
      assertThat(end.isFinished() || !end.reason().isEmpty()).isTrue();
    }
  }

  @Test
  void tooLongIsTimedOut() throws IOException {
    TaskFixture fixture = new TaskFixture(folder.resolve("02.fp"));
    List<NodeTask> tasks =
        List.of(fixture.task(0, "echo a > result; sleep 60"), fixture.task(1, "echo b > result"));
    node("Slurm", "LocalContext", "normal", 1).run(tasks, fixture);
    assertThat(fixture.ends.get(tasks.get(0).name()).outcome()).isEqualTo(TaskOutcome.TIMED_OUT);
    assertThat(fixture.ends.get(tasks.get(1).name()).isFinished()).isTrue();
  }

  /** Says in a file of its own that it runs, and ends once there is a file {@code go}. */
  private String counted() {
    return "echo run >> '%s/runs'.$(cat input | tr -d ' '); until [ -e '%s/go' ]; do sleep 0.2; done; echo x > result"
        .formatted(folder, folder);
  }

  /**
   * The queue is edited meanwhile, which by dpdispatcher's own means would be another submission.
   */
  @ParameterizedTest
  @CsvSource({"Slurm, LocalContext", "Slurm, SSHContext", "Shell, LazyLocalContext"})
  void jobsLeftInTheQueueAreFoundAgainAndRunOnce(String batch, String context) throws Exception {
    TaskFixture fixture = new TaskFixture(folder.resolve("02.fp"));
    String command = counted();
    List<NodeTask> tasks = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      tasks.add(fixture.task(i, command));
    }
    DispatcherNode first =
        new DispatcherNode(python, machine(batch, context), resources(1, "normal"), POLL, 0);
    Thread run = new Thread(() -> first.run(tasks, fixture));
    run.start();
    fixture.running.await();
    first.stop(OnExit.KEEP);
    run.join();
    Files.createFile(folder.resolve("go"));
    assertThat(fixture.ends.size()).isLessThan(4);
    DispatcherNode second =
        new DispatcherNode(python, machine(batch, context), resources(2, "other"), POLL, 0);
    tasks.add(fixture.task(4, command)); // and one that is new
    second.run(tasks, fixture);
    for (int i = 0; i < 5; i++) {
      assertThat(fixture.ends.get(tasks.get(i).name()).isFinished()).isTrue();
      assertThat(tasks.get(i).folder().resolve("result")).hasContent("x");
      assertThat(Files.readAllLines(folder.resolve("runs.number" + i))).hasSize(1);
    }
  }

  @Test
  void jobsOfADispatcherThatWasKilledAreFoundAgainAndRunOnce() throws Exception {
    TaskFixture fixture = new TaskFixture(folder.resolve("02.fp"));
    List<NodeTask> tasks = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      tasks.add(fixture.task(i, counted()));
    }
    DispatcherNode first = node("Slurm", "LocalContext", "normal", 0);
    AtomicReference<Throwable> end = new AtomicReference<>();
    Thread run = new Thread(() -> first.run(tasks, fixture));
    run.setUncaughtExceptionHandler((thread, e) -> end.set(e));
    run.start();
    fixture.running.await();
    ProcessHandle.current()
        .children()
        .filter(child -> child.info().commandLine().orElse("").contains("dpdispatcher"))
        .forEach(ProcessHandle::destroyForcibly);
    run.join();
    Files.createFile(folder.resolve("go"));
    assertThat(end.get()).isInstanceOf(InputException.class);
    node("Slurm", "LocalContext", "other", 0).run(tasks, fixture);
    for (int i = 0; i < 3; i++) {
      assertThat(fixture.ends.get(tasks.get(i).name()).isFinished()).isTrue();
      assertThat(Files.readAllLines(folder.resolve("runs.number" + i))).hasSize(1);
    }
  }

  /** Stand-ins of the schedulers' own commands keep the script they are given and run it. */
  @ParameterizedTest
  @CsvSource({
    "PBS, qsub, #PBS -l select=1:ncpus=2:ngpus=1, #PBS -q somewhere",
    "LSF, bsub, #BSUB -n 2, #BSUB -q somewhere"
  })
  void otherSchedulersGetTheResourcesAsTheyAre(
      String batch, String command, String size, String queue) throws IOException {
    Path bin = Files.createDirectories(folder.resolve("bin"));
    String keep =
        "cat > '%s/script'; bash '%s/script' > /dev/null 2>&1; ".formatted(folder, folder);
    program(bin.resolve("qsub"), "cat \"$1\" | (" + keep + ") ; echo 7.host");
    program(bin.resolve("qstat"), "echo 'Job id Name User Use S Queue'; echo '7.host a b 0 F c'");
    program(bin.resolve("bsub"), keep + "echo 'Job <7> is submitted to queue <c>.'");
    program(bin.resolve("bjobs"), "echo 'JOBID USER STAT QUEUE'; echo '7 a DONE c'");
    Path wrapped = bin.resolve("python");
    program(wrapped, "PATH='%s':\"$PATH\" exec '%s' \"$@\"".formatted(bin, python));
    Map<String, Object> resources = new HashMap<>(resources(2, "somewhere"));
    resources.put("cpu_per_node", 2);
    resources.put("gpu_per_node", 1);
    resources.put("custom_flags", List.of("# a flag of the centre's"));
    resources.put("prepend_script", List.of("export SAID=hello"));
    TaskFixture fixture = new TaskFixture(folder.resolve("02.fp"));
    List<NodeTask> tasks =
        List.of(fixture.task(0, "echo $SAID > result"), fixture.task(1, "exit 3"));
    new DispatcherNode(wrapped.toString(), machine(batch, "LocalContext"), resources, POLL, 0)
        .run(tasks, fixture);
    assertThat(tasks.get(0).folder().resolve("result")).hasContent("hello");
    assertThat(fixture.ends.get(tasks.get(1).name()).reason()).contains("exit code 3");
    assertThat(Files.readString(folder.resolve("script")))
        .contains(size, queue, "# a flag of the centre's");
    assertThat(fixture.places).contains(batch + " job " + (batch.equals("PBS") ? "7.host" : "7"));
  }

  private static void program(Path file, String text) throws IOException {
    Files.writeString(file, "#!/bin/sh\n" + text + "\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  @Test
  void cancellingEmptiesTheQueue() throws Exception {
    TaskFixture fixture = new TaskFixture(folder.resolve("02.fp"));
    List<NodeTask> tasks = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      tasks.add(fixture.task(i, "sleep 60"));
    }
    DispatcherNode node =
        new DispatcherNode(
            python, machine("Slurm", "LocalContext"), resources(1, "normal"), POLL, 0);
    Thread run = new Thread(() -> node.run(tasks, fixture));
    run.start();
    fixture.running.await();
    node.stop(OnExit.CANCEL);
    run.join();
    Thread.sleep(500);
    assertThat(slurm.ask("squeue", "-h", "-t", "PD,R")).isEmpty();
    assertThat(fixture.base.resolve(".jobs").toFile().list()).isEmpty();
  }

  @Test
  void passwordsAreNeverWrittenNorSaid() throws IOException {
    String password = "correct horse battery";
    Map<String, Object> machine = new HashMap<>(machine("Slurm", "SSHContext"));
    Map<String, Object> profile = new HashMap<>(slurm.remoteProfile());
    profile.put("password", password);
    machine.put("remote_profile", profile);
    TaskFixture fixture = new TaskFixture(folder.resolve("02.fp"));
    NodeTask task = fixture.task(0, "echo x > result");
    new DispatcherNode(python, machine, resources(1, "normal"), POLL, 0)
        .run(List.of(task), fixture);
    assertThat(fixture.ends.get(task.name()).isFinished()).isTrue();
    profile.remove("key_filename");
    profile.put("look_for_keys", false);
    assertThatThrownBy(
            () -> new DispatcherNode(python, machine, resources(1, "normal"), POLL, 0).check())
        .isInstanceOf(InputException.class)
        .hasMessageContaining("dpdispatcher")
        .hasMessageNotContaining(password);
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        assertThat(Files.readString(file)).as(file.toString()).doesNotContain(password);
      }
    }
  }

  @Test
  void aPythonWithoutDpdispatcherIsExplained() {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/python3")), "skipped: no /usr/bin/python3");
    DispatcherNode other =
        new DispatcherNode(
            "/usr/bin/python3", machine("Shell", "LazyLocalContext"), resources(1, ""), POLL, 0);
    assertThatThrownBy(other::check)
        .isInstanceOf(InputException.class)
        .hasMessageContainingAll("/usr/bin/python3", "dpdispatcher_python", "pip install");
    assertThatThrownBy(() -> new DispatcherNode("/no/python", Map.of(), Map.of(), POLL, 0).check())
        .isInstanceOf(InputException.class)
        .hasMessageContainingAll("/no/python", "dpdispatcher_python");
  }

  /** Files of old DP-GEN have none, and dpdispatcher no default. */
  @Test
  void withoutGroupSizeATaskIsAJob() throws IOException {
    TaskFixture fixture = new TaskFixture(folder.resolve("02.fp"));
    List<NodeTask> tasks = List.of(fixture.task(0, "echo a > result"));
    Map<String, Object> machine = machine("Shell", "LazyLocalContext");
    new DispatcherNode(python, machine, Map.of("number_node", 1), POLL, 0).run(tasks, fixture);
    assertThat(fixture.ends.get(tasks.get(0).name()).isFinished()).isTrue();
  }

  @Test
  void wrongSettingsAreFoundBeforeAnyWork() {
    Map<String, Object> machine = machine("Slurm", "SSHContext");
    Map<String, Object> profile = new HashMap<>(slurm.remoteProfile());
    profile.put("port", 1);
    machine.put("remote_profile", profile);
    assertThatThrownBy(() -> new DispatcherNode(python, machine, resources(1, ""), POLL, 0).check())
        .isInstanceOf(InputException.class)
        .hasMessageContaining("127.0.0.1");
  }
}
