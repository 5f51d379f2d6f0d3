package org.dpsieve.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.dpsieve.config.RunConfig;
import org.dpsieve.loop.Facts;
import org.dpsieve.loop.Summary;
import org.dpsieve.spark.loop.RehearsedLabels;
import org.dpsieve.spark.loop.RehearsedLabels.Composition;
import org.dpsieve.spark.loop.RehearsedLabels.Measured;
import org.dpsieve.text.Counted;

/**
 * What a run with a costly labeller is expected to take, by one with a cheap teacher.
 *
 * @param secondsPerLabel of the real run; NaN where that is not known
 * @param measured the real run, of which some labels are made to know it; empty where none are
 */
record Rehearsal(double secondsPerLabel, Optional<RunConfig> measured) {
  private static final double SECONDS_OF_AN_HOUR = 3600;
  private static final String INDENT = " ".repeat(11);

  /** Formulas with a line of their own. */
  private static final int SHOWN = 20;

  /** Before any work. */
  void check(RehearsedLabels labels) {
    measured.ifPresent(labels::check);
  }

  /** In the end. */
  void tell(Summary summary, RehearsedLabels labels, Consumer<String> out) {
    if (summary.labels().isEmpty()) {
      return;
    }
    double seconds = secondsPerLabel;
    if (measured.isPresent()) {
      List<Measured> tasks = labels.measure(measured.get(), summary.labels());
      measured(tasks).forEach(out);
      seconds = mean(tasks);
    }
    text(summary, labels.compositions(summary.labels()), seconds).forEach(out);
  }

  /**
   * @param compositions what was labelled, those with most labels first
   * @param seconds that a label of the real run takes; NaN where that is not known
   */
  static List<String> text(Summary summary, List<Composition> compositions, double seconds) {
    List<String> lines = new ArrayList<>();
    lines.add("");
    lines.add(
        format(
            "rehearsed: the real run is expected to take %s (%s) in %s",
            Counted.of(summary.labelled(), "label"),
            summary.labelledByElements().entrySet().stream()
                .map(set -> set.getKey() + " " + set.getValue())
                .collect(Collectors.joining(", ")),
            Counted.of(summary.labellingIterations(), "iteration")));
    if (!Double.isNaN(seconds)) {
      lines.add(
          INDENT
              + format(
                  "at %.4g s a label %.4g hours of labelling, one label at a time",
                  seconds, summary.labelled() * seconds / SECONDS_OF_AN_HOUR));
    }
    compositions(compositions, lines);
    lines.add(INDENT + "labels   expected error of the pool by then");
    for (Summary.Iteration iteration : summary.iterations()) {
      Facts.Expected expected =
          iteration.deviation() == null ? null : iteration.deviation().expected();
      if (expected != null && expected.known() && iteration.training() != null) {
        lines.add(
            INDENT
                + format(
                    "%6d   %.2f meV/atom, %.4f eV/Å",
                    iteration.training().frames(), 1000 * expected.energy(), expected.force()));
      }
    }
    lines.add(INDENT + "report.html draws error by labels");
    return lines;
  }

  private static void compositions(List<Composition> all, List<String> lines) {
    lines.add(INDENT + "labels   atoms   composition");
    for (Composition one : all.subList(0, Math.min(SHOWN, all.size()))) {
      lines.add(INDENT + format("%6d   %5d   %s", one.labels(), one.atoms(), one.formula()));
    }
    if (all.size() > SHOWN) {
      List<Composition> others = all.subList(SHOWN, all.size());
      lines.add(
          INDENT
              + format(
                  "%6d           %s",
                  others.stream().mapToLong(Composition::labels).sum(),
                  Counted.of(others.size(), "other")));
    }
  }

  /** Each of the real program's tasks, and what follows from those that gave a label. */
  static List<String> measured(List<Measured> all) {
    List<String> lines = new ArrayList<>();
    lines.add("");
    lines.add("measured on %s (rehearsal/task.*):".formatted(Counted.of(all.size(), "real task")));
    for (Measured one : all) {
      lines.add(
          INDENT
              + format(
                  "%s, %s: %s",
                  one.formula(),
                  Counted.of(one.atoms(), "atom"),
                  one.problem().isEmpty() ? format("%.4g s", one.seconds()) : one.problem()));
    }
    return lines;
  }

  /** Seconds that a label takes; NaN where no task gave one. */
  static double mean(List<Measured> all) {
    return all.stream()
        .mapToDouble(Measured::seconds)
        .filter(Double::isFinite)
        .average()
        .orElse(Double.NaN);
  }

  private static String format(String text, Object... values) {
    return String.format(Locale.ROOT, text, values);
  }
}
