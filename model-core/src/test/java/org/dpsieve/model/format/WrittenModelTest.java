package org.dpsieve.model.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.dpsieve.error.UnsupportedModelException;
import org.dpsieve.frame.ElementMap;
import org.dpsieve.infer.Prediction;
import org.dpsieve.kernel.reference.ReferenceModel;
import org.dpsieve.model.DeepPotential;
import org.dpsieve.testing.DeepmdKit;
import org.dpsieve.testing.GoldenArchitecture;
import org.dpsieve.testing.GoldenModel;
import org.dpsieve.testing.Goldens;
import org.dpsieve.testing.Predictions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** DeePMD-kit itself reads the models that are written, and has our numbers for them. */
class WrittenModelTest {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  @TempDir Path folder;

  @Test
  void graphsAreReadByDeepmdKit() throws IOException, InterruptedException {
    DeepmdKit.requirePackage("tensorflow", folder.resolve("log"));
    List<DeepPotential> models = new ArrayList<>();
    List<Path> asked = new ArrayList<>();
    List<GoldenModel> goldens =
        List.of(
            new GoldenModel("plain", false),
            new GoldenModel("atom-ener", false),
            new GoldenModel("float32-fitting", false),
            new GoldenModel("compressed", false),
            new GoldenModel("type-embedding", false),
            new GoldenModel("se-atten", false));
    for (GoldenModel golden : goldens) {
      Path source = Files.write(folder.resolve(golden.name() + ".pb"), golden.graph());
      Path target = folder.resolve(golden.name() + "-changed.pb");
      DeepPotential changed = ModelFilesTest.withOutputLayer(ModelFiles.read(source), 0.375);
      ModelFiles.writeWithOutputLayer(source, changed, target);
      models.add(changed);
      asked.add(asked(golden.content(), golden.name(), target));
    }
    DeepmdKit.evaluate(asked, folder.resolve("log"));
    for (int i = 0; i < models.size(); i++) {
      Goldens told = Goldens.read(asked.get(i));
      assertThat(told.frames()).hasSizeGreaterThanOrEqualTo(8);
      for (Goldens.Evaluated evaluated : told.frames()) {
        Predictions.assertClose(
            new ReferenceModel(models.get(i)).evaluate(evaluated.frame()),
            evaluated.expected().get(0),
            goldens.get(i).tolerance(),
            goldens.get(i) + " " + evaluated.frame().name());
      }
    }
  }

  /** DeePMD-kit's NumPy backend has energies only; JSON is to it what YAML is. */
  @ParameterizedTest
  @ValueSource(strings = {"dp", "yaml", "json"})
  void serialisedModelsAreReadByDeepmdKit(String suffix) throws IOException, InterruptedException {
    GoldenArchitecture golden = new GoldenArchitecture("se_e2_a");
    Path source = source(golden, suffix);
    Path target = folder.resolve("target." + suffix);
    DeepPotential changed = ModelFilesTest.withOutputLayer(ModelFiles.read(source), 0.375);
    ModelFiles.writeWithOutputLayer(source, changed, target);
    requireAgreement(golden, changed, Map.of(), readable(target));
  }

  @ParameterizedTest
  @ValueSource(strings = {"dp", "yaml", "json"})
  void renamedElementsAreReadByDeepmdKit(String suffix) throws IOException, InterruptedException {
    GoldenArchitecture golden = new GoldenArchitecture("se_e2_a");
    Path source = source(golden, suffix);
    Path target = folder.resolve("target." + suffix);
    Map<String, String> elements = Map.of("Au", "Y", "Cu", "No"); // true and false, unless quoted
    ModelFiles.writeMapped(source, ElementMap.of(elements), target);
    DeepPotential renamed = ModelFiles.read(target);
    assertThat(renamed.typeMap()).containsExactly("Ag", "Y", "No");
    assertThat(Files.size(target)).isLessThan(Files.size(source) + 100);
    requireAgreement(golden, renamed, elements, readable(target));
  }

  @Test
  void elementsOfPytorchModelsAreNotReplaced() throws IOException {
    Path source = source(new GoldenArchitecture("se_e2_a"), "pth");
    Path target = folder.resolve("target.pth");
    ElementMap elements = ElementMap.of(Map.of("Au", "W"));
    assertThatThrownBy(() -> ModelFiles.writeMapped(source, elements, target))
        .isInstanceOf(UnsupportedModelException.class)
        .hasMessageStartingWith(source + ": ")
        .hasMessageContaining("dp convert-backend " + source + " ");
    assertThat(target).doesNotExist();
  }

  @Test
  void longerNamesFindRoom() throws IOException {
    Path source = source(new GoldenArchitecture("se_e2_a"), "dp");
    Path shorter = folder.resolve("shorter.dp");
    Path longer = folder.resolve("longer.dp");
    ModelFiles.writeMapped(source, ElementMap.of(Map.of("Au", "W")), shorter);
    ModelFiles.writeMapped(shorter, ElementMap.of(Map.of("W", "Au")), longer);
    assertThat(ModelFiles.read(longer).typeMap()).containsExactly("Ag", "Au", "Cu");
  }

  private Path source(GoldenArchitecture golden, String suffix) throws IOException {
    byte[] content = suffix.equals("json") ? json(golden.file("yaml")) : golden.file(suffix);
    return Files.write(folder.resolve("source." + suffix), content);
  }

  private static byte[] json(byte[] yaml) throws IOException {
    Object root =
        new org.yaml.snakeyaml.Yaml()
            .load(new String(yaml, java.nio.charset.StandardCharsets.UTF_8));
    return MAPPER.writerWithDefaultPrettyPrinter().writeValueAsBytes(root);
  }

  /** DeePMD-kit 3.2 takes no .json: a copy with another name. */
  private Path readable(Path target) throws IOException {
    return target.toString().endsWith(".json")
        ? Files.copy(target, folder.resolve("copy.yaml"))
        : target;
  }

  private void requireAgreement(
      GoldenArchitecture golden, DeepPotential model, Map<String, String> renamed, Path file)
      throws IOException, InterruptedException {
    String content = MAPPER.writeValueAsString(golden.content());
    for (Map.Entry<String, String> element : renamed.entrySet()) {
      content = content.replace('"' + element.getKey() + '"', '"' + element.getValue() + '"');
    }
    Path asked = asked(MAPPER.readTree(content), "asked", file);
    DeepmdKit.evaluate(List.of(asked), folder.resolve("log"));
    Goldens told = Goldens.read(asked);
    assertThat(told.frames()).hasSizeGreaterThanOrEqualTo(7);
    for (Goldens.Evaluated evaluated : told.frames()) {
      Prediction ours = new ReferenceModel(model).evaluate(evaluated.frame());
      assertThat(ours.atomEnergy())
          .as(evaluated.frame().name())
          .containsExactly(evaluated.expected().get(0).atomEnergy(), within(1e-10));
    }
  }

  private Path asked(JsonNode content, String name, Path model) throws IOException {
    ObjectNode root = (ObjectNode) content;
    ((ArrayNode) root.path("models")).removeAll().add(model.toString());
    root.path("frames").forEach(frame -> ((ObjectNode) frame).remove("models"));
    return Files.writeString(folder.resolve(name + ".json"), MAPPER.writeValueAsString(root));
  }
}
