package org.dpsieve.loop;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.nio.file.Path;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.dpsieve.error.InputException;
import org.dpsieve.io.JsonFile;
import org.dpsieve.io.JsonProblem;

/**
 * {@code result/summary.json}: a run for other programs. Counts are frames, deviations eV/Å, errors
 * eV per atom (energy, virial) and eV/Å (force).
 *
 * @param verdict {@code converged}, {@code max_iter}, {@code label_budget}, {@code target_error} or
 *     {@code stalled}
 * @param versions of what made it
 * @param settings what the run decided by, as the parameter file spells it
 * @param changes of settings between two calls
 * @param iterations those in which frames were labelled
 * @param maxDeviForce of the whole pool by the final models, of what frames were picked by
 * @param finalClasses of the whole pool by the final models
 * @param errors on frames never labelled; absent where the new level is not known for them
 * @param resultPool the whole pool at the new level, {@code result/pool}
 * @param foretold how well numbers foretell the largest force errors
 * @param property how well the models know the property of the run
 * @param warnings what a person has to know before using the models
 */
public record SummaryJson(
    Verdict verdict,
    SortedMap<String, String> versions,
    SortedMap<String, String> settings,
    List<Change> changes,
    Facts.Pool pool,
    long iterations,
    long labelled,
    SortedMap<String, Long> labelledByElements,
    List<Summary.Iteration> history,
    Facts.Quantiles maxDeviForce,
    Facts.FinalClasses finalClasses,
    Facts.HeldOut errors,
    Facts.RelabelledPool resultPool,
    List<Facts.Foretold> foretold,
    Facts.PropertyResult property,
    List<String> warnings) {
  private static final ObjectMapper JSON =
      new ObjectMapper()
          .setPropertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .setDefaultPropertyInclusion(JsonInclude.Include.NON_NULL)
          .enable(SerializationFeature.INDENT_OUTPUT)
          .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS);

  public static SummaryJson of(
      Summary summary,
      SortedMap<String, String> versions,
      SortedMap<String, String> settings,
      Facts.Result result) {
    return new SummaryJson(
        summary.verdict(),
        versions,
        settings,
        summary.changes(),
        summary.pool(),
        summary.labellingIterations(),
        summary.labelled(),
        summary.labelledByElements(),
        summary.iterations(),
        result.maxDeviForce(),
        result.classes(),
        result.errors(),
        result.pool(),
        result.foretold(),
        result.property(),
        Warnings.of(summary.iterations(), result));
  }

  /**
   * The versions in a {@code summary.json}.
   *
   * @throws InputException when it is damaged
   */
  public static SortedMap<String, String> versions(Path file) {
    try {
      return JSON.convertValue(
          JsonFile.tree(file).path("versions"), new TypeReference<TreeMap<String, String>>() {});
    } catch (IllegalArgumentException e) {
      throw new InputException(
          "%s: cannot be read as a run's summary (%s)".formatted(file, JsonProblem.of(e)), e);
    }
  }

  /** As text, the same for the same run. */
  public String text() {
    try {
      return JSON.writeValueAsString(this) + "\n";
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }
}
