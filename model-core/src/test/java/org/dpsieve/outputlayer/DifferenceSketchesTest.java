package org.dpsieve.outputlayer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import org.dpsieve.frame.Frame;
import org.dpsieve.infer.OutputLayerReader;
import org.dpsieve.model.DeepPotential;
import org.dpsieve.testing.RandomModels;
import org.junit.jupiter.api.Test;

/** Sketches from hidden layers alone, beside those from features with their derivatives. */
class DifferenceSketchesTest {
  private static final DeepPotential MODEL = RandomModels.agAu(0);
  private static final boolean[] BOTH = {true, true};

  private static FrameSketch bySlopes(Frame frame, boolean slopes) {
    try (OutputLayerReader reader = OutputLayerReader.of(List.of(MODEL), FeatureKernel.EXACT)) {
      return new DifferenceSketches(reader, MODEL, BOTH, slopes)
          .of("id", "Ag", frame)
          .orElseThrow();
    }
  }

  @Test
  void slopesOfTheHiddenLayersAreItsDerivatives() {
    OutputParameters parameters = OutputParameters.of(MODEL, BOTH);
    for (Frame frame : List.of(RandomModels.agAuFrame(5, 11), RandomModels.agAuFrame(9, 12))) {
      FrameSketch expected;
      try (FeatureKernel kernel = FeatureKernel.of(MODEL, parameters)) {
        expected = FrameSketch.of("id", "Ag", kernel.of(frame));
      }
      FrameSketch found = bySlopes(frame, true);
      assertThat(found.energy()).containsExactly(expected.energy(), within(1e-12));
      requireNear(found.force(), expected.force());
      requireNear(found.virial(), expected.virial());
    }
  }

  private static void requireNear(double[] found, double[] expected) {
    double largest = Arrays.stream(expected).map(Math::abs).max().orElseThrow();
    assertThat(largest).isGreaterThan(1e-3);
    assertThat(found).containsExactly(expected, within(1e-5 * largest));
  }

  @Test
  void whoComparesEnergiesAloneAsksOnce() {
    FrameSketch found = bySlopes(RandomModels.agAuFrame(5, 11), false);
    assertThat(found.force()).isEmpty();
    assertThat(found.virial()).isEmpty();
    assertThat(found.energy()).isNotEmpty();
  }
}
