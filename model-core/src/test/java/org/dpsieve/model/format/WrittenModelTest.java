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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.dpsieve.error.UnsupportedModelException;
import org.dpsieve.frame.ElementMap;
import org.dpsieve.infer.Prediction;
import org.dpsieve.kernel.reference.ReferenceModel;
import org.dpsieve.model.DeepPotential;
import org.dpsieve.testing.ChangedModels;
import org.dpsieve.testing.DeepmdKit;
import org.dpsieve.testing.GoldenArchitecture;
import org.dpsieve.testing.GoldenModel;
import org.dpsieve.testing.Goldens;
import org.dpsieve.testing.Predictions;
import org.dpsieve.testing.Shared;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** DeePMD-kit itself reads the models that are written, and has our numbers for them. */
class WrittenModelTest {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  @TempDir Path folder;

  @Test
  @Tag("peer")
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
            new GoldenModel("se-atten", false)); // of se_e2_r and hybrids it gives no forces
    for (GoldenModel golden : goldens) {
      Path source = Files.write(folder.resolve(golden.name() + ".pb"), golden.graph());
      Path target = folder.resolve(golden.name() + "-changed.pb");
      DeepPotential changed = ChangedModels.withOutputLayer(ModelFiles.read(source), 0.375);
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

  /** Frozen models, checkpoints, and what the backend itself freezes from these. */
  @Test
  @Tag("peer")
  void torchModelsAreReadByPytorch() throws IOException, InterruptedException {
    Path dp = DeepmdKit.dp("pytorch");
    Map<Path, DeepPotential> models = new LinkedHashMap<>();
    List<String> names =
        List.of(
            "se_e2_a",
            "se_e2_a-float32",
            "case-embedding",
            "se_atten",
            "se_atten-attention",
            "se_e3",
            "zbl");
    for (String name : names) {
      GoldenArchitecture golden = new GoldenArchitecture(name);
      for (String suffix : List.of("pth", "pt")) {
        if (golden.has(suffix)) {
          Path source = source(golden, suffix);
          Path target = folder.resolve("%s-changed.%s".formatted(name, suffix));
          DeepPotential changed = ArchitectureGoldensTest.changed(ModelFiles.read(source));
          ModelFiles.writeWithOutputLayer(source, changed, target);
          models.put(asked(golden.content(), name + suffix, target), changed);
          if (suffix.equals("pt")) {
            Path frozen = frozen(dp, target);
            models.put(asked(golden.content(), name + "frozen", frozen), changed);
          }
        }
      }
    }
    DeepmdKit.evaluate(dp, List.copyOf(models.keySet()), folder.resolve("log"));
    assertThat(models).hasSize(names.size() + 2 * 3);
    for (Map.Entry<Path, DeepPotential> entry : models.entrySet()) {
      Goldens told = Goldens.read(entry.getKey());
      assertThat(told.frames()).hasSizeGreaterThanOrEqualTo(7);
      boolean few = entry.getKey().toString().contains("se_e3"); // places in sel
      for (Goldens.Evaluated evaluated : told.frames()) {
        if (few && evaluated.frame().name().startsWith("crystal")) {
          continue; // which of several neighbors at one distance have no place, PyTorch leaves open
        }
        Predictions.assertClose(
            new ReferenceModel(entry.getValue()).evaluate(evaluated.frame()),
            evaluated.expected().get(0),
            entry.getKey().toString().contains("float32") ? 1e4 : 1,
            entry.getKey() + " " + evaluated.frame().name());
      }
    }
  }

  private Path frozen(Path dp, Path checkpoint) throws IOException, InterruptedException {
    Path target = folder.resolve(checkpoint.getFileName() + "-frozen.pth");
    pytorch(dp, "freeze", "-c", checkpoint, "-o", target);
    return target;
  }

  private void pytorch(Path dp, Object... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(dp.toString(), "--pt"));
    Stream.of(arguments).map(Object::toString).forEach(command::add);
    DeepmdKit.run(folder, folder.resolve("log"), command);
  }

  /** One step so small that the weights stay as they are to seven digits. */
  @ParameterizedTest
  @CsvSource({"pt, --init-model", "pt, --finetune", "pth, --init-frz-model"})
  @Tag("peer")
  void pytorchTrainsOnFromThem(String suffix, String option)
      throws IOException, InterruptedException {
    Path dp = DeepmdKit.dp("pytorch");
    Path input = folder.resolve("input.json");
    Files.writeString(
        input,
        """
        {"model": %s,
         "learning_rate": {"type": "exp", "start_lr": 1e-9, "stop_lr": 1e-10, "decay_steps": 1},
         "loss": {"start_pref_e": 1, "limit_pref_e": 1, "start_pref_f": 1, "limit_pref_f": 1},
         "training": {"numb_steps": 1, "seed": 1, "training_data": {"systems": ["%s"]}}}
        """
            .formatted(
                new GoldenArchitecture("se_e2_a").content().path("model"),
                Shared.repository().resolve("conf/ag-au/pbe/Ag4Au4")));
    Path checkpoint = folder.resolve("model.ckpt.pt");
    pytorch(dp, "train", input, "--skip-neighbor-stat");
    Path source = suffix.equals("pt") ? checkpoint : frozen(dp, checkpoint);
    Path target = folder.resolve("target." + suffix);
    DeepPotential changed = ChangedModels.withOutputLayer(ModelFiles.read(source), 0.375);
    ModelFiles.writeWithOutputLayer(source, changed, target);
    pytorch(dp, "train", input, "--skip-neighbor-stat", option, target);
    DeepPotential trained = ModelFiles.read(frozen(dp, checkpoint));
    for (int type = 0; type < changed.typeMap().size(); type++) {
      assertThat(trained.fitting().networks()[type].outputLayer().weight())
          .containsExactly(changed.fitting().networks()[type].outputLayer().weight(), within(1e-7));
    }
  }

  /** DeePMD-kit's NumPy backend has energies only; JSON is to it what YAML is. */
  @ParameterizedTest
  @ValueSource(strings = {"dp", "yaml", "json"})
  @Tag("peer")
  void serialisedModelsAreReadByDeepmdKit(String suffix) throws IOException, InterruptedException {
    GoldenArchitecture golden = new GoldenArchitecture("se_e2_a");
    Path source = source(golden, suffix);
    Path target = folder.resolve("target." + suffix);
    DeepPotential changed = ChangedModels.withOutputLayer(ModelFiles.read(source), 0.375);
    ModelFiles.writeWithOutputLayer(source, changed, target);
    requireAgreement(golden, changed, Map.of(), readable(target));
  }

  @ParameterizedTest
  @ValueSource(strings = {"dp", "yaml", "json"})
  @Tag("peer")
  void renamedElementsAreReadByDeepmdKit(String suffix) throws IOException, InterruptedException {
    GoldenArchitecture golden = new GoldenArchitecture("se_e2_a");
    Path source = source(golden, suffix);
    Path target = folder.resolve("target." + suffix);
    Map<String, String> elements = Map.of("Au", "Y", "Cu", "No"); // true and false, unless quoted
    ModelFiles.writeMapped(source, List.of(), ElementMap.of(elements), target);
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
    assertThatThrownBy(() -> ModelFiles.writeMapped(source, List.of(), elements, target))
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
    ModelFiles.writeMapped(source, List.of(), ElementMap.of(Map.of("Au", "W")), shorter);
    ModelFiles.writeMapped(shorter, List.of(), ElementMap.of(Map.of("W", "Au")), longer);
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
