package org.dpsieve.spark.deviation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.dpsieve.frame.Frame;
import org.dpsieve.infer.OutputLayerReader;
import org.dpsieve.infer.Prediction;
import org.dpsieve.infer.Reading;
import org.dpsieve.model.DeepPotential;
import org.dpsieve.model.Foreign;
import org.dpsieve.model.format.OutputLayerFiles;
import org.dpsieve.outputlayer.EnergyRow;
import org.dpsieve.outputlayer.FeatureKernel;
import org.dpsieve.outputlayer.FrameFeatures;
import org.dpsieve.outputlayer.OutputParameters;
import org.dpsieve.resident.DpPredictions;
import org.dpsieve.resident.DpProgram;
import org.dpsieve.resident.Limits;
import org.dpsieve.resident.PackedModels;
import org.dpsieve.resident.ResidentModels;
import org.dpsieve.resident.ResidentPool;
import org.dpsieve.testing.DeepmdKit;
import org.dpsieve.testing.GoldenArchitecture;
import org.dpsieve.testing.RandomModels;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Output layers of models that DeePMD-kit alone evaluates: read, asked about and written back, by
 * checkpoints of scripts/goldens/checkpoints.py.
 */
class DpLayersTest {
  private static final boolean[] BOTH = {true, true};

  @TempDir Path folder;

  private Path checkpoint(String name) throws IOException {
    Path file = folder.resolve(name);
    if (!Files.exists(file)) {
      try (InputStream in = DpLayersTest.class.getResourceAsStream("/checkpoints/" + name)) {
        Files.copy(in, file);
      }
    }
    return file;
  }

  /** Evaluated by nobody. */
  private static DeepPotential read(Path file, String branch) {
    return OutputLayerFiles.read(file, List.of(), branch, () -> null);
  }

  private static double[] random(OutputParameters parameters) {
    return new Random(3).doubles(parameters.size(), -1, 1).toArray();
  }

  @ParameterizedTest
  @CsvSource({
    "single.pt,'', dpa3",
    "multi.pt, alloy, dpa3",
    "multi.pt, Gold_D3, dpa3",
    "dpa2.pt, '', dpa2",
    "dpa4.pt, '', dpa4"
  })
  void aNewOutputLayerComesBackFromTheFile(String name, String branch, String kind)
      throws IOException {
    Path file = checkpoint(name);
    DeepPotential model = read(file, branch);
    assertThat(((Foreign) model.descriptor()).kind()).isEqualTo(kind);
    OutputParameters parameters = OutputParameters.of(model, BOTH);
    assertThat(parameters.size()).as("weights of one net, energies of two types").isEqualTo(6);
    double[] p = random(parameters);
    Path written = folder.resolve("written.pt");
    OutputLayerFiles.write(file, branch, parameters.write(model, p), written);
    assertThat(parameters.read(read(written, branch))).containsExactly(p);
    if (!branch.isEmpty()) {
      String other = branch.equals("alloy") ? "Gold_D3" : "alloy";
      assertThat(parameters.read(read(written, other)))
          .as("of the other branch")
          .containsExactly(parameters.read(read(file, other)));
    }
  }

  /** Weights of one net for all types are written even where the first type has no label. */
  @Test
  void typesWithoutLabelsKeepTheirEnergies() throws IOException {
    Path file = checkpoint("single.pt");
    DeepPotential model = read(file, "");
    boolean[] second = {false, true};
    OutputParameters parameters = OutputParameters.of(model, second);
    double[] p = random(parameters);
    Path written = folder.resolve("written.pt");
    OutputLayerFiles.write(file, "", parameters.write(model, p), written);
    DeepPotential back = read(written, "");
    assertThat(parameters.read(back)).containsExactly(p);
    OutputParameters all = OutputParameters.of(model, BOTH);
    assertThat(all.read(back)[all.bias(0)]).isEqualTo(all.read(model)[all.bias(0)]);
  }

  @Test
  void aBranchHasToBeNamedAndBeThere() throws IOException {
    Path multi = checkpoint("multi.pt");
    assertThatThrownBy(() -> read(multi, ""))
        .hasMessageContaining("Alloy_PBE (alloy), Gold_D3")
        .hasMessageContaining("--model-branch");
    assertThatThrownBy(() -> read(multi, "Silver"))
        .hasMessageContaining("no branch 'Silver'; it has Alloy_PBE (alloy), Gold_D3");
    Path single = checkpoint("single.pt");
    assertThatThrownBy(() -> read(single, "Gold_D3")).hasMessageContaining("of one model");
  }

