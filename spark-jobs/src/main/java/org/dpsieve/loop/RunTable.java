package org.dpsieve.loop;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.dpsieve.pick.Measure;
import org.dpsieve.text.Counted;

/** A run in columns, for a person at a terminal. */
public final class RunTable {
  private static final String NONE = "-";

  /** The published example's own count, Ag, Au and Ag-Au, in 4 iterations. */
  private static final Map<String, Long> PUBLISHED = Map.of("Ag", 144L, "Au", 155L, "Ag-Au", 275L);

  /** By its pool one knows the built-in example, which takes after the published one. */
  private static final Map<String, Long> EXAMPLE = Map.of("Ag", 520L, "Au", 520L, "Ag-Au", 1560L);

  private final int width;
  private final Measure measure;

  /**
   * @param poolFrames the largest count that will be shown
   * @param measure what frames are picked by
   */
  public RunTable(long poolFrames, Measure measure) {
    this.measure = measure;
    this.width = Math.max(8, count(poolFrames).length() + 1);
  }

  /** Two lines, over {@link #row}. */
  public List<String> header() {
    String wide = "%" + (width + 8) + "s";
    String frames = "%" + width + "s";
    return List.of(
        format(
            "iter %9s" + frames + wide + wide + wide + "  %-32s  %-28s",
            "labelled",
            "left",
            "accurate",
            "candidate",
            "failed",
            "  " + measure.title(),
            "  time, s"),
        format(
            "%4s %9s" + frames + wide + wide + wide + "  %7s %7s %7s %8s  %6s %6s %6s %7s",
            "",
            "",
            "",
            "",
            "",
            "",
            "50 %",
            "90 %",
            "99 %",
            "max",
            "train",
            "devi",
            "pick",
            "label"));
  }

  /**
   * One iteration.
   *
   * @param seconds of each stage by name; what was not done or not measured is absent
   */
  public String row(Summary.Iteration iteration, Map<String, Double> seconds) {
    Facts.Picks picks = iteration.picks();
    boolean asked = iteration.deviation() != null;
    String wide = "%" + width + "s%8s";
    Facts.Quantiles deviation =
        asked
            ? iteration.deviation().maxDeviForce()
            : new Facts.Quantiles(Double.NaN, Double.NaN, Double.NaN, Double.NaN);
    return format(
        "%4d %9s%" + width + "s" + wide + wide + wide + "  %7s %7s %7s %8s  %6s %6s %6s %7s",
        iteration.number(),
        count(iteration.labelledSoFar()),
        count(picks.frames()),
        asked ? count(picks.accurate()) : NONE,
        asked ? percent(picks.accurate(), picks.frames()) : "",
        asked ? count(picks.candidate()) : NONE,
        asked ? percent(picks.candidate(), picks.frames()) : "",
        asked ? count(picks.failed()) : NONE,
        asked ? percent(picks.failed(), picks.frames()) : "",
        deviation(deviation.median(), measure),
        deviation(deviation.p90(), measure),
        deviation(deviation.p99(), measure),
        deviation(deviation.max(), measure),
        time(seconds, "train"),
        time(seconds, "deviation"),
        time(seconds, "pick"),
        time(seconds, "label"));
  }

  /** What errors are expected, and what more labels are expected to buy. */
  public static String expected(Facts.Expected expected) {
    if (!expected.known()) {
      return "expected error of the pool: not known (an element without labels, or too few labels)";
    }
    if (expected.property() != null) {
      return format(
          "expected error of the pool, root mean square of %s: %s",
          Counted.of(expected.frames(), "frame"), unitless(expected.property()));
    }
    String now =
        format(
            "expected error of the pool, root mean square of %s: %.2f meV/atom, %.4f eV/Å",
            Counted.of(expected.frames(), "frame"), 1000 * expected.energy(), expected.force());
    if (Double.isNaN(expected.nextEnergy()) || Double.isNaN(expected.nextForce())) {
      return now;
    }
    return now
        + format(
            "; with %s %.2f meV/atom (%.0f %% less), %.4f eV/Å (%.0f %% less)",
            Counted.of(Facts.Expected.NEXT, "more label"),
            1000 * expected.nextEnergy(),
            100 * (1 - expected.nextEnergy() / expected.energy()),
            expected.nextForce(),
            100 * (1 - expected.nextForce() / expected.force()));
  }

  /** Which frames leave the pool as nobody can label them; empty where there are none. */
  public static Optional<String> unfit(Facts.Picks picks) {
    return picks.skipped() == 0
        ? Optional.empty()
        : Optional.of(
            "%s unfit to be labelled, and left the pool: %s"
                .formatted(Counted.of(picks.skipped(), "frame is", "frames are"), reasons(picks)));
  }

