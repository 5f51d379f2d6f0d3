package org.dpsieve.loop;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ContainerNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import org.dpsieve.node.TaskJournal;
import org.dpsieve.pick.TrustBand;

/**
 * {@code dpsieve status --json}: where a run stands, for other programs; docs/reference/files.md
 * lists the fields. Every field is always there, {@code null} where nothing is known, as numbers
 * that are none are. Fields may be added; none is renamed or taken away within a {@link #FORMAT}.
 * Units are those of {@link SummaryJson}.
 *
 * @param format of this text
 * @param workdir absolute
 * @param verdict {@code null} as long as the run has not ended
 * @param next what comes next; {@code null} where the run has ended
 * @param labelled frames, so far
 * @param trust levels of the last classification in one line
 * @param identity {@code run.json}
 */
record StatusJson(
    int format,
    String workdir,
    Verdict verdict,
    String next,
    Facts.Pool pool,
    long labelled,
    String trust,
    SortedMap<String, String> identity,
    List<Change> changes,
    List<Iteration> iterations,
    List<Task> tasks,
    Facts.Result result,
    List<String> warnings) {
  static final int FORMAT = 1;

  private static final ObjectMapper JSON =
      new ObjectMapper()
          .setPropertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .enable(SerializationFeature.INDENT_OUTPUT)
          .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS);

  /**
   * An iteration that has picked.
   *
   * @param trustF lower and upper trust level on max_devi_f, eV/Å; {@code null} where it is off
   * @param seconds of each stage
   */
  record Iteration(
      int number,
      Facts.Training training,
      Facts.Deviation deviation,
      Facts.Picks picks,
      Facts.Labels labels,
      long labelledSoFar,
      TrustBand trustF,
      Map<String, Double> seconds) {}

  /**
   * A task of the last iteration that has any, or of the final training.
   *
   * @param iteration {@code null} of the final training
   * @param step {@code train} or {@code fp}
   */
  record Task(
      Integer iteration,
      String step,
      String task,
      String state,
      String where,
      String since,
      int attempt,
      String reason) {
    static Task of(Integer iteration, String step, TaskJournal.Entry entry) {
      return new Task(
          iteration,
          step,
          entry.task(),
          entry.state(),
          entry.where(),
          entry.since(),
          entry.attempt(),
          entry.reason());
    }
  }

  static StatusJson of(RunHistory history, List<Task> tasks) {
    Facts.Result result = history.result();
    return new StatusJson(
        FORMAT,
        history.workdir().root().toString(),
        result == null ? null : result.verdict(),
        result == null ? history.next() : null,
        history.pool(),
        history.labelled(),
        history.trust().orElse(null),
        history.identity(),
        history.changes(),
        history.iterations().stream().map(i -> iteration(history, i)).toList(),
        tasks,
        result,
        Warnings.of(history.iterations(), result));
  }

  private static Iteration iteration(RunHistory history, Summary.Iteration of) {
    return new Iteration(
        of.number(),
        of.training(),
        of.deviation(),
        of.picks(),
        of.labels(),
        of.labelledSoFar(),
        history.forceLevels(of.number()).orElse(null),
        history.timings().of(of.number()));
  }

  String text() {
    try {
      JsonNode tree = JSON.valueToTree(this);
      withoutNotANumber(tree);
      return JSON.writeValueAsString(tree);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  /** JSON has no such numbers. */
  private static void withoutNotANumber(JsonNode node) {
    if (node instanceof ObjectNode object) {
      object
          .properties()
          .forEach(
              field -> {
                JsonNode value = field.getValue();
                if (value.isDouble() && !Double.isFinite(value.doubleValue())) {
                  field.setValue(NullNode.getInstance());
                }
              });
    }
    if (node instanceof ContainerNode<?>) {
      node.forEach(StatusJson::withoutNotANumber);
    }
  }
}
