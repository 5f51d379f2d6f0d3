package org.dpsieve.d3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.dpsieve.frame.Frame;
import org.dpsieve.frame.Labels;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ThreeBodyTest {
  private static final double[] COORD = {0.05, 0, 0, 2.1, 2.0, 0.1, 0.2, 2.1, 2.0, 2.0, 0.1, 1.9};
  private static final double[] CELL = {4.2, 0, 0, 0.3, 4.3, 0, 0, -0.2, 4.1};

  private static Labels d3(Damping damping, double[] coord, double[] cell, boolean threeBody) {
    D3Options options =
        new D3Options(
            "pbe", damping, D3Options.PAIR_CUTOFF, D3Options.COORDINATION_CUTOFF, threeBody);
    int[] z = {47, 79, 8, 47};
    return new DispersionD3(options).evaluate(new Frame("x", 0, z, coord, cell, Labels.NONE));
  }

  /** Numbers of dftd3 1.7.0 (Python), atm=True, cutoffs sqrt(9000), 40 and 40 bohr. */
  @ParameterizedTest
  @CsvSource({
    "ZERO, false, -0.067108052523038, -0.039192350636207, 0.042736256833045, 0.158340997226170, 0.020268421726808",
    "BJ, false, -0.165505879206985, 0.004900298603333, -0.002777143563529, -0.010292345681086, -0.002856139037863",
    "BJ, true, -1.393690592403476, -0.003487508112336, 0.021166168789134, -1.202200763741745, 0.010913715527585"
  })
  void equalsDftd3(
      Damping damping,
      boolean periodic,
      double energy,
      double f0,
      double f7,
      double v0,
      double v5) {
    Labels labels = d3(damping, COORD, periodic ? CELL : null, true);
    assertThat(labels.energy()).isCloseTo(energy, within(1e-9));
    assertThat(labels.force()[0]).isCloseTo(f0, within(1e-9));
    assertThat(labels.force()[7]).isCloseTo(f7, within(1e-9));
    assertThat(labels.virial()[0]).isCloseTo(v0, within(1e-9));
    assertThat(labels.virial()[5]).isCloseTo(v5, within(1e-9));
  }

  @Test
  void forcesAreSlopes() {
    double step = 1e-4;
    Labels here = d3(Damping.BJ, COORD, null, true);
    for (int k : new int[] {1, 5, 9}) {
      double[] energies = new double[2];
      for (int side = 0; side < 2; side++) {
        double[] moved = COORD.clone();
        moved[k] += side == 0 ? -step : step;
        energies[side] = d3(Damping.BJ, moved, null, true).energy();
      }
      assertThat(here.force()[k]).isCloseTo((energies[0] - energies[1]) / (2 * step), within(1e-7));
    }
  }

  /** A cell in which atoms are moved by lattice vectors is the same matter. */
  @Test
  void atomsNeedNotBeInTheCell() {
    double[] moved = COORD.clone();
    for (int k = 0; k < 3; k++) {
      moved[3 + k] += 2 * CELL[k] - CELL[6 + k];
    }
    assertThat(d3(Damping.BJ, moved, CELL, true).energy())
        .isCloseTo(d3(Damping.BJ, COORD, CELL, true).energy(), within(1e-9));
  }
}
