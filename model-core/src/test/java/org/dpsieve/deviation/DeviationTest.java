package org.dpsieve.deviation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Arrays;
import java.util.OptionalDouble;
import java.util.Random;
import org.dpsieve.frame.Labels;
import org.dpsieve.infer.Prediction;
import org.junit.jupiter.api.Test;

class DeviationTest {
  /** Two atoms; the numbers are told apart by their size. */
  private static Prediction prediction(double energy, double fx, double virial) {
    double[] stress = new double[9];
    stress[0] = virial;
    return new Prediction(
        energy, new double[] {fx, 0, 0, 0, 3 * fx, 4 * fx}, stress, new double[2]);
  }

  @Test
  void twoModelsDeviateByHalfTheirDifference() {
    FrameDeviation deviation =
        Deviation.of(new Prediction[] {prediction(2, 1, 8), prediction(6, 2, 12)});
    assertThat(deviation.deviE()).isEqualTo((6 - 2) / 2.0 / 2);
    assertThat(deviation.atomDeviF()).containsExactly(new double[] {0.5, 2.5}, within(1e-15));
    assertThat(deviation.maxDeviF()).isEqualTo(2.5);
    assertThat(deviation.minDeviF()).isEqualTo(0.5);
    assertThat(deviation.avgDeviF()).isEqualTo(1.5);
    assertThat(deviation.maxDeviV()).isEqualTo((12 - 8) / 2.0 / 2);
    assertThat(deviation.minDeviV()).isZero();
    assertThat(deviation.avgDeviV()).isCloseTo(1 / 3.0, within(1e-15));
  }

  @Test
  void oneModelOrEqualModelsDoNotDeviate() {
    Prediction same = prediction(2, 1, 8);
    assertThat(Deviation.of(new Prediction[] {same}).maxDeviF()).isZero();
    FrameDeviation three = Deviation.of(new Prediction[] {same, same, same});
    assertThat(three.maxDeviF()).isZero();
    assertThat(three.maxDeviV()).isZero();
    assertThat(three.deviE()).isZero();
  }

  @Test
  void relativeDeviationsAreDividedByTheMeanAndTheLevel() {
    Deviation relative = new Deviation(OptionalDouble.of(0.5), OptionalDouble.of(3));
    FrameDeviation deviation =
        relative.ofModels(new Prediction[] {prediction(2, 1, 8), prediction(6, 2, 12)});
    assertThat(deviation.atomDeviF())
        .containsExactly(new double[] {0.5 / 2, 2.5 / 8}, within(1e-15));
    assertThat(deviation.maxDeviV()).isCloseTo(1 / (5.0 + 3), within(1e-15));
    assertThat(deviation.deviE()).isEqualTo(1);
  }

  @Test
  void errorsAreMeasuredAgainstTheLabelsAndMissingOnesAreZero() {
    Prediction[] models = {prediction(2, 1, 8), prediction(6, 2, 12)};
    Labels labels = new Labels(4.0, new double[] {1, 0, 0, 0, 3, 4}, null);
    FrameDeviation error = Deviation.PLAIN.ofLabels(models, labels);
    assertThat(error.deviE()).isEqualTo(1);
    assertThat(error.atomDeviF())
        .containsExactly(new double[] {Math.sqrt(0.5), 5 * Math.sqrt(0.5)}, within(1e-15));
    assertThat(error.maxDeviV()).isCloseTo(Math.sqrt((16 + 36) / 2.0), within(1e-14));
  }

  @Test
  void nanOfOneAtomIsSeenInTheLargestAndStaysOnItsAtom() {
    Prediction broken =
        new Prediction(1, new double[] {0, Double.NaN, 0, 0, 0, 0}, new double[9], new double[2]);
    FrameDeviation deviation =
        Deviation.of(new Prediction[] {broken, prediction(2, 1, 8), prediction(2, 1, 8)});
    assertThat(deviation.maxDeviF()).isNaN();
    assertThat(deviation.minDeviF()).isNaN();
    assertThat(deviation.avgDeviF()).isNaN();
    assertThat(deviation.atomDeviF()[0]).isNaN();
    assertThat(deviation.atomDeviF()[1]).isFinite();
    assertThat(deviation.deviE()).isFinite();
  }