  /** Features by evaluations with unit output layers, the whole by the model that was written. */
  @ParameterizedTest
  @CsvSource({
    "single.pt,'', 1e-11",
    "multi.pt, Gold_D3, 1e-11",
    "dpa2.pt, '', 1e-11",
    "dpa4.pt, '', 1e-11",
    "refused-dpa2.dp, '', 1e-11"
  })
  @Tag("peer")
  void deepmdKitEvaluatesTheWrittenModelToTheSameNumbers(
      String name, String branch, double tolerance) throws IOException {
    DpProgram program = new DpProgram("'" + DeepmdKit.dp("pytorch") + "'", Map.of());
    boolean golden = name.endsWith(".dp");
    Path file =
        golden
            ? Files.write(folder.resolve(name), new GoldenArchitecture("refused-dpa2").file("dp"))
            : checkpoint(name);
    DpBodies bodies = DpBodies.of(List.of(file), branch, program);
    DeepPotential model = OutputLayerFiles.read(file, List.of(), branch, () -> bodies.evaluator(0));
    boolean[] present = new boolean[model.typeCount()];
    present[model.typeMap().indexOf("Ag")] = true;
    present[model.typeMap().indexOf("Au")] = true;
    OutputParameters parameters = OutputParameters.of(model, present);
    List<Frame> frames = List.of(RandomModels.agAuFrame(5, 11), RandomModels.agAuFrame(7, 11));
    requireHidden(model, parameters, frames);
    double[] p = random(parameters);
    Path written = folder.resolve("written" + name.substring(name.lastIndexOf('.')));
    OutputLayerFiles.write(file, branch, parameters.write(model, p), written);
    List<ResidentModels.Known> said = evaluated(written, branch, golden, program, frames);
    try (FeatureKernel kernel = FeatureKernel.of(model, parameters)) {
      kernel.prepare(frames);
      for (int f = 0; f < frames.size(); f++) {
        FrameFeatures features = kernel.of(frames.get(f));
        Prediction expected = DpPredictions.of(said.get(f), 1, frames.get(f).atomCount())[0];
        double[] force = product(features.force(), p);
        features.constant().addForce(force);
        double[] virial = product(features.virial(), p);
        features.constant().addVirial(virial);
        double energy = features.constant().energy() + product(features.energy(), p)[0];
        assertThat(energy).isCloseTo(expected.energy(), within(10 * tolerance));
        assertThat(force).containsExactly(expected.force(), within(tolerance));
        assertThat(virial).containsExactly(expected.virial(), within(10 * tolerance));
        assertThat(Arrays.stream(force).map(Math::abs).max().orElseThrow()).isGreaterThan(1e-4);
      }
    }
  }

  /** The last hidden layer as it is read, beside energies with unit output layers. */
  private static void requireHidden(
      DeepPotential model, OutputParameters parameters, List<Frame> frames) {
    EnergyRow row = EnergyRow.of(parameters);
    try (OutputLayerReader reader = OutputLayerReader.of(List.of(model), FeatureKernel.EXACT);
        FeatureKernel kernel = FeatureKernel.of(model, parameters)) {
      List<Reading[]> readings = reader.read(frames, new double[1][0][][]);
      for (int f = 0; f < frames.size(); f++) {
        int atoms = frames.get(f).atomCount();
        double[] expected =
            Arrays.stream(kernel.of(frames.get(f)).energy()).map(e -> e / atoms).toArray();
        double[] found = row.of(readings.get(f)[0].hidden(), atoms);
        assertThat(found).containsExactly(expected, within(1e-12));
      }
    }
  }

  /**
   * @param layers whether in the format that it has forces in
   */
  private static List<ResidentModels.Known> evaluated(
      Path model, String branch, boolean layers, DpProgram program, List<Frame> frames) {
    PackedModels packed = PackedModels.of(List.of(model), branch, layers);
    try (ResidentPool.Borrowed borrowed =
        ResidentPool.take(packed, program, List.of(), Map.of(), Limits.DEFAULT)) {
      return borrowed.models().ask(frames, DpPredictions.QUESTION, () -> false);
    }
  }

  private static double[] product(double[] x, double[] p) {
    double[] result = new double[x.length / p.length];
    for (int row = 0; row < result.length; row++) {
      for (int k = 0; k < p.length; k++) {
        result[row] += x[row * p.length + k] * p[k];
      }
    }
    return result;
  }
}
