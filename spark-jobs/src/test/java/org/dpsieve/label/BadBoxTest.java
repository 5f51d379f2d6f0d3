package org.dpsieve.label;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.dpsieve.error.InputException;
import org.dpsieve.frame.Frame;
import org.dpsieve.frame.Labels;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class BadBoxTest {
  /** Made by scripts/goldens/bad_box.py with DP-GEN's check_bad_box. */
  static List<JsonNode> frames() throws IOException {
    List<JsonNode> frames = new ArrayList<>();
    new ObjectMapper()
        .readTree(BadBoxTest.class.getResourceAsStream("/label/bad-box.json"))
        .get("frames")
        .forEach(frames::add);
    return frames;
  }

  @ParameterizedTest
  @MethodSource("frames")
  void changesItsMindWhereDpgenDoes(JsonNode golden) {
    for (String measure : List.of("length_ratio", "height_ratio", "wrap_ratio", "tilt_ratio")) {
      double critical = golden.get(measure).asDouble();
      if (critical > 1e-9) {
        assertThat(bad(measure, critical * (1 - 1e-9), frame(golden))).as(measure).isTrue();
      }
      assertThat(bad(measure, critical * (1 + 1e-9) + 1e-9, frame(golden))).as(measure).isFalse();
    }
    double nearest = golden.get("min_distance").asDouble(); // POSCAR has ten decimals
    assertThat(bad("min_distance", nearest - 1e-8, frame(golden))).isFalse();
    assertThat(bad("min_distance", nearest + 1e-8, frame(golden))).isTrue();
    assertThat(bad("min_dist", nearest + 1e-8, frame(golden))).isTrue();
  }

  @Test
  void mirroredCellMeasuresTheSame() {
    double[] cell = {5, 0, 0, 6.5, 4, 0, -3, 7.5, 6};
    double[] mirrored = {5, 0, 0, 6.5, 4, 0, -3, 7.5, -6};
    CellShape expected = CellShape.of(cell);
    CellShape found = CellShape.of(mirrored);
    assertThat(found.lower()).containsExactly(expected.lower());
    assertThat(found.heights()).containsExactly(expected.heights());
  }

  @Test
  void findsAnAtomsOwnImageInACellSmallerThanTheDistance() {
    Frame one = frame(new double[] {2, 0, 0, 0, 9, 0, 0, 0, 9}, 0.1, 0.2, 0.3);
    assertThat(bad("min_distance", 1.99, one)).isFalse();
    assertThat(bad("min_distance", 2.01, one)).isTrue();
    assertThat(bad("min_distance", 7.5, one)).isTrue();
  }

  @Test
  void atomsFarOutsideTheCellAreWrapped() {
    Frame two = frame(new double[] {4, 0, 0, 1, 4, 0, 0, 1, 4}, 0, 0, 0, 40.5, 0, 0);
    assertThat(bad("min_distance", 0.51, two)).isTrue();
    assertThat(bad("min_distance", 0.49, two)).isFalse();
  }

  @Test
  void withoutCellOnlyDistancesCount() {
    Frame two = frame(null, 0, 0, 0, 0, 0, 1);
    assertThat(bad("length_ratio", 0.1, two)).isFalse();
    assertThat(bad("min_distance", 1.1, two)).isTrue();
    assertThat(bad("min_distance", 0.9, two)).isFalse();
  }

  @Test
  void flatCellIsBadByEveryMeasureOfHeights() {
    Frame flat = frame(new double[] {4, 0, 0, 4, 0, 0, 0, 0, 4}, 0, 0, 0);
    assertThat(bad("height_ratio", 1e6, flat)).isTrue();
    assertThat(bad("tilt_ratio", 1e6, flat)).isTrue();
    assertThat(bad("min_distance", 0.1, flat)).isTrue();
  }

  @Test
  void saysMeasureValueAndLimit() {
    BadBox box = BadBox.parse("length_ratio: 5; height_ratio:5;");
    Frame needle = frame(new double[] {2, 0, 0, 0, 3, 0, 0, 0, 31}, 0, 0, 0);
    assertThat(box.check(needle))
        .contains(new FrameScreen.Finding("length_ratio", "15.5000, limit 5.00000"));
    assertThat(BadBox.parse("").isEmpty()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "lenght_ratio:5",
        "length_ratio=5",
        "length_ratio:x",
        "length_ratio:NaN",
        "length_ratio:-1",
        "length_ratio:5;length_ratio:6",
        "min_dist:1;min_distance:1"
      })
  void refusesWhatItDoesNotUnderstand(String text) {
    assertThatThrownBy(() -> BadBox.parse(text))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("fp_skip_bad_box");
  }

  private static boolean bad(String measure, double limit, Frame frame) {
    return new BadBox(Map.of(measure, limit)).check(frame).isPresent();
  }

  private static Frame frame(JsonNode golden) {
    return frame(numbers(golden.get("cell")), numbers(golden.get("coord")));
  }

  private static Frame frame(double[] cell, double... coord) {
    int[] z = new int[coord.length / 3];
    Arrays.fill(z, 47);
    return new Frame("test", 0, z, coord, cell, Labels.NONE);
  }

  private static double[] numbers(JsonNode array) {
    double[] numbers = new double[array.size()];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = array.get(i).asDouble();
    }
    return numbers;
  }
}
