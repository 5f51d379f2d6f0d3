package org.dpsieve.loop;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class WarningsTest {
  private static final Facts.Quantiles QUANTILES = new Facts.Quantiles(0.1, 0.2, 0.3, 0.4);
  private static final Facts.Errors GOOD = new Facts.Errors(0.003, 0.05, 0.1);
  private static final Facts.Errors BAD = new Facts.Errors(0.734, 0.05, 0.2);

  private static Facts.Result result(Facts.HeldOut errors, Facts.FinalClasses classes) {
    return new Facts.Result(Verdict.CONVERGED, 10, QUANTILES, errors, null, classes);
  }

  private static Summary.Iteration iteration(Facts.Errors before, Facts.Errors after) {
    return new Summary.Iteration(
        2,
        new Facts.Training(31, List.of(new Facts.ModelFit(0, before, after))),
        null,
        new Facts.Picks(5, 5, 0, 0, 0, 0, new TreeMap<>()),
        null,
        31);
  }

  @Test
  void modelsThatAreBetterGiveNone() {
    Facts.HeldOut errors =
        new Facts.HeldOut("x", 60, List.of(new Facts.BeforeAfter(BAD, GOOD)), null);
    assertThat(
            Warnings.of(
                List.of(iteration(BAD, GOOD)),
                result(errors, new Facts.FinalClasses(10, 3, 1, 49, 0, 0))))
        .isEmpty();
  }

  @Test
  void aModelThatIsWorseAfterThanBeforeIsNamedWithItsNumbers() {
    Facts.HeldOut errors =
        new Facts.HeldOut(
            "x",
            1234,
            List.of(new Facts.BeforeAfter(GOOD, GOOD), new Facts.BeforeAfter(GOOD, BAD)),
            null);
    assertThat(Warnings.of(List.of(iteration(GOOD, BAD)), result(errors, null)))
        .containsExactly(
            "1 of 2 models is worse after the run than before, on 1,234 frames never labelled: graph.001: energy 3.00 -> 734.00 meV/atom",
            "1 of 1 model is worse after the training of iteration 2 than before, on its own 31 labels: graph.000: energy 3.00 -> 734.00 meV/atom");
  }

  @Test
  void whatIsNotFittedIsSaidOnce() {
    Facts.ModelFit fit = new Facts.ModelFit(1, BAD, GOOD, List.of("virial"), null);
    Summary.Iteration iteration =
        new Summary.Iteration(
            1,
            new Facts.Training(31, List.of(fit, fit)),
            null,
            new Facts.Picks(5, 5, 0, 0, 0, 0, new TreeMap<>()),
            null,
            31);
    assertThat(Warnings.of(List.of(iteration, iteration), null))
        .containsExactly(
            "nothing is fitted to labels of virial (limit prefactor 0, or no frame has one): the models are held at what the given ones say of it");
  }

  @Test
  void aNumberThatHasBecomeNoneIsWorse() {
    Facts.Errors none = new Facts.Errors(0.003, Double.NaN, 0.1);
    assertThat(Warnings.of(2, iteration(GOOD, none).training()))
        .singleElement()
        .asString()
        .contains("force 0.0500 -> NaN eV/Å");
    assertThat(Warnings.of(2, iteration(none, none).training())).isEmpty();
  }

  @Test
  void asDpgenEndsTheFinalModelsMayDisagreeOnThePool() {
    assertThat(Warnings.of(List.of(), result(null, new Facts.FinalClasses(3, 0, 0, 3, 56, 1))))
        .singleElement()
        .asString()
        .startsWith("57 of 60 frames never labelled are at or above a lower trust level")
        .contains("accurate_for_good");
  }
}
