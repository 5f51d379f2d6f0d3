package org.dpsieve.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.samskivert.mustache.Mustache;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.dpsieve.figure.Figure;
import org.dpsieve.figure.Svg;
import org.dpsieve.loop.Change;
import org.dpsieve.loop.Facts;
import org.dpsieve.loop.RunHistory;
import org.dpsieve.loop.RunTable;
import org.dpsieve.loop.Summary;
import org.dpsieve.loop.Warnings;
import org.dpsieve.model.format.ModelSuffix;
import org.dpsieve.text.Counted;

/**
 * A run as one page of HTML that needs nothing else: style, script and numbers are in it. The same
 * run gives the same bytes.
 */
public final class ReportPage {
  private final RunReport report;
  private final RunHistory history;

  private ReportPage(RunReport report) {
    this.report = report;
    this.history = report.history();
  }

  /** The page's text. Whatever comes from the run is escaped. */
  public static String html(RunReport report) {
    return Mustache.compiler()
        .escapeHTML(true)
        .compile(text("report.mustache"))
        .execute(new ReportPage(report).values());
  }

  /** How the run stands: {@code mark} says it without words, for a glance. */
  record State(String mark, String word, String sentence) {}

  record Chart(String name, String svg) {}

  record Named(String id, String title) {}

  record Tile(String what, String value, String more) {}

  record Pair(String key, String value) {}

  record Link(String href, String what) {}

  private Map<String, Object> values() {
    Map<String, Object> values = new TreeMap<>();
    values.put("css", text("report.css"));
    values.put("js", text("report.js"));
    List<Figure> figures = RunFigures.of(report);
    values.put("charts", charts(figures));
    values.put("tables", tables(figures));
    values.put("name", name());
    values.put("verdict", state());
    values.put("warnings", Warnings.of(history.iterations(), history.result()));
    values.put("measure", history.measure().title());
    values.put("column", history.measure().column());
    values.put("energies", report.property() == null);
    values.put("one", history.isOutOfOne());
    values.put("sections", sections());
    values.put("tiles", tiles());
    ReportTables tables = new ReportTables(report);
    values.put("iterations", tables.iterations());
    values.put("deviation", deviation());
    values.put("composition", tables.composition());
    values.put("features", Map.of("any", report.features() != null));
    values.put("expected", tables.expected());
    values.put("training", tables.training());
    values.put("property", tables.property());
    values.put("errors", tables.errors());
    values.put("outcomes", tables.outcomes());
    values.put("failures", tables.failures());
    values.put("times", tables.times());
    values.put("settings", settings());
    values.put("versions", pairs(report.versions()));
    values.put("files", files());
    values.put("program", report.versions().getOrDefault("dpsieve", ""));
    return values;
  }

  /** By group. */
  private static Map<String, List<Chart>> charts(List<Figure> figures) {
    Map<String, List<Chart>> charts = new TreeMap<>();
    for (Figure figure : figures) {
      charts
          .computeIfAbsent(figure.group(), group -> new ArrayList<>())
          .add(new Chart(figure.name(), Svg.of(figure)));
    }
    return charts;
  }

