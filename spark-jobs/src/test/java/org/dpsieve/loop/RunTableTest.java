package org.dpsieve.loop;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class RunTableTest {
  private static final Facts.Pool POOL =
      new Facts.Pool(2600, new TreeMap<>(Map.of("Ag", 520L, "Au", 520L, "Ag-Au", 1560L)), 0);

  private static Summary.Iteration iteration(int number, boolean asked) {
    return new Summary.Iteration(
        number,
        null,
        asked ? new Facts.Deviation(2500, new Facts.Quantiles(0.0821, 0.15, 0.31, 5), 0) : null,
        new Facts.Picks(2500, 2127, 373, 0, 100, 0, new TreeMap<>()),
        new Facts.Labels(100, new TreeMap<>(Map.of("Ag", 30L, "Ag-Au", 70L)), List.of()),
        100L * (number + 1));
  }

  @Test
  void everyNumberStandsUnderItsTitle() {
    RunTable table = new RunTable(2600, org.dpsieve.pick.Measure.FORCE);
    List<String> header = table.header();
    String row = table.row(iteration(1, true), Map.of("train", 2.06, "deviation", 8.2));
    assertThat(row).hasSameSizeAs(header.get(1));
    assertEnd(header.get(0), "labelled", row, "200");
    assertEnd(header.get(0), "left", row, "2,500");
    assertEnd(header.get(0), "candidate", row, "14.9 %");
    assertEnd(header.get(1), "50 %", row, "0.082");
    assertEnd(header.get(1), "devi", row, "8.2");
    assertThat(table.row(iteration(0, false), Map.of())).doesNotContain("NaN", "2,127");
  }

  private static void assertEnd(String header, String title, String row, String value) {
    assertThat(header.indexOf(title) + title.length())
        .as(title)
        .isEqualTo(row.indexOf(value) + value.length());
  }

  @Test
  void labelsStandBesideThePublishedExampleInTheBuiltInOneAlone() {
    Summary summary =
        new Summary(
            Verdict.CONVERGED,
            POOL,
            List.of(iteration(0, false), iteration(1, true)),
            Path.of("x"),
            null,
            List.of(),
            List.of(),
            List.of());
    assertThat(RunTable.labels(summary))
        .anySatisfy(line -> assertThat(line).matches("published.* 4 +144 +155 +275 +574"))
        .anySatisfy(line -> assertThat(line).matches("this run +2 +60 +0 +140 +200"));
    Summary other =
        new Summary(
            Verdict.CONVERGED,
            new Facts.Pool(2601, new TreeMap<>(Map.of("Ag", 521L, "Au", 520L, "Ag-Au", 1560L)), 0),
            List.of(),
            Path.of("x"),
            null,
            List.of(),
            List.of(),
            List.of());
    assertThat(RunTable.labels(other)).noneMatch(line -> line.contains("published"));
  }

  @Test
  void errorsCarryUnits() {
    Facts.Errors before = new Facts.Errors(0.6, 0.065, 0.4);
    Facts.Errors after = new Facts.Errors(0.0021, 0.0123, 0.01);
    List<Facts.BeforeAfter> models = List.of(new Facts.BeforeAfter(before, after));
    assertThat(RunTable.errors(new Facts.HeldOut("D3", 2200, models, null), null))
        .hasSize(4)
        .anySatisfy(
            line ->
                assertThat(line).matches("graph.000 +600.00 +2.10 +0.0650 +0.0123 +400.00 +10.00"));
    Facts.RelabelledPool pool =
        new Facts.RelabelledPool(
            true,
            1,
            2,
            new java.util.TreeMap<>(),
            null,
            null,
            1,
            1,
            "",
            new Facts.Errors(0.001, 0.015, 0.006));
    Facts.Few few = new Facts.Few(25, new Facts.Errors(0.004, 0.07, 0.04), null);
    assertThat(RunTable.errors(new Facts.HeldOut("D3", 2200, models, few), pool))
        .hasSize(6)
        .anySatisfy(
            line -> assertThat(line).matches("old label \\+ change +- +1.00 +- +0.0150 +- +6.00"))
        .anySatisfy(
            line ->
                assertThat(line)
                    .matches("first 25 labels: mean of models +- +4.00 +- +0.0700 +- +40.00"));
  }
}
