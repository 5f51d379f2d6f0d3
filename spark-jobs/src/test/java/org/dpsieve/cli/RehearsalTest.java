package org.dpsieve.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.dpsieve.loop.Facts;
import org.dpsieve.loop.Summary;
import org.dpsieve.loop.Verdict;
import org.dpsieve.spark.loop.RehearsedLabels.Composition;
import org.dpsieve.spark.loop.RehearsedLabels.Measured;
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
          null,
          List.of(),
          List.of(),
          List.of());

  @Test
  void labelsByCompositionIterationsHoursAndTheCurve() {
    List<Composition> compositions = new ArrayList<>();
    for (int k = 1; k <= 22; k++) {
      compositions.add(new Composition("Ag%dAu".formatted(k), k + 1, 23 - k));
    }
    assertThat(String.join("\n", Rehearsal.text(summary, compositions, 1800)))
        .contains(
            "120 labels (Ag 25, Ag-Au 95) in 2 iterations",
            "at 1800 s a label 60.00 hours",
            "    22       2   Ag1Au",
            "     3           2 others",
            "100   2.50 meV/atom, 0.0500 eV/Å");
    assertThat(String.join("\n", Rehearsal.text(summary, List.of(), Double.NaN)))
        .doesNotContain("hours");
  }

  @Test
  void aTaskThatFailedSaysWhyAndCountsForNothing() {
    List<Measured> tasks =
        List.of(
            new Measured("Ag8", 8, 100, ""),
            new Measured("Ag4Au4", 8, Double.NaN, "unconverged: 60 steps"),
            new Measured("Ag48", 48, 500, ""));
    assertThat(String.join("\n", Rehearsal.measured(tasks)))
        .contains(
            "3 real tasks", "Ag8, 8 atoms: 100.0 s", "Ag4Au4, 8 atoms: unconverged: 60 steps");
    assertThat(Rehearsal.mean(tasks)).isEqualTo(300);
    assertThat(Rehearsal.mean(tasks.subList(1, 2))).isNaN();
  }
}