  /** {@code periodic 20, bad box 3}. */
  static String reasons(Facts.Picks picks) {
    return picks.skippedBy().entrySet().stream()
        .map(reason -> reason.getKey() + " " + count(reason.getValue()))
        .collect(Collectors.joining(", "));
  }

  /** Iterations and labels by composition; of the built-in example beside the published one's. */
  public static List<String> labels(Summary summary) {
    SortedMap<String, Long> mine = summary.labelledByElements();
    Set<String> sets = new TreeSet<>(summary.pool().byElements().keySet());
    List<String> order = new ArrayList<>(sets);
    order.sort(
        Comparator.comparingLong((String set) -> set.chars().filter(c -> c == '-').count())
            .thenComparing(set -> set));
    int[] widths = new int[order.size() + 3];
    Arrays.fill(widths, 9);
    widths[0] = 32;
    widths[1] = 12;
    TextTable table = new TextTable(widths);
    table.row(cells("frames labelled", "iterations", order, "all"));
    if (summary.pool().byElements().equals(EXAMPLE)) {
      table.row(labels("published example (Ag-Au, DFT)", 4, order, PUBLISHED));
    }
    table.row(labels("this run", summary.labellingIterations(), order, mine));
    table.row(
        labels(
            "pool of " + Counted.of(summary.pool().frames(), "frame"),
            "",
            order,
            summary.pool().byElements()));
    return table.lines();
  }

  private static Object[] labels(
      String name, Object iterations, List<String> order, Map<String, Long> counts) {
    return cells(
        name,
        iterations,
        order.stream().map(set -> count(counts.getOrDefault(set, 0L))).toList(),
        count(counts.values().stream().mapToLong(Long::longValue).sum()));
  }

  private static Object[] cells(String name, Object iterations, List<String> sets, String all) {
    List<Object> cells = new ArrayList<>(List.of(name, iterations));
    cells.addAll(sets);
    cells.add(all);
    return cells.toArray();
  }

  /**
   * The models' errors against the new level, before and after; those of labels predicted from old
   * ones, and of either after the first labels.
   *
   * @param pool {@code null} where no labels were predicted
   */
  public static List<String> errors(Facts.HeldOut errors, Facts.RelabelledPool pool) {
    List<String> lines = new ArrayList<>();
    lines.add(
        format(
            "RMS error against %s on %s never labelled",
            errors.level(), Counted.of(errors.frames(), "frame")));
    TextTable table = new TextTable(32, 12, 10, 12, 10, 12, 10);
    table.row("model", "before", "after", "before", "after", "before", "after");
    for (int m = 0; m < errors.models().size(); m++) {
      Facts.BeforeAfter model = errors.models().get(m);
      row("graph.%03d".formatted(m), model.before(), model.after(), table);
    }
    if (errors.models().size() > 1) {
      row(
          "mean of models",
          errors.mean(Facts.BeforeAfter::before),
          errors.mean(Facts.BeforeAfter::after),
          table);
    }
    after("old label + change", pool == null ? null : pool.errors(), table);
    Facts.Few few = errors.few();
    if (few != null) {
      String labels = "first %s: ".formatted(Counted.of(few.labels(), "label"));
      after(labels + "mean of models", few.models(), table);
      after(labels + "old + change", few.predicted(), table);
    }
    lines.add(table.over(2, "energy, meV/atom", "force, eV/Å", "virial, meV/atom"));
    lines.addAll(table.lines());
    return lines;
  }

  private static void row(String name, Facts.Errors before, Facts.Errors after, TextTable table) {
    table.row(
        name,
        TextTable.number(1000 * before.energy(), 2),
        TextTable.number(1000 * after.energy(), 2),
        TextTable.number(before.force(), 4),
        TextTable.number(after.force(), 4),
        TextTable.number(1000 * before.virial(), 2),
        TextTable.number(1000 * after.virial(), 2));
  }

  private static void after(String name, Facts.Errors errors, TextTable table) {
    if (errors != null) {
      table.row(
          name,
          NONE,
          TextTable.number(1000 * errors.energy(), 2),
          NONE,
          TextTable.number(errors.force(), 4),
          NONE,
          TextTable.number(1000 * errors.virial(), 2));
    }
  }

  /** The ensemble's last word on the whole pool. */
  public static String deviation(Facts.Quantiles q, Measure measure) {
    return format(
            "%s over the whole pool, final models: 50 %% %s, 90 %% %s, 99 %% %s, max %s %s",
            measure.column(),
            shown(q.median(), measure),
            shown(q.p90(), measure),
            shown(q.p99(), measure),
            shown(q.max(), measure),
            measure.unit())
        .strip();
  }

