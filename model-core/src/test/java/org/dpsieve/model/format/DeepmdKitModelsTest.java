package org.dpsieve.model.format;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.dpsieve.error.InputException;
import org.dpsieve.infer.Ensemble;
import org.dpsieve.infer.Prediction;
import org.dpsieve.kernel.reference.ReferenceModel;
import org.dpsieve.model.DeepPotential;
import org.dpsieve.testing.DeepmdKit;
import org.dpsieve.testing.Goldens;
import org.dpsieve.testing.Predictions;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * DeePMD-kit's own test models, where the environment variable DPSIEVE_DEEPMD_MODELS names the
 * folder that holds them ({@code source/tests/infer} of its repository): each is read, and has
 * DeePMD-kit's numbers, or is refused by a message that names it.
 */
@Tag("peer")
class DeepmdKitModelsTest {
  private static final String FOLDER = "DPSIEVE_DEEPMD_MODELS";

  private static final String TO_BINARY =
      """
      import sys
      from google.protobuf import text_format
      from tensorflow.core.framework.graph_pb2 import GraphDef
      open(sys.argv[2], "wb").write(text_format.Parse(open(sys.argv[1]).read(), GraphDef()).SerializeToString())
      """;

  @TempDir Path folder;

  @TestFactory
  Stream<DynamicTest> areReadOrRefusedByName() throws IOException {
    Optional<Path> models =
        Optional.ofNullable(System.getenv(FOLDER)).filter(name -> !name.isBlank()).map(Path::of);
    Assumptions.assumeTrue(models.isPresent(), "skipped: " + FOLDER + " names no folder");
    try (Stream<Path> files = Files.list(models.get())) {
      List<Path> found =
          files
              .filter(file -> file.toString().matches(".*\\.(pbtxt|yaml|json|pth|pb|dp)"))
              .filter(file -> !file.toString().endsWith("-testcase.yaml"))
              .sorted()
              .toList();
      assertThat(found).isNotEmpty();
      return found.stream()
          .map(file -> DynamicTest.dynamicTest(file.getFileName().toString(), () -> check(file)));
    }
  }

  private void check(Path file) throws IOException, InterruptedException {
    String name = file.getFileName().toString();
    Path log = folder.resolve(name + ".log");
    Path model = file;
    if (name.endsWith(".pbtxt")) {
      model = folder.resolve(name.replace(".pbtxt", ".pb"));
      DeepmdKit.python(log, TO_BINARY, List.of(file.toString(), model.toString()));
    }
    DeepPotential read;
    try {
      read = ModelFiles.read(model);
    } catch (InputException e) {
      System.out.println(name + ": refused: " + e.getMessage().replace(model + ": ", ""));
      assertThat(e).hasMessageStartingWith(model + ": ");
      return;
    }
    Path asked = asked(model, read);
    Path twin = file.resolveSibling(name.replaceFirst("\\.pth$", ".yaml"));
    if (name.endsWith(".pth") && Files.exists(twin)) {
      requireSame(read, ModelFiles.read(twin), Goldens.read(asked));
      System.out.println(name + ": read, the same as " + twin.getFileName());
      return;
    }
    if (name.endsWith(".pth")) {
      DeepmdKit.requirePackage("torch", log);
    }
    try {
      DeepmdKit.evaluate(List.of(asked), log);
    } catch (AssertionError e) {
      Assumptions.assumeFalse(
          e.getMessage().contains("NotImplementedError"),
          () -> "skipped: DeePMD-kit itself does not read it: " + e.getMessage());
      throw e;
    }
    System.out.println(name + ": read, largest errors " + errors(name, read, Goldens.read(asked)));
  }

  /** Frames of the model's elements, with and without a cell. */
  private Path asked(Path model, DeepPotential potential) throws IOException {
    Random random = new Random(7);
    List<Map<String, Object>> frames = new ArrayList<>();
    for (double side : new double[] {5, 6.5, Double.POSITIVE_INFINITY}) {
      int atoms = 8;
      double step = Math.min(side, 5) / 2;
      Map<String, Object> frame = new TreeMap<>();
      frame.put("id", "side " + side);
      frame.put("elements", elements(potential, atoms));
      frame.put(
          "coord",
          IntStream.range(0, 3 * atoms)
              .mapToObj(i -> step * (i / 3 >> i % 3 & 1) + random.nextGaussian(0, 0.15))
              .toList());
      frame.put(
          "box",
          Double.isInfinite(side) ? null : List.of(side, 0, 0, 0.3, side, 0, 0, -0.2, side + 0.4));
      frame.put("fparam", numbers(random, potential.fitting().extraInputs().fparamMean().length));
      frame.put(
          "aparam", numbers(random, atoms * potential.fitting().extraInputs().aparamMean().length));
      frames.add(frame);
    }
    return Files.writeString(
        folder.resolve(model.getFileName() + ".asked.json"),
        new ObjectMapper()
            .writeValueAsString(Map.of("models", List.of(model.toString()), "frames", frames)));
  }

  private static List<String> elements(DeepPotential potential, int atoms) {
    List<String> types = potential.typeMap();
    return IntStream.range(0, atoms).mapToObj(i -> types.get(i % types.size())).toList();
  }

  private static List<Double> numbers(Random random, int count) {
    return random.doubles(count).boxed().toList();
  }

  private static void requireSame(DeepPotential model, DeepPotential twin, Goldens asked) {
    for (Goldens.Evaluated evaluated : asked.frames()) {
      Predictions.assertClose(
          new ReferenceModel(model).evaluate(evaluated.frame()),
          new ReferenceModel(twin).evaluate(evaluated.frame()),
          1,
          evaluated.frame().name());
    }
  }

  private static String errors(String name, DeepPotential model, Goldens told) {
    double energy = 0;
    double force = 0;
    for (Goldens.Evaluated evaluated : told.frames()) {
      Prediction expected = evaluated.expected().get(0);
      Prediction ours;
      try (Ensemble ensemble = Ensemble.of(List.of(model))) {
        ours = ensemble.evaluate(List.of(evaluated.frame())).get(0)[0];
      }
      energy = Math.max(energy, largest(ours.atomEnergy(), expected.atomEnergy()));
      if (name.endsWith(".yaml") || name.endsWith(".dp")) { // NumPy has no forces
        assertThat(energy).as(evaluated.frame().name()).isLessThan(1e-10);
      } else {
        force = Math.max(force, largest(ours.force(), expected.force()));
        Predictions.assertClose(ours, expected, 1, evaluated.frame().name());
      }
    }
    return "%.1e eV, %.1e eV/Å".formatted(energy, force);
  }

  private static double largest(double[] ours, double[] expected) {
    double[] difference = new double[ours.length];
    Arrays.setAll(difference, i -> Math.abs(ours[i] - expected[i]));
    return Arrays.stream(difference).max().orElseThrow();
  }
}
