package org.dpsieve.frame;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class FrameIdTest {
  private static Frame frame(double[] fparam, double[] aparam) {
    double[] coord = {0, 0, 0, 0, -0.0, 2.5};
    return new Frame("s", 0, new int[] {47, 79}, coord, null, Labels.NONE, fparam, aparam);
  }

  /** Made by Python's hashlib and struct from what the class says. */
  @Test
  void isTheHashOfElementsCellAndCoordinates() {
    assertThat(FrameId.of(frame(null, null))).isEqualTo("1f4c713238cda6c3e23b90c0283290be");
  }

  @Test
  void otherParametersAreAnotherFrame() {
    Set<String> ids =
        Stream.of(
                frame(null, null),
                frame(new double[] {1, 2}, null),
                frame(new double[] {1, 3}, null),
                frame(null, new double[] {1, 2}),
                frame(new double[] {1}, new double[] {1, 2}))
            .map(FrameId::of)
            .collect(Collectors.toSet());
    assertThat(ids).hasSize(5);
    assertThat(FrameId.of(frame(new double[] {1, 2}, null)))
        .isEqualTo(FrameId.of(frame(new double[] {1, 2}, null)));
  }
}