  /** What models of a property are worth. */
  public static List<String> property(Facts.PropertyResult found) {
    List<String> lines = new ArrayList<>();
    lines.add(
        format(
            "%s: RMS error %s on labelled frames left out, mean of models (spread of the labels:"
                + " %s)",
            found.property(), unitless(found.leftOut()), unitless(found.labelSpread())));
    lines.add(
        found.frames() == 0
            ? "errors on frames never labelled: not known, their labels are not"
            : format(
                "on %s never labelled: %s, mean of models %s; %.1f %% are within the 95 %%"
                    + " intervals of the first",
                Counted.of(found.frames(), "frame"),
                found.errors().stream().map(RunTable::unitless).collect(Collectors.joining(", ")),
                unitless(found.mean()),
                100 * found.coverage()));
    return lines;
  }

  /** Four digits: nobody knows how large a property is. */
  private static String unitless(double value) {
    return format("%.4g", value);
  }

  private static String shown(double value, Measure measure) {
    return measure.equals(Measure.FORCE) ? deviationText(value) : format("%.3g", value);
  }

  /** What the final models say of the pool, frame by frame. */
  public static String finalClasses(Facts.FinalClasses classes) {
    return format(
        "by the trust levels, final models: of %s never labelled %s are accurate, %s"
            + " candidates, %s failed%s; of %s labelled %s are accurate",
        Counted.of(classes.unlabelled(), "frame"),
        count(classes.accurate()),
        count(classes.candidate()),
        count(classes.failed()),
        classes.unfit() == 0 ? "" : " (%s more are unfit)".formatted(count(classes.unfit())),
        count(classes.labelled()),
        count(classes.labelled() - classes.labelledAbove()));
  }

  /** The whole pool at the new level, in a line. */
  public static String pool(Facts.RelabelledPool pool) {
    if (!pool.written()) {
      return "result/pool is not written: " + pool.reason();
    }
    long out = pool.leftOut().values().stream().mapToLong(Long::longValue).sum();
    String reasons =
        pool.leftOut().entrySet().stream()
            .map(entry -> entry.getKey() + ": " + count(entry.getValue()))
            .collect(Collectors.joining(", "));
    return format(
        "result/pool, the whole pool at the new level: %s computed, %s predicted as old"
            + " label + change (sigma, median and 95 %%: %s and %s meV/atom, %s and %s eV/Å), %s"
            + " left out%s",
        Counted.of(pool.computed(), "frame"),
        count(pool.predicted()),
        TextTable.number(1000 * pool.energySigma().median(), 2),
        TextTable.number(1000 * pool.energySigma().p95(), 2),
        TextTable.number(pool.forceSigma().median(), 4),
        TextTable.number(pool.forceSigma().p95(), 4),
        count(out),
        out == 0 ? "" : " (" + reasons + ")");
  }

  /** How well the worst frames are foretold, a line for each way. */
  public static List<String> foretold(List<Facts.Foretold> all) {
    return all.stream()
        .map(
            one ->
                format(
                    "Largest force errors foretold by %s: Spearman %.2f; of the worst tenth of the"
                        + " frames %.0f %% are in the tenth it ranks highest",
                    one.by(), one.spearman(), 100 * one.worst()))
        .toList();
  }

  /**
   * What the last training came to, a line for each model.
   *
   * @param unseen whether by frames never labelled
   */
  static List<String> finalTraining(Facts.Training training, boolean unseen) {
    List<String> lines = new ArrayList<>();
    for (int m = 0; m < training.models().size(); m++) {
      Facts.Errors before = training.models().get(m).before();
      Facts.Errors after = training.models().get(m).after();
      lines.add(
          format(
              "result/final/graph.%03d on %s %s: %s meV/atom, %s eV/Å (before final_training"
                  + " %s, %s)",
              m,
              Counted.of(training.frames(), "frame"),
              unseen ? "never labelled" : "with labels",
              TextTable.number(1000 * after.energy(), 2),
              TextTable.number(after.force(), 4),
              TextTable.number(1000 * before.energy(), 2),
              TextTable.number(before.force(), 4)));
    }
    return lines;
  }

  /** With thousands separators. */
  public static String count(long n) {
    return format("%,d", n);
  }

  private static String percent(long part, long whole) {
    return whole == 0 ? "" : format("%.1f %%", 100.0 * part / whole);
  }

  private static String deviation(double value, Measure measure) {
    return Double.isNaN(value) ? NONE : shown(value, measure);
  }

  private static String deviationText(double value) {
    return value < 100 ? format("%.3f", value) : format("%.2g", value);
  }

  private static String time(Map<String, Double> seconds, String stage) {
    Double value = seconds.get(stage);
    return value == null ? NONE : format("%.1f", value);
  }

  private static String format(String pattern, Object... values) {
    return String.format(Locale.ROOT, pattern, values);
  }
}
