package org.dpsieve.model.format.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.google.protobuf.ByteString;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.dpsieve.error.InputException;
import org.dpsieve.error.NoPotentialException;
import org.dpsieve.error.UnnamedTypesException;
import org.dpsieve.error.UnsupportedModelException;
import org.dpsieve.frame.Frame;
import org.dpsieve.infer.Ensemble;
import org.dpsieve.model.Activation;
import org.dpsieve.model.DeepPotential;
import org.dpsieve.model.Layer;
import org.dpsieve.model.Network;
import org.dpsieve.model.SeE2A;
import org.dpsieve.model.format.ModelFiles;
import org.dpsieve.model.format.proto.AttrValue;
import org.dpsieve.model.format.proto.GraphDef;
import org.dpsieve.model.format.proto.NodeDef;
import org.dpsieve.model.format.proto.TensorProto;
import org.dpsieve.testing.ChangedModels;
import org.dpsieve.testing.GoldenArchitecture;
import org.dpsieve.testing.GoldenModel;
import org.dpsieve.testing.RandomModels;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class GraphFilesTest {
  private static final byte[] PLAIN = new GoldenModel("plain", false).graph();

  @TempDir Path folder;

  @Test
  void readsWhatTheModelSectionSays() {
    DeepPotential model = ModelFiles.read("plain.pb", PLAIN);
    SeE2A descriptor = (SeE2A) model.descriptor();
    assertThat(model.typeMap()).containsExactly("Ag", "Au");
    assertThat(descriptor.rcut()).isEqualTo((double) 4.3f);
    assertThat(descriptor.smoothing().start()).isEqualTo((double) 0.7f);
    assertThat(descriptor.sel()).containsExactly(16, 14);
    assertThat(descriptor.normalization()).isEqualTo(30);
    assertThat(descriptor.axisNeuron()).isEqualTo(4);
    assertThat(descriptor.size()).isEqualTo(48);
    assertThat(descriptor.typeOneSide()).isFalse();
    assertThat(model.fitting().networks()[1].layers())
        .extracting(Layer::activation)
        .containsExactly(Activation.TANH, Activation.TANH, Activation.TANH, Activation.LINEAR);
  }

  @ParameterizedTest
  @MethodSource("org.dpsieve.testing.GoldenModel#unreadable")
  void refusesByName(GoldenModel golden) {
    String feature = FEATURES.get(golden.name());
    assertThat(feature).as("what the message must name").isNotNull();
    assertThatThrownBy(() -> ModelFiles.read("some/model.pb", golden.graph()))
        .isInstanceOf(UnsupportedModelException.class)
        .hasMessageStartingWith("some/model.pb: ")
        .hasMessageContaining(feature);
  }

  private static final Map<String, String> FEATURES =
      Map.ofEntries(
          Map.entry("aparam-as-mask", "numb_aparam"),
          Map.entry("se-atten-mask", "attn_mask"),
          Map.entry("se-a-mask", "se_a_mask"),
          Map.entry("dipole", "dipole"),
          Map.entry("dos", "dos"),
          Map.entry("bfloat16", "bfloat16"),
          Map.entry("spin", "spin"),
          Map.entry("shared-layers", "layer_name"));

  @Test
  void saysWhatIsWrongWithFilesThatAreNoGraph() throws IOException {
    assertRefused("empty.pb", new byte[0], "is no TensorFlow graph (the file is empty)");
    assertRefused("half.pb", Arrays.copyOf(PLAIN, PLAIN.length / 2), "is no TensorFlow graph");
    assertRefused(
        "input.json", "{\"model\": {}}".getBytes(StandardCharsets.UTF_8), "is no TensorFlow graph");
    assertRefused(
        "lcurve.out",
        "# step rmse_val\n".getBytes(StandardCharsets.UTF_8),
        "is no TensorFlow graph");
    assertRefused("model.pth", new byte[] {'P', 'K', 3, 4, 0}, "PyTorch");
    assertRefused(
        "model.dp", new byte[] {(byte) 0x89, 'H', 'D', 'F', '\r', '\n', 26, '\n'}, "HDF5");
    assertThatThrownBy(() -> ModelFiles.read(folder.resolve("none.pb")))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("none.pb: no such file");
  }

  @Test
  void foldersAreTheFrozenModelInThem() throws IOException {
    Path run = Files.createDirectory(folder.resolve("00.train"));
    assertRefused(run, InputException.class, "is a directory with no model, expected");
    Files.writeString(run.resolve("checkpoint"), "model_checkpoint_path: \"model.ckpt-100\"");
    for (String part : new String[] {"index", "meta", "data-00000-of-00001"}) {
      Path file = Files.write(run.resolve("model.ckpt-100." + part), new byte[] {1, 2, 3});
      assertRefused(file, InputException.class, "dp freeze -c " + run);
    }
    assertRefused(run.resolve("model.ckpt-100"), InputException.class, "dp freeze -c " + run);
    assertRefused(run, InputException.class, "dp freeze -c " + run);
    Path frozen = Files.write(run.resolve("frozen_model.pb"), PLAIN);
    assertThat(ModelFiles.read(run).name()).isEqualTo(frozen.toString());
    Path target = folder.resolve("changed.pb");
    ModelFiles.writeWithOutputLayer(
        run, ChangedModels.withOutputLayer(ModelFiles.read(run), 0.125), target);
    assertThat(ModelFiles.read(target).typeMap()).containsExactly("Ag", "Au");
    Files.write(run.resolve("graph.pb"), PLAIN);
    assertRefused(run, InputException.class, "several models (frozen_model.pb, graph.pb)");
  }

  @Test
  void foldersThatAreModelsAreRefusedByName() throws IOException {
    Path saved = Files.createDirectory(folder.resolve("model.savedmodel"));
    Files.write(saved.resolve("saved_model.pb"), PLAIN);
    assertRefused(saved, UnsupportedModelException.class, "SavedModel");
    Path jax = Files.createDirectory(folder.resolve("model.jax"));
    Files.writeString(jax.resolve("_METADATA"), "{}");
    assertRefused(jax, UnsupportedModelException.class, "dp convert-backend " + jax + " model.dp");
  }

  private static void assertRefused(Path path, Class<?> kind, String message) {
    assertThatThrownBy(() -> ModelFiles.read(path))
        .isInstanceOf(kind)
        .hasMessageStartingWith(path + ": ")
        .hasMessageContaining(message);
  }

  /** DeePMD-kit 1.3 multiplied by the reciprocal; its graphs have been converted since. */
  @Test
  void readsGraphsConvertedFromOldOnes() {
    GraphDef.Builder graph = graph();
    for (NodeDef.Builder node : graph.getNodeBuilderList()) {
      for (int i = 0; i < node.getInputCount(); i++) {
        node.setInput(i, node.getInput(i).replaceFirst("/truediv$", "/mul"));
      }
      if (node.getName().matches("filter_type_\\d/truediv")) {
        node.setName(node.getName().replace("truediv", "mul")).setOp("Mul");
      } else if (node.getName().matches("filter_type_\\d/truediv/y")) {
        AttrValue value = node.getAttrOrThrow("value");
        double[] reciprocal = {1 / Tensor.decode(value.getTensor(), "y").values()[0]};
        TensorProto tensor = Tensor.encode(value.getTensor(), reciprocal);
        node.putAttr("value", value.toBuilder().setTensor(tensor).build());
      }
    }
    DeepPotential model = ModelFiles.read("old.pb", graph.build().toByteArray());
    assertThat(((SeE2A) model.descriptor()).normalization()).isCloseTo(30, within(1e-12));
  }

  /** TensorFlow's se_e2_r then has NaN for statistics; other types are not touched by it. */
  @Test
  void readsModelsWithATypeThatWasNotInTheTrainingData() {
    byte[] bytes = new GoldenModel("se-e2-r", false).graph();
    GraphDef.Builder graph = FrozenGraph.parse("se-e2-r.pb", bytes).toBuilder();
    for (NodeDef.Builder node : graph.getNodeBuilderList()) {
      if (node.getName().matches("descrpt_attr/t_(avg|std)")) {
        AttrValue value = node.getAttrOrThrow("value");
        double[] numbers = Tensor.decode(value.getTensor(), node.getName()).values();
        Arrays.fill(numbers, numbers.length / 2, numbers.length, Double.NaN);
        TensorProto tensor = Tensor.encode(value.getTensor(), numbers);
        node.putAttr("value", value.toBuilder().setTensor(tensor).build());
      }
    }
    DeepPotential model = ModelFiles.read("se-e2-r.pb", graph.build().toByteArray());
    Frame mixed = RandomModels.agAuFrame(1, 8);
    Frame silver = RandomModels.agAuFrame(1, 8);
    Arrays.fill(silver.z(), 47);
    try (Ensemble trained = Ensemble.of(List.of(ModelFiles.read("se-e2-r.pb", bytes)));
        Ensemble partly = Ensemble.of(List.of(model))) {
      assertThat(partly.evaluate(List.of(silver)).get(0)[0].energy())
          .isEqualTo(trained.evaluate(List.of(silver)).get(0)[0].energy());
      assertThat(partly.evaluate(List.of(mixed)).get(0)[0].energy()).isNaN();
    }
  }

  @ParameterizedTest
  @CsvSource({"ProdEnvMatA, DescrptSeA, o_energy", "ProdEnvMatA, DescrptNorot, energy_test"})
  void namesTheConverterOfOldGraphs(String op, String old, String energy) {
    GraphDef.Builder graph = graph();
    for (NodeDef.Builder node : graph.getNodeBuilderList()) {
      node.setOp(node.getOp().equals(op) ? old : node.getOp());
      node.setName(node.getName().equals("o_energy") ? energy : node.getName());
    }
    assertThatThrownBy(() -> ModelFiles.read("old.pb", graph.build().toByteArray()))
        .isInstanceOf(InputException.class)
        .isNotInstanceOf(UnsupportedModelException.class) // DeePMD-kit 3 cannot read it either
        .hasMessageStartingWith("old.pb: ")
        .hasMessageContaining("dp convert-from ");
  }

  private static GraphDef.Builder graph() {
    return FrozenGraph.parse("plain.pb", PLAIN).toBuilder();
  }

  @Test
  void takesNamesOfTypesOnlyWhereAModelHasNone() {
    GoldenModel golden = new GoldenModel("old-0.12", false);
    assertThatThrownBy(() -> ModelFiles.read("old.pb", golden.graph()))
        .isInstanceOf(UnnamedTypesException.class)
        .hasMessageContaining("which elements its 2 types are")
        .hasMessageContaining("--type-map H,C");
    assertThatThrownBy(() -> ModelFiles.read("old.pb", golden.graph(), List.of("H", "C", "O")))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("has 2 types and names none; the type map given names 3 (H C O)");
    DeepPotential named = ModelFiles.read("old.pb", golden.graph(), List.of("H", "C"));
    assertThat(named.typeMap()).containsExactly("H", "C");
    assertThat(ModelFiles.read("plain.pb", PLAIN, List.of("H", "C")).typeMap())
        .containsExactly("Ag", "Au");
    DeepPotential changed = ChangedModels.withOutputLayer(named, 0.125);
    byte[] written = ModelFiles.withOutputLayer("old.pb", golden.graph(), changed);
    assertThat(
            ModelFiles.read("new.pb", written, List.of("H", "C"))
                .fitting()
                .networks()[1]
                .outputLayer()
                .weight())
        .isEqualTo(changed.fitting().networks()[1].outputLayer().weight());
  }

  @Test
  void takesNamesForASerialisedModelThatHasNone() {
    String yaml =
        new String(new GoldenArchitecture("se_e2_a").file("yaml"), StandardCharsets.UTF_8);
    byte[] unnamed =
        yaml.replaceAll("(?m)^( *)type_map:\n(?:\\1- .*\n)+", "$1type_map: []\n")
            .getBytes(StandardCharsets.UTF_8);
    assertThatThrownBy(() -> ModelFiles.read("model.yaml", unnamed))
        .isInstanceOf(UnnamedTypesException.class);
    assertThat(ModelFiles.read("model.yaml", unnamed, List.of("H", "C", "O")).typeMap())
        .containsExactly("H", "C", "O");
  }

  @Test
  void namesSpinInText() throws IOException {
    assertRefused(
        "model.yaml",
        "model:\n  backbone_model: {}\n  spin: {}\n".getBytes(StandardCharsets.UTF_8),
        "a model with spin; nor does dp model-devi know such models");
  }

  /** Who may know the model is told to a person; whoever goes on with that knows it already. */
  @Test
  void whatIsNotUnderstoodIsAFieldWithoutAdvice() {
    byte[] spin = "model:\n  spin: {}\n".getBytes(StandardCharsets.UTF_8);
    assertThatThrownBy(() -> ModelFiles.read("model.yaml", spin))
        .isInstanceOfSatisfying(
            NoPotentialException.class,
            e -> {
              assertThat(e.feature()).isEqualTo("model.yaml: a model with spin");
              assertThat(e.getMessage()).startsWith(e.feature() + "; nor does dp model-devi");
            });
  }

  @Test
  void namesThePaddleBackend() throws IOException {
    assertRefused(
        "model.json",
        "{\"base_code\": {\"magic\": \"pir\"}}".getBytes(StandardCharsets.UTF_8),
        "Paddle");
  }

  @ParameterizedTest
  @ValueSource(strings = {"model/archive_format", "model/data/aotinductor/model/model.cpp"})
  void namesExportedPrograms(String record) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      zip.putNextEntry(new ZipEntry(record));
      zip.write("pt2".getBytes(StandardCharsets.UTF_8));
    }
    assertRefused(
        "model.pte",
        bytes.toByteArray(),
        "(.pte, .pt2), of which only those of dpa4c can be read; convert it: dp convert-backend ");
  }

  /** RiD-kit's nets of collective variables give an energy, too. */
  @Test
  void namesNetsOfCollectiveVariables() throws IOException {
    GraphDef.Builder graph = GraphDef.newBuilder();
    graph.addNodeBuilder().setName("inputs").setOp("Placeholder");
    graph.addNodeBuilder().setName("o_energy").setOp("Tanh").addInput("inputs");
    assertRefused("cv.pb", graph.build().toByteArray(), "a net of collective variables");
  }

  private void assertRefused(String name, byte[] bytes, String message) throws IOException {
    Path file = Files.write(folder.resolve(name), bytes);
    assertThatThrownBy(() -> ModelFiles.read(file))
        .isInstanceOf(InputException.class)
        .hasMessageStartingWith(file + ": ")
        .hasMessageContaining(message);
  }

  @Test
  void writesAnotherOutputLayerAndNothingElse() {
    DeepPotential model = ModelFiles.read("plain.pb", PLAIN);
    DeepPotential changed = ChangedModels.withOutputLayer(model, 0.125);
    byte[] written = ModelFiles.withOutputLayer("plain.pb", PLAIN, changed);
    assertThat(ModelFiles.withOutputLayer("plain.pb", PLAIN, changed)).isEqualTo(written);
    assertThat(written)
        .contains(ByteString.copyFromUtf8("train_attr/training_script").toByteArray());
    DeepPotential back = ModelFiles.read("new.pb", written);
    for (int type = 0; type < 2; type++) {
      Network before = model.fitting().networks()[type];
      Network after = back.fitting().networks()[type];
      assertThat(after.outputLayer().weight())
          .isEqualTo(changed.fitting().networks()[type].outputLayer().weight());
      assertThat(after.outputLayer().bias())
          .isEqualTo(changed.fitting().networks()[type].outputLayer().bias());
      assertThat(after.layers().get(0).weight()).isEqualTo(before.layers().get(0).weight());
    }
    byte[] same = ModelFiles.withOutputLayer("plain.pb", PLAIN, model);
    assertThat(ModelFiles.withOutputLayer("plain.pb", written, model)).isEqualTo(same);
  }
}