  /** The numbers of the charts by name, as JSON that may stand in a page. */
  private static String tables(List<Figure> figures) {
    Map<String, String> tables = new TreeMap<>();
    figures.forEach(figure -> tables.put(figure.name(), figure.table().csv()));
    try {
      // no tag can begin inside
      return new ObjectMapper().writeValueAsString(tables).replace("<", "\\u003c");
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  private String name() {
    return "Run " + history.workdir().root().getFileName();
  }

  private State state() {
    if (history.result() == null) {
      return new State("…", "Not ended.", "Next: %s.".formatted(history.next()));
    }
    String labels = Counted.of(history.result().labelled(), "frame");
    return switch (history.result().verdict()) {
      case CONVERGED ->
          new State("✓", "Converged.", "Nothing is left to pick; %s labelled.".formatted(labels));
      case MAX_ITER -> new State("■", "Stopped at max_iter.", "%s labelled.".formatted(labels));
      case LABEL_BUDGET ->
          new State("■", "Stopped at label_budget.", "%s labelled.".formatted(labels));
      case TARGET_ERROR ->
          new State(
              "✓",
              "Reached target_error.",
              "Errors are expected below it; %s labelled.".formatted(labels));
      case STALLED, CONTINUE ->
          new State(
              "!",
              "Stalled: a decision is needed.",
              "Only failed frames are left; %s labelled.".formatted(labels));
    };
  }

  private List<Named> sections() {
    boolean energies = report.property() == null;
    return Stream.of(
            new Named("iterations", "Iterations"),
            new Named("deviation", history.isOutOfOne() ? "Expected error by frame" : "Deviation"),
            new Named("composition", "Composition"),
            new Named("features", "Feature space"),
            energies ? new Named("training", "Loss") : new Named("property", "Models and errors"),
            energies ? new Named("errors", "Errors") : null,
            energies ? new Named("expected", "Expected errors") : null,
            new Named("outcomes", "Task outcomes"),
            new Named("times", "Time"),
            new Named("settings", "Settings and versions"),
            new Named("files", "Files"))
        .filter(Objects::nonNull)
        .toList();
  }

  private List<Tile> tiles() {
    List<Tile> tiles = new ArrayList<>();
    if (history.pool() == null) {
      return tiles;
    }
    long pool = history.pool().frames();
    tiles.add(
        new Tile(
            "Pool",
            Counted.of(pool, "frame"),
            RunTable.count(history.pool().quarantined()) + " set aside at import"));
    tiles.add(
        new Tile(
            "Labelled",
            Counted.of(history.labelled(), "frame"),
            ReportTables.percent(history.labelled(), pool) + " of the pool"));
    tiles.add(
        new Tile(
            "Iterations",
            String.valueOf(history.iterations().stream().filter(i -> i.labels() != null).count()),
            "with new labels"));
    quantiles()
        .ifPresent(
            deviation ->
                tiles.add(
                    new Tile(
                        history.measure().column() + ", 99 %",
                        new ReportTables(report).measured(deviation.p99())
                            + " "
                            + history.measure().unit(),
                        history.result() == null
                            ? "of the frames asked last"
                            : "of the whole pool, final models")));
    if (history.result() != null && history.result().property() != null) {
      Facts.PropertyResult found = history.result().property();
      tiles.add(
          new Tile(
              "Error, left out",
              RunFigures.number(found.leftOut()),
              "mean of models; spread of the labels " + RunFigures.number(found.labelSpread())));
      if (found.frames() > 0) {
        tiles.add(
            new Tile(
                "Error, never labelled",
                RunFigures.number(found.mean()),
                "mean of models, %s; %.0f %% within 95 %% intervals"
                    .formatted(Counted.of(found.frames(), "frame"), 100 * found.coverage())));
      }
    }
    if (history.result() != null && history.result().errors() != null) {
      Facts.HeldOut errors = history.result().errors();
      tiles.add(
          new Tile(
              "Force error, held out",
              ReportTables.number(errors.mean(Facts.BeforeAfter::after).force(), 4) + " eV/Å",
              "mean of models, %s; before %s"
                  .formatted(
                      Counted.of(errors.frames(), "frame"),
                      ReportTables.number(errors.mean(Facts.BeforeAfter::before).force(), 4))));
    }
    return tiles;
  }

  private Optional<Facts.Quantiles> quantiles() {
    if (history.result() != null) {
      return Optional.of(history.result().maxDeviForce());
    }
    return history.iterations().stream()
        .filter(iteration -> iteration.deviation() != null)
        .reduce((first, second) -> second)
        .map(iteration -> iteration.deviation().maxDeviForce());
  }

  private Map<String, Object> deviation() {
    long outside = report.distributions().stream().mapToLong(RunReport.Distribution::outside).sum();
    return Map.of(
        "any",
        report.distributions().stream().anyMatch(one -> !one.bins().isEmpty()),
        "outside",
        outside == 0
            ? ""
            : "Not drawn: %s whose deviation is 0 or not a number."
                .formatted(Counted.of(outside, "frame")));
  }

  private List<Pair> settings() {
    List<Pair> pairs = pairs(history.identity());
    for (Change change : history.changes()) {
      pairs.add(
          new Pair("changed from iteration %d on".formatted(change.iteration()), change.words()));
    }
    history
        .trust()
        .ifPresent(
            trust ->
                pairs.add(
                    new Pair(
                        report.property() == null
                            ? "trust levels (eV/Å, eV/atom)"
                            : "trust levels (the property's unit)",
                        trust)));
    return pairs;
  }

  private static List<Pair> pairs(Map<String, String> map) {
    List<Pair> pairs = new ArrayList<>();
    map.forEach((key, value) -> pairs.add(new Pair(key, value.isEmpty() ? "none" : value)));
    return pairs;
  }

  /** Beside the page, as far as they are there. */
  private List<Link> files() {
    List<Link> all = new ArrayList<>();
    all.add(new Link("result/summary.json", "the run for other programs"));
    all.add(new Link("result/data", "the relabelled dataset, deepmd/npy"));
    for (int model = 0; model < models(); model++) {
      for (String suffix : ModelSuffix.keys()) {
        all.add(
            new Link(
                "result/graph.%03d.%s".formatted(model, suffix),
                "final model %d".formatted(model)));
      }
    }
    for (Summary.Iteration iteration : history.iterations()) {
      int i = iteration.number();
      all.add(
          new Link(
              "iter.%06d/01.model_devi/failed.tsv".formatted(i),
              "frames above the trust levels in iteration %d".formatted(i)));
      all.add(
          new Link(
              "iter.%06d/02.fp/failed.tsv".formatted(i),
              "frames without label in iteration %d".formatted(i)));
    }
    all.add(new Link("record.dpgen", "finished tasks, as DP-GEN writes them"));
    all.add(new Link("dpsieve.log", "what was said on the terminal"));
    all.add(new Link("timings.jsonl", "time of each stage"));
    all.add(new Link("run.json", "what makes this run this run"));
    return all.stream()
        .filter(link -> Files.exists(history.workdir().root().resolve(link.href())))
        .toList();
  }

  private int models() {
    return history.trainings().values().stream()
        .mapToInt(training -> training.models().size())
        .max()
        .orElse(0);
  }

  private static String text(String resource) {
    try (InputStream in = ReportPage.class.getResourceAsStream(resource)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