  @Test
  void textIsThatOfDpModelDevi() throws IOException {
    StringBuilder text = new StringBuilder();
    ModelDeviText out = new ModelDeviText(text, true);
    out.system("data/Ag4Au4");
    double[] atoms = {0.05261179, Double.NaN};
    out.row(
        20,
        new FrameDeviation(
            0.13930884, 8.726539e-3, 0.5, 1e100, Double.POSITIVE_INFINITY, 0, 1.304768e-2, atoms));
    assertThat(Arrays.asList(text.toString().split("\n")))
        .containsExactly(
            "# data/Ag4Au4",
            "# step      max_devi_v         min_devi_v         avg_devi_v         max_devi_f      "
                + "   min_devi_f         avg_devi_f         devi_e             atm_devi_f(N)      ",
            "          20       1.393088e-01       8.726539e-03       5.000000e-01      1.000000e+100"
                + "                inf       0.000000e+00       1.304768e-02       5.261179e-02"
                + "                nan");
  }

  @Test
  void numbersAreRoundedAsTheCLibraryDoes() {
    assertThat(ModelDeviText.scientific(0.5)).isEqualTo("5.000000e-01");
    assertThat(ModelDeviText.scientific(9.9999996)).isEqualTo("1.000000e+01");
    assertThat(ModelDeviText.scientific(-0.0)).isEqualTo("-0.000000e+00");
    assertThat(ModelDeviText.scientific(1.0 + 1 / 128.0)).isEqualTo("1.007812e+00"); // a tie
    assertThat(ModelDeviText.scientific(-123456.75)).isEqualTo("-1.234568e+05");
    assertThat(ModelDeviText.scientific(Double.MIN_VALUE)).isEqualTo("4.940656e-324");
  }

  @Test
  void numbersOfAllSizesAreTheExactOnesRounded() {
    MathContext seven = new MathContext(7, RoundingMode.HALF_EVEN);
    Random random = new Random(7);
    for (int i = 0; i < 200_000; i++) {
      double value =
          switch (i % 4) {
            case 0 -> Double.longBitsToDouble(random.nextLong()); // any
            case 1 -> random.nextDouble();
            case 2 -> (random.nextInt(20_000_000) + 0.5) / 1e7; // ties, or nearly
            default -> Math.pow(10, random.nextInt(40) - 20) * (1 + random.nextInt(3) * 0x1p-52);
          };
      if (Double.isFinite(value)) {
        String text = ModelDeviText.scientific(value);
        assertThat(text).matches("-?\\d\\.\\d{6}e[+-]\\d{2,3}");
        assertThat(new BigDecimal(text))
            .as(text)
            .isEqualByComparingTo(new BigDecimal(value).round(seven));
      }
    }
  }

  @Test
  void forcesMayBeWidenedAndNothingElse() {
    FrameDeviation found = new FrameDeviation(3, 1, 2, 0.4, 0.1, 0.2, 0.5, new double[] {0.4, 0.1});
    FrameDeviation wide = found.widened(0.6);
    assertThat(wide.numbers())
        .containsExactly(new double[] {3, 1, 2, 0.6, 0.15, 0.3, 0.5}, within(1e-12));
    assertThat(wide.atomDeviF()).containsExactly(new double[] {0.6, 0.15}, within(1e-12));
    assertThat(found.widened(Double.NaN)).isSameAs(found);
    FrameDeviation none = new FrameDeviation(0, 0, 0, 0, 0, 0, 0, new double[2]);
    assertThat(none.widened(0.3)).as("members agree: no direction to widen").isSameAs(none);
  }
}
