package org.dpsieve.report;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.dpsieve.loop.Facts;
import org.dpsieve.loop.RunHistory;
import org.dpsieve.loop.RunTable;
import org.dpsieve.loop.Summary;
import org.dpsieve.text.Counted;
import org.dpsieve.uncertainty.Reliability;

/** The page's tables, in words and numbers as they are shown. */
final class ReportTables {
  private static final String NONE = "–";
  private static final int MOST_FAILURES = 200;

  private static final List<String> STAGES =
      List.of("import", "train", "deviation", "pick", "label", "result");

  private final RunReport report;
  private final RunHistory history;

  ReportTables(RunReport report) {
    this.report = report;
    this.history = report.history();
  }

  record Cells(List<String> cells) {}

  record Outcome(String iteration, String outcome, String frames) {}

  Map<String, Object> iterations() {
    List<Cells> rows = new ArrayList<>();
    for (Summary.Iteration iteration : history.iterations()) {
      Facts.Picks picks = iteration.picks();
      Facts.Labels labels = iteration.labels();
      boolean asked = iteration.deviation() != null;
      List<String> cells = new ArrayList<>();
      cells.add(String.valueOf(iteration.number()));
      cells.add(RunTable.count(picks.frames()));
      cells.add(asked ? share(picks.accurate(), picks.frames()) : NONE);
      cells.add(asked ? share(picks.candidate(), picks.frames()) : NONE);
      cells.add(asked ? share(picks.failed(), picks.frames()) : NONE);
      cells.add(RunTable.count(picks.picked()));
      cells.add(labels == null ? NONE : RunTable.count(labels.labelled()));
      cells.add(labels == null ? NONE : RunTable.count(labels.failures().size()));
      cells.add(RunTable.count(iteration.labelledSoFar()));
      cells.addAll(quantiles(asked ? iteration.deviation().maxDeviForce() : null));
      rows.add(new Cells(cells));
    }
    String note =
        history.result() == null
            ? ""
            : "Final models on the whole pool: %s 50 %% %s, 90 %% %s, 99 %% %s, max %s%s%s.%s"
                .formatted(
                    Stream.concat(
                            Stream.concat(
                                Stream.of(history.measure().column()),
                                quantiles(history.result().maxDeviForce()).stream()),
                            Stream.of(
                                history.measure().unit().isEmpty()
                                    ? ""
                                    : " " + history.measure().unit(),
                                history.result().classes() == null
                                    ? ""
                                    : "; " + RunTable.finalClasses(history.result().classes()),
                                history.result().pool() == null
                                    ? ""
                                    : " " + RunTable.pool(history.result().pool()) + "."))
                        .toArray());
    return rows(rows, Map.of("note", note));
  }

  private List<String> quantiles(Facts.Quantiles q) {
    return q == null
        ? List.of(NONE, NONE, NONE, NONE)
        : List.of(measured(q.median()), measured(q.p90()), measured(q.p99()), measured(q.max()));
  }

  /** Of a property nobody knows how large it is. */
  String measured(double value) {
    return history.property().isEmpty() ? number(value, 3) : RunFigures.number(value);
  }

  /** Models of a property: every training, then what they are worth in the end. */
  Map<String, Object> property() {
    List<Cells> rows = new ArrayList<>();
    history
        .trainings()
        .forEach(
            (iteration, training) -> {
              for (int m = 0; m < training.models().size(); m++) {
                Facts.PropertyFit fit = training.models().get(m).property();
                if (fit != null) {
                  rows.add(
                      new Cells(
                          List.of(
                              String.valueOf(iteration),
                              String.valueOf(m),
                              RunTable.count(training.frames()),
                              fit.basis() + (fit.usesOld() ? ", old labels" : ""),
                              RunFigures.number(fit.error()),
                              RunFigures.number(fit.part()),
                              RunFigures.number(fit.quantile()))));
                }
              }
            });
    List<String> words =
        history.result() == null || history.result().property() == null
            ? List.of()
            : RunTable.property(history.result().property());
    return Map.of(
        "asked", report.property() != null, "any", !rows.isEmpty(), "rows", rows, "words", words);
  }

