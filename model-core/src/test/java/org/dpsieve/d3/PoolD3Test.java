package org.dpsieve.d3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.dpsieve.frame.Frame;
import org.dpsieve.frame.Labels;
import org.dpsieve.io.deepmd.DeepmdSystems;
import org.dpsieve.testing.Shared;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The Ag-Au pool that dftd3 1.7.0 relabelled, every frame of some of its systems. */
class PoolD3Test {
  @ParameterizedTest
  @ValueSource(strings = {"Ag8", "Ag4Au4", "Ag13Au4"})
  void storedLabelPlusDispersionIsThePoolsOwn(String system) throws IOException {
    Path pbe = Shared.path("data/ag-au/pbe/" + system);
    Path pbeD3 = Shared.path("data/ag-au/pbe-d3/" + system);
    List<Frame> frames = DeepmdSystems.readNpy(pbe);
    List<Frame> expected = DeepmdSystems.readNpy(pbeD3);
    assertThat(frames).hasSameSizeAs(expected).isNotEmpty();
    DispersionD3 dispersion = new DispersionD3(new D3Options("pbe", Damping.ZERO));
    for (int i = 0; i < frames.size(); i++) {
      Labels found = dispersion.addTo(frames.get(i));
      Labels label = expected.get(i).labels();
      assertThat(found.energy()).isCloseTo(label.energy(), within(1e-9));
      assertThat(found.force()).containsExactly(label.force(), within(1e-9));
      assertThat(found.virial()).containsExactly(label.virial(), within(1e-9));
    }
  }
}
