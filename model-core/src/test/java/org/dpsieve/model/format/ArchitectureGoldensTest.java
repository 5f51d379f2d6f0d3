package org.dpsieve.model.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.dpsieve.error.UnsupportedModelException;
import org.dpsieve.frame.Frame;
import org.dpsieve.infer.Ensemble;
import org.dpsieve.kernel.reference.ReferenceModel;
import org.dpsieve.model.DeepPotential;
import org.dpsieve.model.Layer;
import org.dpsieve.model.Network;
import org.dpsieve.testing.DeepmdKit;
import org.dpsieve.testing.GoldenArchitecture;
import org.dpsieve.testing.Goldens;
import org.dpsieve.testing.Predictions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Models of the PyTorch backend in its formats: scripts/goldens/architectures.py. */
class ArchitectureGoldensTest {
  /** Must be refused by name, and say whether DeePMD-kit runs it. */
  private static final Map<String, String> REFUSED =
      Map.of(
          "refused-dipole", "'dipole'; nor does dp model-devi",
          "refused-dpa2", "or its own dp model-devi",
          "refused-spin", "spin");

  /** sel cuts through a shell of the perfect crystal: of equally near ones PyTorch keeps any. */
  private static final List<String> CUT =
      List.of(
          "se_e2_a-one-side",
          "se_e2_r-exclude",
          "se_e3",
          "se_e3-resnet-dt",
          "se_e3_tebd-strip",
          "se_atten-attention-sharp",
          "hybrid",
          "hybrid-mixed",
          "zbl-exclude");

  /** Likewise through the images of the same atom. */
  private static final List<String> CUT_IMAGES =
      List.of("se_atten-attention-sharp", "hybrid-mixed");

  @TempDir Path folder;

  static Stream<String> files() throws IOException {
    try (Stream<Path> files = Files.list(folder())) {
      return files
          .map(file -> file.getFileName().toString().replaceFirst("\\.gz$", ""))
          .filter(name -> !name.endsWith(".json"))
          .sorted()
          .toList()
          .stream();
    }
  }

  /** DeePMD-kit evaluates such a file, with random numbers. */
  @Test
  void aCheckpointWithoutWeightsIsRefused() throws IOException {
    byte[] whole = new GoldenArchitecture("se_e2_a").file("pt");
    assertThatThrownBy(() -> ModelFiles.read("model.pt", withoutWeights(whole)))
        .hasMessageContaining("model.pt: a checkpoint without weights");
  }

