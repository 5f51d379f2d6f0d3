package org.dpsieve.d3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.dpsieve.error.InputException;
import org.dpsieve.frame.Frame;
import org.dpsieve.frame.Labels;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class DispersionD3Test {
  private static final double[] CUBE = {4, 0, 0, 0, 4, 0, 0, 0, 4};

  static List<D3Golden> goldens() {
    return D3Golden.all();
  }

  static Stream<D3Golden> smallGoldens() {
    return D3Golden.all().stream()
        .filter(golden -> golden.frame().atomCount() <= 8)
        .filter(golden -> golden.frame().cell() == null || golden.frame().atomCount() <= 4);
  }

  @ParameterizedTest
  @MethodSource("goldens")
  void matchesDftd3(D3Golden golden) {
    Labels found = new DispersionD3(golden.options()).evaluate(golden.frame());
    Labels expected = golden.expected();
    assertThat(found.energy()).isCloseTo(expected.energy(), within(1e-9));
    assertThat(found.force()).containsExactly(expected.force(), within(1e-9));
    assertThat(found.virial()).containsExactly(expected.virial(), within(1e-9));
  }

  @Test
  void everyFunctionalHasTheParametersOfDftd3() {
    JsonNode file = D3Golden.file();
    Frame frame =
        new Frame(
            "cluster",
            0,
            D3Golden.elements(file.get("functional_elements")),
            D3Golden.doubles(file.get("functional_coord")),
            null,
            Labels.NONE);
    assertThat(file.get("functionals").size()).isGreaterThan(240);
    file.get("functionals")
        .properties()
        .forEach(
            entry -> {
              String[] name = entry.getKey().split(" ");
              Damping damping = name[1].equals("bj") ? Damping.BJ : Damping.ZERO;
              Labels found = new DispersionD3(new D3Options(name[0], damping)).evaluate(frame);
              assertThat(found.energy())
                  .as(entry.getKey())
                  .isCloseTo(entry.getValue().asDouble(), within(1e-11));
            });
  }

  @ParameterizedTest
  @MethodSource("smallGoldens")
  void energyIsThatOfThePlainLoops(D3Golden golden) {
    double plain = new PlainD3(golden.options()).energy(golden.frame());
    double found = new DispersionD3(golden.options()).evaluate(golden.frame()).energy();
    assertThat(found).isCloseTo(plain, within(1e-11));
  }

  /** In clusters smaller than the cutoffs: there the energy is smooth. */
  @ParameterizedTest
  @ValueSource(ints = {0, 5, 30, 60})
  void forceIsTheSlopeOfThePlainEnergy(int first) {
    D3Golden golden =
        D3Golden.all().stream()
            .filter(one -> one.name().equals("all elements, solid, zero"))
            .findFirst()
            .orElseThrow();
    Frame cluster =
        new Frame(
            "cluster",
            0,
            Arrays.copyOfRange(golden.frame().z(), first, first + 8),
            Arrays.copyOfRange(golden.frame().coord(), 3 * first, 3 * first + 24),
            null,
            Labels.NONE);
    for (Damping damping : Damping.values()) {
      D3Options options = new D3Options("pbe", damping);
      PlainD3 plain = new PlainD3(options);
      double[] force = new DispersionD3(options).evaluate(cluster).force();
      double step = 1e-4;
      for (int i = 0; i < force.length; i++) {
        double slope =
            (plain.energy(moved(cluster, i, step)) - plain.energy(moved(cluster, i, -step)))
                / (2 * step);
        assertThat(force[i]).isCloseTo(-slope, within(1e-7));
      }
    }
  }

  private static Frame moved(Frame frame, int i, double step) {
    double[] coord = frame.coord().clone();
    coord[i] += step;
    return new Frame(frame.system(), frame.index(), frame.z(), coord, frame.cell(), Labels.NONE);
  }

  @ParameterizedTest
  @ValueSource(strings = {"PBEsol", "pbe-sol", "RPBE", "revPBE", "rev-PBE", "BLYP", "B3-LYP"})
  void namesAreFoundAsPeopleSpellThem(String name) {
    for (Damping damping : Damping.values()) {
      assertThat(DampingParameters.of(name, damping).damping()).isEqualTo(damping);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "pbx, ZERO, unknown functional 'pbx'; known with damping 'zero': b1b95",
    "r2SCAN, ZERO, functional 'r2SCAN' has parameters for damping 'bj' only"
  })
  void aFunctionalWithoutParametersIsRefused(String name, Damping damping, String message) {
    assertThatThrownBy(() -> new D3Options(name, damping))
        .isInstanceOf(InputException.class)
        .hasMessageContaining(message);
  }

  @Test
  void anElementWithoutReferenceIsNamedWithItsFrame() {
    Frame frame = new Frame("pool/AmO2", 3, new int[] {95, 8}, new double[6], CUBE, Labels.NONE);
    assertRefused(frame, "Frame pool/AmO2#3: element Am (95) has no D3 reference values");
  }

  @Test
  void badNumbersAreNamedWithTheirFrame() {
    double[] coord = {0, 0, Double.NaN};
    assertRefused(
        new Frame("s", 0, new int[] {1}, coord, CUBE, Labels.NONE),
        "Frame s#0: coord number 2 is NaN");
    assertRefused(
        new Frame("s", 0, new int[] {1}, new double[3], new double[9], Labels.NONE),
        "Frame s#0: the cell has 0");
    int[] two = {47, 47};
    double[] flat = {4, 0, 0, 0, 4, 0, 4, 4, 0};
    assertRefused(
        new Frame("s", 0, two, new double[] {0, 0, 0, 2, 0, 0}, flat, Labels.NONE),
        "Frame s#0: the cell has 0");
    for (double[] cell : new double[][] {CUBE, null}) {
      assertRefused(
          new Frame("s", 0, two, new double[] {1, 0, 0, 1, 0, 0}, cell, Labels.NONE),
          "Frame s#0: atoms 0 and 1 are at one place");
      assertRefused(
          new Frame("s", 0, two, new double[] {1, 0, 0, 1e12, 0, 0}, cell, Labels.NONE),
          "Frame s#0: coord number 3 is 1.0E12");
    }
  }

  private static void assertRefused(Frame frame, String message) {
    DispersionD3 dispersion = new DispersionD3(new D3Options("pbe", Damping.ZERO));
    assertThatThrownBy(() -> dispersion.evaluate(frame))
        .isInstanceOf(InputException.class)
        .hasMessageContaining(message);
  }

  @Test
  void aLabelGrowsByDispersionAndAMissingVirialStaysMissing() {
    int[] z = {47, 79};
    double[] coord = {0, 0, 0, 2, 2, 1.9};
    double[] force = {1, 2, 3, -1, -2, -3};
    double[] virial = {1, 2, 3, 2, 5, 6, 3, 6, 9};
    Frame frame = new Frame("s", 0, z, coord, CUBE, new Labels(-5.0, force, virial));
    DispersionD3 dispersion = new DispersionD3(new D3Options("pbe", Damping.ZERO));
    Labels alone = dispersion.evaluate(frame);
    Labels sum = dispersion.addTo(frame);
    assertThat(sum.energy()).isEqualTo(-5.0 + alone.energy());
    assertThat(sum.force()[4]).isEqualTo(-2 + alone.force()[4]);
    assertThat(sum.virial()[5]).isEqualTo(6 + alone.virial()[5]);
    assertThat(dispersion.addTo(frame.withLabels(new Labels(-5.0, force, null))).virial()).isNull();
    assertThatThrownBy(() -> dispersion.addTo(frame.withLabels(Labels.NONE)))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("Frame s#0: no stored energy");
  }

  @Test
  void atomsStrayedByLatticeVectorsMakeNoDifference() {
    double[] cell = {4.2, 0, 0, 9.7, 4.9, 0.1, -7.3, 11.1, 5.3};
    int[] z = {47, 79};
    double[] coord = {0, 0, 0, 1.4, 2.2, 2.1};
    double[] strayed = coord.clone();
    for (int k = 0; k < 3; k++) {
      strayed[3 + k] += 17 * cell[k] - 23 * cell[3 + k] + 5 * cell[6 + k];
    }
    DispersionD3 dispersion = new DispersionD3(new D3Options("pbe", Damping.BJ));
    Labels here = dispersion.evaluate(new Frame("s", 0, z, coord, cell, Labels.NONE));
    Labels there = dispersion.evaluate(new Frame("s", 0, z, strayed, cell, Labels.NONE));
    assertThat(there.energy()).isCloseTo(here.energy(), within(1e-11));
    assertThat(there.force()).containsExactly(here.force(), within(1e-11));
    assertThat(there.virial()).containsExactly(here.virial(), within(1e-11));
    assertThat(Arrays.stream(here.force()).map(Math::abs).max().getAsDouble()).isPositive();
  }
}
