package org.dpsieve.cli;

import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.apache.spark.sql.SparkSession;
import org.dpsieve.io.OwnFiles;
import org.dpsieve.loop.Facts;
import org.dpsieve.loop.RunListener;
import org.dpsieve.loop.RunTable;
import org.dpsieve.loop.Summary;
import org.dpsieve.loop.Timings;
import org.dpsieve.loop.Warnings;
import org.dpsieve.loop.Workdir;
import org.dpsieve.pick.Measure;

/**
 * Shows a run as it goes on, names its jobs for Spark's own page, and writes {@code dpsieve.log},
 * {@code timings.jsonl} and the report.
 */
final class RunConsole implements RunListener {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss", Locale.ROOT);

  private static final long TASKS_EVERY_NANOS = 10_000_000_000L;

  private final Workdir workdir;
  private final ProgressLine progress;
  private final Timings timings;
  private final Runnable report;
  private final Measure measure;
  private RunTable table;
  private final Set<String> noted = new HashSet<>();
  private String stage = "";
  private String lastTasks = "";
  private long tasksShown = System.nanoTime() - TASKS_EVERY_NANOS;
  private String doing = "start";

  /** Whether a stage was done since the last report. */
  private boolean news;

  /**
   * @param measure what frames are picked by
   * @param report writes the report
   */
  RunConsole(Workdir workdir, ProgressLine progress, Measure measure, Runnable report) {
    this.measure = measure;
    this.workdir = workdir;
    this.progress = progress;
    this.report = report;
    this.timings = new Timings(workdir.timings());
  }

  @Override
  public void started(int iteration, String stage) {
    String name = "iteration %d: %s".formatted(iteration, stage);
    double before = timings.last(stage, iteration);
    this.stage = name;
    progress.show(seconds -> ProgressLine.step(name, seconds, before));
    doing = "iteration %d: %s".formatted(iteration, what(stage));
    SparkSession.getDefaultSession().foreach(this::describe);
    log("iter.%06d %s: start".formatted(iteration, stage));
  }

  @Override
  public void finished(int iteration, String stage, double seconds) {
    progress.show((String) null);
    news = true;
    timings.add(iteration, stage, seconds);
    log(String.format(Locale.ROOT, "iter.%06d %s: done in %.2f s", iteration, stage, seconds));
    if (!ProgressLine.terminal()) {
      progress.print(
          String.format(Locale.ROOT, "  iteration %d: %s, %.1f s", iteration, stage, seconds));
    }
  }

  @Override
  public void iteration(Summary.Iteration iteration) {
    if (table == null) {
      table = new RunTable(iteration.picks().frames(), measure);
      table.header().forEach(this::say);
    }
    say(table.row(iteration, timings.of(iteration.number())));
    if (iteration.deviation() != null && iteration.deviation().expected() != null) {
      say("     " + RunTable.expected(iteration.deviation().expected()));
    }
    RunTable.unfit(iteration.picks()).ifPresent(text -> say("     " + text));
    if (iteration.training() != null) {
      oldLabels(iteration.training()).forEach(this::say);
      Warnings.of(iteration.number(), iteration.training()).forEach(this::warn);
      Warnings.notFitted(iteration.training()).filter(noted::add).ifPresent(this::note);
    }
    if (iteration.labels() != null && iteration.labels().teacher() != null) {
      teacher(iteration.labels().teacher()).forEach(this::say);
    }
    if (news) {
      refreshReport();
    }
  }

  /** What its labels say of a teacher. */
  private static List<String> teacher(Facts.Teacher teacher) {
    List<String> lines = new ArrayList<>();
    if (teacher.shifts() != null) {
      lines.add("     teacher less old labels: " + teacher.shifts().text());
    }
    if (teacher.sigma() != null) {
      lines.add(
          String.format(
              Locale.ROOT,
              "     teachers differ by %.4f eV/Å in half of these frames, by %.4f in 5 %% (standard"
                  + " deviation of a force component)",
              teacher.sigma().median(),
              teacher.sigma().p95()));
    }
    return lines;
  }

  /** What became of the old labels, model by model. */
  private static List<String> oldLabels(Facts.Training training) {
    List<String> lines = new ArrayList<>();
    for (int m = 0; m < training.models().size(); m++) {
      Facts.OldLabels old = training.models().get(m).old();
      if (old != null) {
        lines.add("     old labels, model %d %s".formatted(m, old.text()));
      }
    }
    return lines;
  }

  /** What nobody may miss. */
  void warn(String text) {
    say("WARNING: " + text);
  }

  /** Names what runs from now on in this session, for whoever looks at Spark's page. */
  SparkSession describe(SparkSession session) {
    session.sparkContext().setJobDescription(doing);
    return session;
  }

  private static String what(String stage) {
    return switch (stage) {
      case "import" -> "import: files of the pool to frames";
      case "train" -> "train: the models on all labels so far";
      case "deviation" -> "deviation: the models on every frame that is left";
      case "pick" -> "pick: class of every frame, and which are labelled";
      case "label" -> "label: the picked frames";
      case "result" -> "result: dataset, deviation of the whole pool, errors";
      default -> stage;
    };
  }

  /** A report that cannot be written is said and stops nothing. */
  void refreshReport() {
    progress.show("report");
    doing = "report: counts for report.html";
    SparkSession.getDefaultSession().foreach(this::describe);
    try {
      report.run();
      news = false;
    } catch (RuntimeException e) {
      note("report.html was not written: " + e.getMessage());
      log(e.toString());
    } finally {
      progress.show((String) null);
    }
  }

  /** Whether the report lags behind. */
  boolean hasNews() {
    return news;
  }

  /** How the tasks of the stage stand, in a few words; often. */
  synchronized void tasks(String counts) {
    if (ProgressLine.terminal()) {
      progress.go(stage + ": tasks " + counts + ",");
    } else if (System.nanoTime() - tasksShown > TASKS_EVERY_NANOS && !counts.equals(lastTasks)) {
      tasksShown = System.nanoTime();
      lastTasks = counts;
      say("  " + stage + ": tasks " + counts);
    }
  }

  @Override
  public void note(String text) {
    say("note: " + text);
  }

  /** A line for the terminal and the log. */
  void say(String line) {
    progress.print(line);
    log(line);
  }

  private void log(String line) {
    OwnFiles.appendLine(
        workdir.root().resolve("dpsieve.log"), LocalDateTime.now().format(TIME) + " - " + line);
  }
}