  Map<String, Object> composition() {
    SortedMap<String, Long> labelled = new TreeMap<>();
    for (Summary.Iteration iteration : history.iterations()) {
      if (iteration.labels() != null) {
        iteration.labels().byElements().forEach((set, n) -> labelled.merge(set, n, Long::sum));
      }
    }
    List<Cells> rows = new ArrayList<>();
    if (history.pool() != null) {
      history
          .pool()
          .byElements()
          .forEach(
              (set, frames) -> {
                long got = labelled.getOrDefault(set, 0L);
                rows.add(
                    new Cells(
                        List.of(
                            set,
                            RunTable.count(frames),
                            RunTable.count(got),
                            percent(got, frames))));
              });
    }
    return Map.of(
        "any",
        !report.compositions().isEmpty(),
        "others",
        report.otherCompositions() == 0
            ? ""
            : "The %s; %s more are not shown."
                .formatted(
                    Counted.of(report.compositions().size(), "most frequent formula"),
                    RunTable.count(report.otherCompositions())),
        "elements",
        rows(rows, Map.of()));
  }

  Map<String, Object> training() {
    List<Cells> rows = new ArrayList<>();
    history
        .trainings()
        .forEach(
            (iteration, training) -> {
              for (int m = 0; m < training.models().size(); m++) {
                Facts.ModelFit fit = training.models().get(m);
                List<String> cells = new ArrayList<>();
                cells.add(String.valueOf(iteration));
                cells.add(String.valueOf(m));
                cells.add(RunTable.count(training.frames()));
                cells.add(
                    fit.ridge() == 0 ? "none" : String.format(Locale.ROOT, "%.3g", fit.ridge()));
                cells.addAll(errors(fit.before(), fit.after()));
                cells.add(fit.old() == null ? "" : fit.old().text());
                rows.add(new Cells(cells));
              }
            });
    return rows(rows, Map.of());
  }

  private static List<String> errors(Facts.Errors before, Facts.Errors after) {
    return List.of(
        number(1000 * before.energy(), 2),
        number(1000 * after.energy(), 2),
        number(before.force(), 4),
        number(after.force(), 4),
        number(1000 * before.virial(), 2),
        number(1000 * after.virial(), 2));
  }

  Map<String, Object> errors() {
    RunReport.ErrorPlots errors = report.errors();
    if (errors == null) {
      return Map.of(
          "any",
          false,
          "why",
          report.noErrors() == null
              ? "There is no label yet to compare the models with."
              : "No errors: " + report.noErrors());
    }
    Facts.HeldOut heldOut = history.result() == null ? null : history.result().errors();
    List<Cells> rows = new ArrayList<>();
    for (int m = 0; heldOut != null && m < heldOut.models().size(); m++) {
      List<String> cells = new ArrayList<>(List.of(String.valueOf(m)));
      cells.addAll(errors(heldOut.models().get(m).before(), heldOut.models().get(m).after()));
      rows.add(new Cells(cells));
    }
    Facts.RelabelledPool pool = heldOut == null ? null : history.result().pool();
    if (heldOut != null && heldOut.models().size() > 1) {
      List<String> cells = new ArrayList<>(List.of("mean of models"));
      cells.addAll(
          errors(heldOut.mean(Facts.BeforeAfter::before), heldOut.mean(Facts.BeforeAfter::after)));
      rows.add(new Cells(cells));
    }
    after("old label + change", pool == null ? null : pool.errors(), rows);
    Facts.Few few = heldOut == null ? null : heldOut.few();
    if (few != null) {
      String labels = "first %s: ".formatted(Counted.of(few.labels(), "label"));
      after(labels + "mean of models", few.models(), rows);
      after(labels + "old + change", few.predicted(), rows);
    }
    return Map.of(
        "any",
        true,
        "frames",
        errors.frames(),
        "heldOut",
        rows(
            rows,
            Map.of(
                "title",
                heldOut == null
                    ? ""
                    : "Root mean square error against %s on %s never labelled"
                        .formatted(heldOut.level(), Counted.of(heldOut.frames(), "frame")))),
        "foretold",
        rows(RunTable.foretold(report.foretold()), Map.of()),
        "accuracyNote",
        heldOut == null
            ? " Each ensemble is compared with the frames it picked, which are the hardest for it:"
                + " a bound from above."
            : "");
  }

  private static void after(String name, Facts.Errors errors, List<Cells> rows) {
    if (errors != null) {
      List<String> cells = new ArrayList<>(List.of(name));
      cells.addAll(errors(new Facts.Errors(Double.NaN, Double.NaN, Double.NaN), errors));
      rows.add(new Cells(cells));
    }
  }

