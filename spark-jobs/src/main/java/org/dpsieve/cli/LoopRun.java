package org.dpsieve.cli;

import java.io.Closeable;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CancellationException;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.spark.sql.SparkSession;
import org.dpsieve.config.Plan;
import org.dpsieve.config.PoolSurvey;
import org.dpsieve.config.RunConfig;
import org.dpsieve.config.SimplifyConfig;
import org.dpsieve.loop.Facts;
import org.dpsieve.loop.RunTable;
import org.dpsieve.loop.Settings;
import org.dpsieve.loop.Simplify;
import org.dpsieve.loop.StalledException;
import org.dpsieve.loop.Summary;
import org.dpsieve.loop.Verdict;
import org.dpsieve.loop.Warnings;
import org.dpsieve.loop.Workdir;
import org.dpsieve.spark.frames.WriteFailure;
import org.dpsieve.spark.loop.RehearsedLabels;
import org.dpsieve.spark.loop.SparkStages;
import org.dpsieve.spark.report.RunReporter;
import org.dpsieve.text.Counted;

/** Runs iterations in a work directory and says what came of them. */
final class LoopRun {
  private static final int DONE = 0;
  private static final int STALLED = 4;

  private final RunConfig config;
  private final RunArguments arguments;
  private final Workdir workdir;
  private final PrintWriter out;
  private Rehearsal rehearsal; // null where nothing is rehearsed

  LoopRun(RunConfig config, RunArguments arguments, PrintWriter out) {
    this.config = config;
    this.arguments = arguments;
    this.workdir = new Workdir(arguments.workdir);
    this.out = out;
  }

  /** The run stands for one with costly labels, whose cost is said in the end. */
  void rehearse(Rehearsal how) {
    rehearsal = how;
  }

  /** Says what would be done, and what would end it. */
  int plan() {
    PoolSurvey survey = PoolSurvey.of(config.simplify());
    Plan.of(config, survey).forEach(out::println);
    out.flush();
    // what a run looks at before any work
    Supplier<SparkSession> spark = new OneSession();
    SparkStages.of(config, workdir, spark, ignored -> {}, ignored -> {});
    if (rehearsal != null) {
      rehearsal.check(new RehearsedLabels(spark, workdir, ignored -> {}, ignored -> {}));
    }
    survey.requireNone();
    return DONE;
  }

  /**
   * @param lastWord whether {@code continue}, {@code converged} or {@code stalled} is printed last
   * @return the exit code
   */
  @SuppressWarnings("try") // the lock is there to be held
  int execute(Function<Simplify, Simplify.Outcome> how, boolean lastWord) {
    long start = System.nanoTime();
    try (Closeable lock = workdir.lock();
        ProgressLine progress = new ProgressLine(out)) {
      Supplier<SparkSession> spark = new OneSession();
      RunReporter reporter = new RunReporter(workdir, spark);
      RunConsole console =
          new RunConsole(
              workdir,
              progress,
              config.simplify().trust().measure(),
              () -> {
                reporter.keepModels(config.simplify().train().models());
                reporter.write();
              });
      config.warnings().forEach(warning -> console.say("warning: " + warning));
      summary(config).forEach(console::note);
      SimplifyConfig run = config.simplify();
      if (!run.pool().labeled()) { // labels that are calculated are of elements
        run.elements().said(run.typeMap()).ifPresent(console::note);
      }
      console.say("work directory: " + workdir.root());
      try {
        SparkStages stages =
            SparkStages.of(
                config,
                workdir,
                () -> console.describe(spark.get()),
                console::tasks,
                console::note);
        Simplify simplify =
            new Simplify(
                workdir,
                Settings.of(config, workdir).accepting(arguments.accepted),
                stages,
                console);
        RehearsedLabels labels = new RehearsedLabels(spark, workdir, console::tasks, console::note);
        if (rehearsal != null) {
          rehearsal.check(labels);
        }
        Thread hook =
            new Thread(
                () -> {
                  stages.stop(arguments.onExit);
                  labels.stop(arguments.onExit);
                },
                "on-exit");
        Runtime.getRuntime().addShutdownHook(hook);
        Simplify.Outcome outcome = how.apply(simplify);
        report(console);
        conclude(console, outcome, (System.nanoTime() - start) / 1e9);
        if (rehearsal != null && outcome.result() != null) {
          rehearsal.tell(outcome.summary(), labels, console::say);
        }
        Runtime.getRuntime().removeShutdownHook(hook);
        if (lastWord) {
          console.say(word(outcome.verdict()));
        }
        // a limit ends a run well, but a loop over single iterations has to stop
        boolean limit =
            outcome.verdict() == Verdict.MAX_ITER || outcome.verdict() == Verdict.LABEL_BUDGET;
        return lastWord && limit ? STALLED : DONE;
      } catch (CancellationException e) {
        console.say("stopped: the same command goes on from here");
        return STALLED; // the process is ending by a signal, which decides its exit code
      } catch (StalledException e) {
        report(console);
        console.say("");
        console.say("stalled: " + e.getMessage());
        if (lastWord) {
          console.say("stalled");
        }
        return STALLED;
      }
    } catch (RuntimeException | IOException e) {
      throw WriteFailure.of(e, workdir.root().toString());
    }
  }

