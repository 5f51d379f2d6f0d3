package org.dpsieve.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import org.dpsieve.loop.Facts;
import org.dpsieve.loop.RunHistory;
import org.dpsieve.loop.RunTable;

/** The numbers that {@code report.js} draws, as JSON that may stand in a page. */
final class ReportData {
  private static final ObjectMapper JSON = new ObjectMapper();

  private ReportData() {}

  private record Distribution(String title, String more, double[] levels, List<double[]> bins) {}

  private record Training(int iteration, List<Facts.Errors> before, List<Facts.Errors> after) {}

  private record Times(int iteration, Map<String, Double> seconds) {}

  static String json(RunReport report) {
    RunHistory history = report.history();
    Map<String, Object> data = new LinkedHashMap<>();
    data.put(
        "distributions", report.distributions().stream().map(ReportData::distribution).toList());
    data.put(
        "compositions",
        report.compositions().stream()
            .map(c -> List.of(c.formula(), c.pool(), c.labelled()))
            .toList());
    data.put("training", training(history));
    RunReport.ErrorPlots errors = report.errors();
    data.put("energyBefore", errors == null ? null : errors.energyBefore());
    data.put("energyAfter", errors == null ? null : errors.energyAfter());
    data.put("forceBefore", errors == null ? null : errors.forceBefore());
    data.put("forceAfter", errors == null ? null : errors.forceAfter());
    data.put("deviationAndError", errors == null ? null : errors.deviationAndError());
    data.put("accuracy", errors == null ? List.of() : errors.accuracy());
    data.put("foretold", report.foretold());
    data.put("expected", report.expected());
    data.put("features", report.features());
    data.put("trustLo", trustLo(report));
    data.put("times", times(history));
    try {
      // no tag can begin inside
      return JSON.writeValueAsString(data).replace("<", "\\u003c");
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Distribution distribution(RunReport.Distribution one) {
    long frames = one.bins().stream().mapToLong(RunReport.Bin::frames).sum() + one.outside();
    long picked = one.bins().stream().mapToLong(RunReport.Bin::picked).sum();
    return new Distribution(
        one.iteration() == null ? "Whole pool, final models" : "Iteration " + one.iteration(),
        one.iteration() == null
            ? RunTable.count(frames) + " frames"
            : "%s frames left, %s picked".formatted(RunTable.count(frames), RunTable.count(picked)),
        one.levels() == null ? null : new double[] {one.levels().lo(), one.levels().hi()},
        one.bins().stream()
            .map(bin -> new double[] {bin.from(), bin.to(), bin.frames(), bin.picked()})
            .toList());
  }

  private static List<Training> training(RunHistory history) {
    List<Training> trainings = new ArrayList<>();
    history
        .trainings()
        .forEach(
            (iteration, training) -> {
              if (!training.models().isEmpty()) {
                trainings.add(
                    new Training(
                        iteration,
                        training.models().stream().map(Facts.ModelFit::before).toList(),
                        training.models().stream().map(Facts.ModelFit::after).toList()));
              }
            });
    return trainings;
  }

  private static Double trustLo(RunReport report) {
    return report.distributions().stream()
        .filter(one -> one.levels() != null)
        .reduce((first, second) -> second)
        .map(one -> one.levels().lo())
        .orElse(null);
  }

  private static List<Times> times(RunHistory history) {
    SortedMap<Integer, Map<String, Double>> seconds = ReportTables.seconds(history);
    List<Times> times = new ArrayList<>();
    seconds.forEach(
        (iteration, all) -> {
          Map<String, Double> ordered = new LinkedHashMap<>();
          for (String stage : ReportTables.stages(seconds)) {
            if (all.containsKey(stage)) {
              ordered.put(stage, all.get(stage));
            }
          }
          times.add(new Times(iteration, ordered));
        });
    return times;
  }
}
