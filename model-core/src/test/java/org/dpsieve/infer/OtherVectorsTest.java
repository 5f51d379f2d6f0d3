package org.dpsieve.infer;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.dpsieve.frame.Frame;
import org.dpsieve.kernel.Arithmetic;
import org.dpsieve.kernel.nd4j.Nd4jGemm;
import org.dpsieve.kernel.reference.ReferenceModel;
import org.dpsieve.model.Activation;
import org.dpsieve.model.DeepPotential;
import org.dpsieve.model.Precision;
import org.dpsieve.testing.Predictions;
import org.dpsieve.testing.RandomModels;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The kernels as other machines have them: each in a JVM of its own that is told so. */
@Tag("slow")
class OtherVectorsTest {
  private static final String MODULE = "--add-modules=jdk.incubator.vector";

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        MODULE + " -XX:UseAVX=3 | vectors of 8 doubles | FLOAT32", // AVX-512
        MODULE + " -XX:UseAVX=2 | vectors of 4 doubles | FLOAT64", // AVX2
        MODULE + " -XX:UseAVX=0 | Java loops           | FLOAT64", // SSE: two doubles
        MODULE + " -Xint        | Java loops           | FLOAT64", // vectors without a compiler
        "-Dno=vectors           | Java loops           | FLOAT64",
      })
  void agreeWithTheReference(String flags, String name, Precision single) throws Exception {
    Assumptions.assumeTrue(
        !flags.contains("UseAVX") || System.getProperty("os.arch").equals("amd64"),
        "skipped: not an x86 processor");
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx256m"));
    command.addAll(List.of(flags.split(" +")));
    command.addAll(
        List.of("-cp", System.getProperty("java.class.path"), Child.class.getName(), name));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(said).isZero();
    String found = said.strip().lines().reduce((first, second) -> second).orElse("");
    Assumptions.assumeTrue(
        !flags.contains("UseAVX=3") || found.startsWith(name),
        () -> "skipped: no AVX-512 in this processor, " + found);
    assertThat(found).as(said).startsWith(name).endsWith(", single precision is " + single);
  }

  /** Compares every layer function, with tables and without, and says what it did so with. */
  static final class Child {
    private Child() {}

    public static void main(String[] arguments) {
      Arithmetic arithmetic = Arithmetic.best(Precision.FLOAT64, new Nd4jGemm());
      List<Activation> activations = EnsembleTest.activations().toList();
      if (System.getProperty("java.vm.info", "").startsWith("interpreted")) {
        activations = List.of(Activation.TANH); // slow
      }
      List<Frame> frames =
          IntStream.of(14, 1, 33).mapToObj(n -> RandomModels.agAuFrame(n, n)).toList();
      for (Activation activation : activations) {
        DeepPotential model = RandomModels.of(shape(activation), 7);
        for (boolean tabulated : new boolean[] {true, false}) {
          EnsembleOptions options = new EnsembleOptions(tabulated, Precision.FLOAT64);
          try (Ensemble ensemble = Ensemble.of(List.of(model), options, arithmetic)) {
            List<Prediction[]> found = ensemble.evaluate(frames);
            for (int f = 0; f < frames.size(); f++) {
              Predictions.assertClose(
                  found.get(f)[0],
                  new ReferenceModel(model).evaluate(frames.get(f)),
                  1,
                  activation + ", frame " + f + ", tables: " + tabulated);
            }
          }
        }
      }
      System.out.printf(
          "%s, single precision is %s%n",
          arithmetic.name(), Arithmetic.best(Precision.FLOAT32, new Nd4jGemm()).precision());
    }

    private static RandomModels.Shape shape(Activation activation) {
      return new RandomModels.Shape(
          3,
          4.5,
          new int[] {9, 30, 5},
          new int[] {5, 10, 10},
          3,
          new int[] {12, 12, 7, 14},
          activation,
          true,
          activation.equals(Activation.SIGMOID),
          activation.equals(Activation.TANH));
    }
  }
}