  /** Begun when it is first asked for. */
  private final class OneSession implements Supplier<SparkSession> {
    private SparkSession session;

    @Override
    public SparkSession get() {
      if (session == null) {
        session = arguments.spark.open("simplify", workdir.root());
      }
      return session;
    }
  }

  private void report(RunConsole console) {
    if (console.hasNews() || !Files.exists(workdir.report())) {
      console.refreshReport();
    }
  }

  /** What {@code --dry-run} lists key by key, in a line. */
  private static List<String> summary(RunConfig config) {
    int renamed = config.migrations().size();
    int others = config.notes().size();
    List<String> counts = new ArrayList<>();
    if (renamed > 0) {
      counts.add(Counted.of(renamed, "old or ignored key"));
    }
    if (others > 0) {
      counts.add(Counted.of(others, "remark"));
    }
    return counts.isEmpty()
        ? List.of()
        : List.of(String.join(" and ", counts) + " about the two files: --dry-run lists them");
  }

  private static String word(Verdict verdict) {
    return switch (verdict) {
      case CONTINUE -> "continue";
      case CONVERGED, TARGET_ERROR -> "converged";
      case MAX_ITER, LABEL_BUDGET, STALLED -> "stalled";
    };
  }

  private void conclude(RunConsole console, Simplify.Outcome outcome, double seconds) {
    Summary summary = outcome.summary();
    if (outcome.result() == null) {
      return;
    }
    Facts.Result result = outcome.result();
    console.say("");
    console.say(
        String.format(
            Locale.ROOT,
            "%s (%s, %s; this call took %.1f s)",
            sentence(outcome.verdict()),
            Counted.of(summary.labellingIterations(), "iteration"),
            Counted.of(summary.labelled(), "label"),
            seconds));
    Warnings.of(summary.iterations(), result).forEach(console::warn);
    console.say("");
    RunTable.labels(summary).forEach(console::say);
    if (result.errors() != null) {
      console.say("");
      RunTable.errors(result.errors(), result.pool()).forEach(console::say);
    } else if (result.property() != null) {
      console.say("");
      RunTable.property(result.property()).forEach(console::say);
    } else {
      console.say("errors on frames never labelled: not known, their new labels are not");
    }
    console.say("");
    console.say(RunTable.deviation(result.maxDeviForce(), config.simplify().trust().measure()));
    if (result.classes() != null) {
      console.say(RunTable.finalClasses(result.classes()));
    }
    if (result.expected() != null) {
      console.say(RunTable.expected(result.expected()));
    }
    if (result.foretold() != null) {
      RunTable.foretold(result.foretold()).forEach(console::say);
    }
    if (result.pool() != null) {
      console.say(RunTable.pool(result.pool()));
    }
    console.say(
        "result: %s (data, graph.*, deviation.parquet, summary.json)".formatted(workdir.result()));
    console.say("report: " + workdir.report());
  }

  private static String sentence(Verdict verdict) {
    return switch (verdict) {
      case CONVERGED -> "Converged: nothing is left to pick";
      case MAX_ITER -> "Stopped at max_iter; run again with a larger one to go on";
      case LABEL_BUDGET -> "Stopped at label_budget; run again with a larger one to go on";
      case TARGET_ERROR -> "Errors are expected below target_error";
      case CONTINUE, STALLED -> throw new IllegalStateException("no end: " + verdict);
    };
  }
}
