package org.dpsieve.loop;

import java.nio.file.Path;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A run so far.
 *
 * @param iterations those that have been classified, in order
 * @param models the folder of the last training; {@code null} when there was none
 * @param deviation the table of what these models were asked last; {@code null} where they were not
 * @param picks the folders of all classifications
 * @param labels the folders of all labels
 * @param changes of settings between two calls
 */
public record Summary(
    Verdict verdict,
    Facts.Pool pool,
    List<Iteration> iterations,
    Path models,
    Path deviation,
    List<Path> picks,
    List<Path> labels,
    List<Change> changes) {
  public Summary {
    changes = List.copyOf(changes);
    iterations = List.copyOf(iterations);
    picks = List.copyOf(picks);
    labels = List.copyOf(labels);
  }

  /**
   * One iteration. What was not done is {@code null}.
   *
   * @param labelledSoFar frames labelled by its end
   */
  public record Iteration(
      int number,
      Facts.Training training,
      Facts.Deviation deviation,
      Facts.Picks picks,
      Facts.Labels labels,
      long labelledSoFar) {}

  /** Iterations in which frames were labelled. */
  public long labellingIterations() {
    return iterations.stream().filter(i -> i.labels() != null && i.labels().labelled() > 0).count();
  }

  public long labelled() {
    return iterations.isEmpty() ? 0 : iterations.get(iterations.size() - 1).labelledSoFar();
  }

  /** Labelled frames of each set of elements. */
  public SortedMap<String, Long> labelledByElements() {
    SortedMap<String, Long> sums = new TreeMap<>();
    for (Iteration iteration : iterations) {
      if (iteration.labels() != null) {
        iteration.labels().byElements().forEach((set, n) -> sums.merge(set, n, Long::sum));
      }
    }
    return sums;
  }
}
