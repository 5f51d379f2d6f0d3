package org.dpsieve.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.dpsieve.figure.Bounds;
import org.dpsieve.figure.Figure;
import org.dpsieve.figure.Svg;
import org.dpsieve.frame.Frame;
import org.dpsieve.frame.Labels;
import org.dpsieve.infer.Prediction;
import org.dpsieve.loop.Facts;
import org.dpsieve.loop.RunHistory;
import org.dpsieve.pick.TrustBand;
import org.junit.jupiter.api.Test;

/** Charts of errors: what is written in them, and sets so small or odd that they may be blank. */
class ErrorFiguresTest {
  private static List<Figure> of(List<AgreementTest.Said> frames) {
    return of(frames, 4);
  }

  /** A run whose output layers were solved for once. */
  private static RunHistory run(int models) {
    List<Facts.ModelFit> fits = new ArrayList<>();
    for (int model = 0; model < models; model++) {
      Facts.Errors errors = new Facts.Errors(0.002, 0.06, 0.04);
      fits.add(new Facts.ModelFit(0, errors, errors));
    }
    return new RunHistory(
        null,
        new TreeMap<>(Map.of("train.engine", "output-layer")),
        List.of(),
        null,
        List.of(),
        new TreeMap<>(Map.of(1, new Facts.Training(12, fits))),
        null,
        null,
        null);
  }

  private static List<Figure> of(List<AgreementTest.Said> frames, int models) {
    Map<Term, Agreement> found = new EnumMap<>(Term.class);
    Map<Term, ErrorSums> sums = new EnumMap<>(Term.class);
    for (Term term : Term.values()) {
      found.put(term, AgreementTest.of(term, frames));
      sums.put(term, found.get(term).sums());
    }
    LogGrid grid = new LogGrid();
    frames.forEach(one -> grid.add(0.1, 0.2));
    RunReport report =
        new RunReport(
            run(models),
            List.of(new RunReport.Distribution(1, new TrustBand(0.05, 100), List.of(), 0)),
            List.of(),
            List.of(),
            0,
            new RunReport.ErrorPlots(
                frames.size() + " frames",
                found,
                found,
                grid,
                List.of(new RunReport.Accuracy(0, sums), new RunReport.Accuracy(12, sums))),
            null,
            null,
            null,
            List.of(),
            null,
            Map.of());
    List<Figure> figures = new ErrorFigures(report).all();
    for (Figure figure : figures) {
      assertThat(figure).matches(Bounds::hold);
      assertThat(Svg.of(figure)).doesNotContain("NaN", "Infinity");
    }
    return figures;
  }

  private static String named(List<Figure> figures, String name) {
    return figures.stream().filter(f -> f.name().equals(name)).map(Svg::of).findFirst().get();
  }

  private static int marks(String svg) {
    return svg.split("<circle", -1).length - 1;
  }

  /** One model does not deviate from itself: its max_devi_f is the error that was expected. */
  @Test
  void withOneModelErrorsAreDrawnAgainstWhatWasExpected() {
    List<AgreementTest.Said> frames = AgreementTest.frames(40);
    assertThat(named(of(frames, 1), "error-deviation"))
        .contains("Error against what was expected, after");
    assertThat(named(of(frames, 4), "error-deviation")).contains("Error against deviation, after");
  }

  @Test
  void statisticsAreWrittenInAndAreTheSameEverywhere() {
    List<AgreementTest.Said> frames = AgreementTest.frames(40);
    List<Figure> figures = of(frames);
    double rmse = AgreementTest.of(Term.FORCE, frames).sums().rmse();
    String text = "RMSE " + RunFigures.number(rmse);
    assertThat(named(figures, "parity-force-after"))
        .contains(text, "MAE 0.", "R² 0.9", "300 force components of 40 frames, 2 models");
    assertThat(named(figures, "histogram-force")).contains("after: " + text);
    assertThat(named(figures, "learning-force")).contains("All on the same 40 frames");
    assertThat(figures)
        .extracting(Figure::name)
        .contains("parity-virial-before", "error-composition-energy", "error-deviation");
    Figure curve =
        figures.stream().filter(f -> f.name().equals("learning-force")).findFirst().get();
    assertThat(curve.table().csv())
        .contains("95 % from (eV/Å)")
        .containsPattern("12,40,mean of models,%.6f".formatted(rmse));
  }

  @Test
  void oneFrameIsSeen() {
    List<Figure> figures = of(AgreementTest.frames(1));
    assertThat(marks(named(figures, "parity-energy-after"))).isBetween(1, 2);
    assertThat(named(figures, "parity-energy-after"))
        .contains("1 energy of 1 frame, 2 models", "R² –");
    assertThat(marks(named(figures, "parity-force-after"))).isGreaterThan(2);
  }

  @Test
  void noFrameIsNoChart() {
    assertThat(of(List.of())).isEmpty();
  }

  @Test
  void equalLabelsAndPerfectModelsAreSeen() {
    List<AgreementTest.Said> equal = new ArrayList<>();
    for (AgreementTest.Said one : AgreementTest.frames(3)) {
      Frame frame = one.frame();
      int atoms = frame.atomCount();
      Frame same = frame.withLabels(new Labels(-2.0 * atoms, new double[3 * atoms], new double[9]));
      Prediction exact =
          new Prediction(-2.0 * atoms, new double[3 * atoms], new double[9], new double[atoms]);
      equal.add(new AgreementTest.Said(same, one.formula(), new Prediction[] {exact, exact}));
    }
    List<Figure> figures = of(equal);
    assertThat(marks(named(figures, "parity-energy-after"))).isOne();
    assertThat(named(figures, "parity-force-after")).contains("RMSE 0, MAE 0, mean 0 eV/Å; R² –");
  }

  @Test
  void numbersHaveThreeDigits() {
    assertThat(RunFigures.number(0.0668421)).isEqualTo("0.0668");
    assertThat(RunFigures.number(540.312)).isEqualTo("540");
    assertThat(RunFigures.number(3.6)).isEqualTo("3.60");
    assertThat(RunFigures.number(-4750.64)).isEqualTo("-4,751");
    assertThat(RunFigures.number(1.2e-9)).isEqualTo("1.20e-09");
    assertThat(RunFigures.number(0)).isEqualTo("0");
    assertThat(RunFigures.number(Double.NaN)).isEqualTo("–");
  }
}
