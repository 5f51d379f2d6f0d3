package org.dpsieve.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.dpsieve.loop.Facts;
import org.dpsieve.loop.Summary;

/** What a run with a costly labeller is expected to take, by one with a cheap teacher. */
final class Rehearsal {
  private static final double SECONDS_OF_AN_HOUR = 3600;

  private Rehearsal() {}

  /**
   * @param seconds that a label of the real run takes; NaN where that is not known
   */
  static List<String> text(Summary summary, double seconds) {
    List<String> lines = new ArrayList<>();
    lines.add("");
    lines.add(
        String.format(
            Locale.ROOT,
            "rehearsed: the real run is expected to take %,d labels (%s) in %d iterations",
            summary.labelled(),
            summary.labelledByElements().entrySet().stream()
                .map(set -> set.getKey() + " " + set.getValue())
                .collect(Collectors.joining(", ")),
            summary.labellingIterations()));
    if (!Double.isNaN(seconds)) {
      lines.add(
          String.format(
              Locale.ROOT,
              "           at %.4g s a label %.4g hours of labelling, one label at a time",
              seconds,
              summary.labelled() * seconds / SECONDS_OF_AN_HOUR));
    }
    lines.add("           labels   expected error of the pool by then");
    for (Summary.Iteration iteration : summary.iterations()) {
      Facts.Expected expected =
          iteration.deviation() == null ? null : iteration.deviation().expected();
      if (expected != null && expected.known() && iteration.training() != null) {
        lines.add(
            String.format(
                Locale.ROOT,
                "           %6d   %.2f meV/atom, %.4f eV/Å",
                iteration.training().frames(),
                1000 * expected.energy(),
                expected.force()));
      }
    }
    lines.add("           report.html draws error by labels");
    return lines;
  }
}