  /** How far the uncertainty can be trusted, and what it says. */
  Map<String, Object> expected() {
    RunReport.ExpectedErrors expected = report.expected();
    if (expected == null) {
      return Map.of("any", false);
    }
    Reliability reliability = expected.reliability();
    List<Cells> rows = new ArrayList<>();
    rows.add(coverage("energy per atom", reliability.energy()));
    rows.add(coverage("force components", reliability.force()));
    return rows(
        rows,
        Map.of(
            "frames",
            "%s of the %s of the last training"
                .formatted(
                    RunTable.count(reliability.frames()), Counted.of(expected.labels(), "label"))));
  }

  private static Cells coverage(String what, Reliability.Of of) {
    return new Cells(
        List.of(
            what,
            RunTable.count(of.errors()),
            Double.isNaN(of.coverage()) ? NONE : number(100 * of.coverage(), 1) + " %"));
  }

  Map<String, Object> outcomes() {
    List<Outcome> rows = new ArrayList<>();
    for (Summary.Iteration iteration : history.iterations()) {
      String number = String.valueOf(iteration.number());
      if (iteration.labels() != null) {
        rows.add(new Outcome(number, "finished", RunTable.count(iteration.labels().labelled())));
      } else if (iteration.picks().picked() > 0) {
        rows.add(
            new Outcome(
                number, "picked, no label yet", RunTable.count(iteration.picks().picked())));
      }
      SortedMap<String, Long> failed = new TreeMap<>();
      for (RunReport.Failure failure : report.failures()) {
        if (failure.iteration() == iteration.number()) {
          failed.merge(failure.reason().split(":", 2)[0], 1L, Long::sum);
        }
      }
      failed.forEach((kind, n) -> rows.add(new Outcome(number, kind, RunTable.count(n))));
      iteration
          .picks()
          .skippedBy()
          .forEach(
              (reason, n) ->
                  rows.add(new Outcome(number, "never sent: " + reason, RunTable.count(n))));
    }
    return rows(rows, Map.of());
  }

  Map<String, Object> failures() {
    List<RunReport.Failure> all = report.failures();
    List<RunReport.Failure> some = all.subList(0, Math.min(MOST_FAILURES, all.size()));
    return rows(
        some,
        Map.of(
            "more",
            all.size() == some.size()
                ? List.of()
                : List.of(
                    "%s more are in iter.*/02.fp/failed.tsv"
                        .formatted(RunTable.count(all.size() - some.size())))));
  }

  Map<String, Object> times() {
    SortedMap<Integer, Map<String, Double>> seconds = seconds(history);
    Set<String> stages = stages(seconds);
    List<Cells> rows = new ArrayList<>();
    seconds.forEach(
        (iteration, times) -> {
          List<String> cells = new ArrayList<>(List.of(String.valueOf(iteration)));
          stages.forEach(
              stage -> cells.add(times.containsKey(stage) ? number(times.get(stage), 1) : NONE));
          cells.add(number(times.values().stream().mapToDouble(Double::doubleValue).sum(), 1));
          rows.add(new Cells(cells));
        });
    return rows(rows, Map.of("stages", List.copyOf(stages)));
  }

  /** Times by iteration and stage. */
  static SortedMap<Integer, Map<String, Double>> seconds(RunHistory history) {
    SortedMap<Integer, Map<String, Double>> seconds = new TreeMap<>();
    for (int i = 0; i <= history.iterations().size(); i++) {
      if (!history.timings().of(i).isEmpty()) {
        seconds.put(i, history.timings().of(i));
      }
    }
    return seconds;
  }

  /** In the order they are run, then any others by name. */
  static Set<String> stages(SortedMap<Integer, Map<String, Double>> seconds) {
    Set<String> found = new TreeSet<>();
    seconds.values().forEach(times -> found.addAll(times.keySet()));
    Set<String> ordered = new LinkedHashSet<>(STAGES);
    ordered.retainAll(found);
    ordered.addAll(found);
    return ordered;
  }

  private static Map<String, Object> rows(List<?> rows, Map<String, Object> more) {
    Map<String, Object> table = new TreeMap<>(more);
    table.put("any", !rows.isEmpty());
    table.put("rows", rows);
    return table;
  }

  private static String share(long part, long whole) {
    return whole == 0
        ? RunTable.count(part)
        : RunTable.count(part) + " (" + percent(part, whole) + ")";
  }

  static String percent(long part, long whole) {
    return whole == 0 ? NONE : String.format(Locale.ROOT, "%.1f %%", 100.0 * part / whole);
  }

  static String number(double value, int digits) {
    if (Double.isNaN(value)) {
      return NONE;
    }
    return String.format(Locale.ROOT, Math.abs(value) < 1e5 ? "%." + digits + "f" : "%.2e", value);
  }
}
