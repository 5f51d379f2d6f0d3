package org.dpsieve.infer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.offset;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.dpsieve.error.InputException;
import org.dpsieve.error.NoPotentialException;
import org.dpsieve.frame.Frame;
import org.dpsieve.kernel.reference.ReferenceProperty;
import org.dpsieve.model.PropertyModel;
import org.dpsieve.model.format.ModelFiles;
import org.dpsieve.testing.Goldens;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Models of properties against DeePMD-kit's own numbers (scripts/goldens/properties.py). */
class PropertyEnsembleTest {
  private static final Path FOLDER = Path.of("src/test/resources/goldens/properties");

  /** sel cuts through a shell of the perfect crystal: of equally near ones any may be taken. */
  private static final List<String> CUT = List.of("property-se_e3", "dipole-hybrid");

  static Stream<String> files() throws IOException {
    try (Stream<Path> files = Files.list(FOLDER)) {
      return files
          .map(file -> file.getFileName().toString().replaceFirst("\\.gz$", ""))
          .filter(name -> !name.endsWith(".json"))
          .sorted()
          .toList()
          .stream();
    }
  }

  private static byte[] unpacked(String name) throws IOException {
    try (GZIPInputStream in =
        new GZIPInputStream(Files.newInputStream(FOLDER.resolve(name + ".gz")))) {
      return in.readAllBytes();
    }
  }

  private static JsonNode goldens(String file) throws IOException {
    String name = file.substring(0, file.lastIndexOf('.')) + ".json";
    return JsonMapper.builder()
        .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS) // a mean over no atoms
        .build()
        .readTree(unpacked(name));
  }

  private static double[] numbers(JsonNode array) {
    double[] numbers = new double[array.size()];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = array.get(i).asDouble();
    }
    return numbers;
  }

  @ParameterizedTest
  @MethodSource("files")
  void valuesOfFramesAndAtomsAreThoseOfDeepmdKit(String file) throws IOException {
    PropertyModel model = ModelFiles.readProperty(file, unpacked(file), List.of());
    int compared = 0;
    try (PropertyEnsemble ensemble = PropertyEnsemble.of(List.of(model))) {
      for (JsonNode golden : goldens(file).path("frames")) {
        Frame frame = Goldens.frame(golden);
        if (CUT.stream().anyMatch(file::startsWith)
            && (frame.system().equals("crystal") || frame.system().equals("one-element"))) {
          continue;
        }
        PropertyPrediction fast = ensemble.evaluate(List.of(frame)).get(0)[0];
        PropertyPrediction plain = new ReferenceProperty(model).evaluate(frame);
        String what = file + " " + frame.name();
        assertThat(fast.value()).as(what).hasSize(model.head().dimension());
        assertThat(fast.value())
            .as(what)
            .containsExactly(numbers(golden.path("value")), offset(1e-10));
        assertThat(fast.atomic())
            .as(what)
            .containsExactly(numbers(golden.path("atomic")), offset(1e-10));
        assertThat(plain.atomic())
            .as(what + " plain")
            .containsExactly(numbers(golden.path("atomic")), offset(1e-10));
        compared++;
      }
    }
    assertThat(compared).isGreaterThan(3);
  }

  @Test
  void aFramesNumbersDoNotDependOnItsBatch() throws IOException {
    PropertyModel model = ModelFiles.readProperty("dipole.dp", unpacked("dipole.dp"), List.of());
    List<Frame> frames = new ArrayList<>();
    goldens("dipole.dp").path("frames").forEach(frame -> frames.add(Goldens.frame(frame)));
    try (PropertyEnsemble ensemble = PropertyEnsemble.of(List.of(model, model))) {
      List<PropertyPrediction[]> all = ensemble.evaluate(frames);
      for (int f = 0; f < frames.size(); f++) {
        double[] alone = ensemble.evaluate(List.of(frames.get(f))).get(0)[1].value();
        assertThat(all.get(f)[0].value()).isEqualTo(alone);
      }
    }
  }

  /** A dipole turns with its frame. */
  @Test
  void vectorsTurnWithTheFrame() throws IOException {
    PropertyModel model = ModelFiles.readProperty("dipole.dp", unpacked("dipole.dp"), List.of());
    Frame frame = Goldens.frame(goldens("dipole.dp").path("frames").get(0));
    double[] turned = frame.coord().clone();
    for (int i = 0; i < turned.length; i += 3) {
      turned[i] = -frame.coord()[i + 1];
      turned[i + 1] = frame.coord()[i];
    }
    double[] cell = frame.cell() == null ? null : frame.cell().clone();
    for (int i = 0; cell != null && i < 9; i += 3) {
      cell[i] = -frame.cell()[i + 1];
      cell[i + 1] = frame.cell()[i];
    }
    Frame other = new Frame("turned", 0, frame.z(), turned, cell, frame.labels());
    try (PropertyEnsemble ensemble = PropertyEnsemble.of(List.of(model))) {
      double[] before = ensemble.evaluate(List.of(frame)).get(0)[0].value();
      double[] after = ensemble.evaluate(List.of(other)).get(0)[0].value();
      assertThat(after[0]).isCloseTo(-before[1], within(1e-10));
      assertThat(after[1]).isCloseTo(before[0], within(1e-10));
      assertThat(after[2]).isCloseTo(before[2], within(1e-10));
    }
  }

  @Test
  void modelsOfOtherThingsAreNamed() throws IOException {
    byte[] dos = unpacked("dos.dp");
    assertThatThrownBy(() -> ModelFiles.read("dos.dp", dos))
        .isInstanceOf(NoPotentialException.class)
        .hasMessageContaining("the fitting 'dos'; nor does dp model-devi");
    PropertyModel one = ModelFiles.readProperty("dos.dp", dos, List.of());
    PropertyModel other = ModelFiles.readProperty("dipole.dp", unpacked("dipole.dp"), List.of());
    assertThatThrownBy(() -> PropertyEnsemble.of(List.of(one, other)))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("dos.dp gives dos:extensive (4 numbers), but dipole.dp gives dipole");
  }
}
