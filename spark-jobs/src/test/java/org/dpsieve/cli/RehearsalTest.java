package org.dpsieve.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.dpsieve.loop.Facts;
import org.dpsieve.loop.Summary;
import org.dpsieve.loop.Verdict;
import org.junit.jupiter.api.Test;

class RehearsalTest {
  private static final Facts.Quantiles QUANTILES = new Facts.Quantiles(0.1, 0.2, 0.3, 0.4);

  private static Facts.Labels labels(long ag, long both) {
    return new Facts.Labels(ag + both, new TreeMap<>(Map.of("Ag", ag, "Ag-Au", both)), List.of());
  }

  private final Summary summary =
      new Summary(
          Verdict.CONVERGED,
          new Facts.Pool(600, new TreeMap<>(), 0),
          List.of(
              new Summary.Iteration(0, null, null, null, labels(20, 80), 100),
              new Summary.Iteration(
                  1,
                  new Facts.Training(100, List.of()),
                  new Facts.Deviation(500, QUANTILES, 0)
                      .with(new Facts.Expected(600, 0.0025, 0.05, 0.002, 0.04)),
                  null,
                  labels(5, 15),
                  120)),
          null,
          List.of(),
          List.of(),
          List.of());

  @Test
  void labelsByCompositionIterationsHoursAndTheCurve() {
    assertThat(String.join("\n", Rehearsal.text(summary, 1800)))
        .contains(
            "120 labels (Ag 25, Ag-Au 95) in 2 iterations",
            "at 1800 s a label 60.00 hours",
            "100   2.50 meV/atom, 0.0500 eV/Å");
    assertThat(String.join("\n", Rehearsal.text(summary, Double.NaN))).doesNotContain("hours");
  }
}
