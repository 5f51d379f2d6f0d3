package org.dpsieve.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.dpsieve.kernel.nd4j.OpenBlasGemm;
import org.dpsieve.model.Precision;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class GemmTest {
  private static final Gemm BLAS = new OpenBlasGemm();

  static Stream<Arguments> products() {
    int[][] shapes = {{1134, 240}, {240, 240}, {240, 1134}, {7, 5}, {1, 3}, {33, 1}, {101, 63}};
    DoubleArithmetic best = (DoubleArithmetic) Arithmetic.best(Precision.FLOAT64, BLAS);
    return Stream.of(BLAS, best.gemm())
        .distinct()
        .flatMap(gemm -> Stream.of(shapes).map(s -> Arguments.of(gemm, s[0], s[1])));
  }

  @ParameterizedTest
  @MethodSource("products")
  void multipliesAndGivesARowTheSameBitsInEveryPlace(Gemm gemm, int inner, int columns) {
    Random random = new Random(inner);
    double[] right = random.doubles((long) inner * columns, -1, 1).toArray();
    double[] row = random.doubles(inner, -1, 1).toArray();
    double[] left = new double[gemm.rows() * inner];
    for (int i = 0; i < gemm.rows(); i++) {
      System.arraycopy(row, 0, left, i * inner, inner);
    }
    double[] product = new double[gemm.rows() * columns];
    gemm.factor(right, inner, columns).multiply(left, product, gemm.rows());
    for (int j = 0; j < columns; j++) {
      double sum = 0;
      for (int k = 0; k < inner; k++) {
        sum += row[k] * right[k * columns + j];
      }
      assertThat(product[j]).isCloseTo(sum, within(1e-14 * inner));
      for (int i = 1; i < gemm.rows(); i++) {
        assertThat(product[i * columns + j] == product[j]).as("row %d", i).isTrue();
      }
    }
    double[] few = new double[gemm.rows() * columns];
    gemm.factor(right, inner, columns).multiply(left, few, 3);
    assertThat(Arrays.copyOf(few, 3 * columns)).isEqualTo(Arrays.copyOf(product, 3 * columns));
  }

  /** In a JVM of its own, since the library reads its environment once. */
  @ParameterizedTest
  @ValueSource(strings = {"", "4"})
  void oneTaskUsesOneCoreWhateverTheEnvironmentSays(String threads) throws Exception {
    ProcessBuilder java =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx256m",
            "-cp",
            System.getProperty("java.class.path"),
            OneCore.class.getName());
    for (String name : List.of("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS")) {
      java.environment().remove(name);
      if (!threads.isEmpty()) {
        java.environment().put(name, threads);
      }
    }
    Process process = java.redirectError(ProcessBuilder.Redirect.DISCARD).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).isZero();
    assertThat(said.strip()).isEqualTo("1 thread(s) of OpenBLAS, cores used: 1");
  }

  /** Multiplies for a while: a second thread of OpenBLAS would show in the process's CPU time. */
  static final class OneCore {
    private OneCore() {}

    public static void main(String[] arguments) {
      Gemm gemm = new OpenBlasGemm();
      double[] left = new double[gemm.rows() * 512];
      double[] product = new double[left.length];
      Gemm.Factor factor = gemm.factor(new double[512 * 512], 512, 512);
      var process =
          (com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
      var thread = ManagementFactory.getThreadMXBean();
      long all = process.getProcessCpuTime();
      long own = thread.getCurrentThreadCpuTime();
      while (thread.getCurrentThreadCpuTime() - own < 1_000_000_000L) {
        factor.multiply(left, product, gemm.rows());
      }
      double cores =
          (double) (process.getProcessCpuTime() - all) / (thread.getCurrentThreadCpuTime() - own);
      System.out.printf(
          "%d thread(s) of OpenBLAS, cores used: %.0f%n", OpenBlasGemm.threads(), cores);
    }
  }
}