  /** Under names that are no model's. */
  private static byte[] withoutWeights(byte[] checkpoint) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(out)) {
      for (Map.Entry<String, byte[]> record :
          TorchArchive.read("model.pt", checkpoint).entrySet()) {
        String text = new String(record.getValue(), StandardCharsets.ISO_8859_1);
        zip.putNextEntry(new ZipEntry(record.getKey()));
        zip.write(
            text.replace("model.Default.", "other.Default.").getBytes(StandardCharsets.ISO_8859_1));
        zip.closeEntry();
      }
    }
    return out.toByteArray();
  }

  @ParameterizedTest
  @MethodSource("files")
  void equalsDeepmdKitOrIsRefusedByName(String file) throws IOException {
    String architecture = file.substring(0, file.lastIndexOf('.'));
    byte[] bytes = unpacked(file);
    if (REFUSED.containsKey(architecture)) {
      assertThatThrownBy(() -> ModelFiles.read(file, bytes))
          .isInstanceOf(UnsupportedModelException.class)
          .hasMessageStartingWith(file + ": ")
          .hasMessageContaining(REFUSED.get(architecture))
          .hasMessageContaining("dp model-devi");
      return;
    }
    DeepPotential model = ModelFiles.read(file, bytes);
    double tolerance = architecture.contains("float32") ? 1e4 : 1;
    for (Goldens.Evaluated evaluated : goldens(architecture).frames()) {
      Frame frame = evaluated.frame();
      if (CUT.contains(architecture) && frame.system().equals("crystal")
          || CUT_IMAGES.contains(architecture) && frame.system().equals("one-element")) {
        continue;
      }
      if (!file.endsWith(".pth")) { // the reference is slow, and the models are the same
        Predictions.assertClose(
            new ReferenceModel(model).evaluate(frame),
            evaluated.expected().get(0),
            tolerance,
            file + " " + frame.name());
      }
      try (Ensemble ensemble = Ensemble.of(List.of(model))) {
        Predictions.assertClose(
            ensemble.evaluate(List.of(frame)).get(0)[0],
            evaluated.expected().get(0),
            tolerance,
            file + " fast " + frame.name());
      }
    }
  }

  @Test
  void leftHandedCellsAreTheSameLattice() throws IOException {
    DeepPotential model = ModelFiles.read("se_e2_a.dp", unpacked("se_e2_a.dp"));
    Frame frame =
        goldens("se_e2_a").frames().stream()
            .map(Goldens.Evaluated::frame)
            .filter(candidate -> candidate.cell() != null)
            .findFirst()
            .orElseThrow();
    double[] negative = Arrays.stream(frame.cell()).map(x -> -x).toArray();
    Frame left = new Frame("left", 0, frame.z(), frame.coord(), negative, frame.labels());
    ReferenceModel reference = new ReferenceModel(model);
    Predictions.assertClose(reference.evaluate(left), reference.evaluate(frame), 1, "reference");
    try (Ensemble ensemble = Ensemble.of(List.of(model))) {
      Predictions.assertClose(
          ensemble.evaluate(List.of(left)).get(0)[0], reference.evaluate(frame), 1, "fast");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "se_e2_a, dp",
    "se_e2_a, yaml",
    "se_e2_a, pth",
    "se_e2_a, pt",
    "se_atten, dp",
    "se_atten, pth"
  })
  void anotherOutputLayerComesBack(String architecture, String suffix) throws IOException {
    String file = architecture + "." + suffix;
    byte[] source = unpacked(file);
    DeepPotential changed = changed(ModelFiles.read(file, source));
    byte[] written = ModelFiles.withOutputLayer(file, source, changed);
    assertThat(ModelFiles.withOutputLayer(file, source, changed)).isEqualTo(written);
    DeepPotential back = ModelFiles.read(file, written);
    for (Goldens.Evaluated evaluated : goldens(architecture).frames()) {
      Predictions.assertClose(
          new ReferenceModel(back).evaluate(evaluated.frame()),
          new ReferenceModel(changed).evaluate(evaluated.frame()),
          1e-3,
          file);
    }
  }

  /** DeePMD-kit turns what we wrote into another format, which is read again. */
  @ParameterizedTest
  @CsvSource({"dp, model.pb", "yaml, model.pb", "pth, model.yaml", "pt, model.yaml"})
  @Tag("peer")
  void writtenModelsAreReadByDeepmdKit(String suffix, String converted)
      throws IOException, InterruptedException {
    Path dp = DeepmdKit.dp();
    DeepmdKit.requirePackage(
        suffix.startsWith("pt") ? "torch" : "tensorflow", folder.resolve("package.log"));
    Path source = Files.write(folder.resolve("source." + suffix), unpacked("se_e2_a." + suffix));
    Path target = folder.resolve("target." + suffix);
    Path log = folder.resolve("log");
    DeepPotential changed = changed(ModelFiles.read(source));
    ModelFiles.writeWithOutputLayer(source, changed, target);
    Process process =
        new ProcessBuilder(
                dp.toString(),
                "convert-backend",
                target.toString(),
                folder.resolve(converted).toString())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    assertThat(process.waitFor(5, TimeUnit.MINUTES)).isTrue();
    assertThat(process.exitValue()).as(Files.readString(log)).isZero();
    ReferenceModel back = new ReferenceModel(ModelFiles.read(folder.resolve(converted)));
    for (Goldens.Evaluated evaluated : goldens("se_e2_a").frames()) {
      Predictions.assertClose( // a graph holds its radii in single precision
          back.evaluate(evaluated.frame()),
          new ReferenceModel(changed).evaluate(evaluated.frame()),
          1e4,
          evaluated.frame().name());
    }
  }

  /** Other weights of the output layer, and for each type another bias. */
  static DeepPotential changed(DeepPotential model) {
    Network[] networks = model.fitting().networks().clone();
    for (int t = 0; t < networks.length; t++) {
      networks[t] = changed(networks[t], t + 0.5);
    }
    return model.withFitting(model.fitting().withNetworks(networks));
  }

  private static Network changed(Network net, double bias) {
    List<Layer> layers = new ArrayList<>(net.layers());
    Layer last = net.outputLayer();
    double[] weight = Arrays.stream(last.weight()).map(w -> 1.25 * w - 0.01).toArray();
    layers.set(
        layers.size() - 1,
        new Layer(
            last.inputs(),
            1,
            weight,
            new double[] {bias},
            null,
            last.activation(),
            last.shortcut()));
    return new Network(layers);
  }

  private static Goldens goldens(String architecture) {
    return new GoldenArchitecture(architecture).goldens();
  }

  private static byte[] unpacked(String file) {
    int dot = file.lastIndexOf('.');
    return new GoldenArchitecture(file.substring(0, dot)).file(file.substring(dot + 1));
  }

  private static Path folder() {
    return GoldenArchitecture.folder();
  }
}
