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
import org.dpsieve.kernel.nd4j.Nd4jGemm;
import org.dpsieve.model.Precision;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class GemmTest {
  private static final Gemm ND4J = new Nd4jGemm();

  static Stream<Arguments> products() {
    int[][] shapes = {{1134, 240}, {240, 240}, {240, 1134}, {7, 5}, {1, 3}, {33, 1}, {101, 63}};
    DoubleArithmetic best = (DoubleArithmetic) Arithmetic.best(Precision.FLOAT64, ND4J);
    return Stream.of(ND4J, best.gemm())
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

  @ParameterizedTest
  @MethodSource("shapes")
  void multipliesPartsOfArraysOfAnyShape(Gemm gemm, int rows, int inner, int columns) {
    Random random = new Random(rows);
    Matrix a = new Matrix(random.doubles(1000 + 300L * rows, -1, 1).toArray(), 7, 290);
    Matrix b = new Matrix(random.doubles(1000 + 300L * inner, -1, 1).toArray(), 3, 280);
    double[] before = random.doubles(1000 + 300L * rows, -1, 1).toArray();
    double[] packed = new double[inner * columns];
    for (int k = 0; k < inner; k++) {
      System.arraycopy(b.values(), b.from() + k * b.pitch(), packed, k * columns, columns);
    }
    double[] expected = before.clone();
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < columns; j++) {
        double sum = 0;
        for (int k = 0; k < inner; k++) {
          sum += a.values()[7 + i * 290 + k] * packed[k * columns + j];
        }
        expected[5 + i * 270 + j] = sum;
      }
    }
    double[] product = before.clone();
    gemm.multiply(rows, columns, inner, a, b, new Matrix(product, 5, 270));
    assertThat(product).containsExactly(expected, within(1e-12));
    if (inner == 0) { // an atom without neighbors; no net has such a layer
      return;
    }
    double[] again = before.clone();
    gemm.factor(packed, inner, columns).multiply(rows, a, new Matrix(again, 5, 270));
    assertThat(again).containsExactly(expected, within(1e-12));
  }

  static Stream<Arguments> shapes() {
    int[][] shapes = {
      {1, 1, 1},
      {3, 5, 7},
      {4, 8, 24},
      {53, 160, 80},
      {159, 80, 40},
      {16, 8, 250},
      {5, 0, 9},
      {6, 33, 9},
      {7, 20, 31}
    };
    DoubleArithmetic best = (DoubleArithmetic) Arithmetic.best(Precision.FLOAT64, ND4J);
    return Stream.of(ND4J, best.gemm())
        .distinct()
        .flatMap(gemm -> Stream.of(shapes).map(s -> Arguments.of(gemm, s[0], s[1], s[2])));
  }

  @ParameterizedTest
  @MethodSource("products")
  void addsAWeightedGramMatrix(Gemm gemm, int rows, int size) {
    double[] x = new Random(size).doubles((long) rows * size, -1, 1).toArray();
    double[] matrix = new Random(rows).doubles((long) size * size, -1, 1).toArray();
    double[] expected = matrix.clone();
    for (int row = 0; row < rows; row++) {
      for (int i = 0; i < size; i++) {
        for (int j = i; j < size; j++) {
          expected[i * size + j] += 0.3 * x[row * size + i] * x[row * size + j];
        }
      }
    }
    gemm.addGram(rows, size, 0.3, x, matrix);
    for (int i = 0; i < size; i++) {
      for (int j = i; j < size; j++) {
        assertThat(matrix[i * size + j]).isCloseTo(expected[i * size + j], within(1e-12 * rows));
      }
    }
  }

  @Test
  void cutsGoFromTheFirstColumnToTheLast() {
    Gemm best = ((DoubleArithmetic) Arithmetic.best(Precision.FLOAT64, ND4J)).gemm();
    for (int columns = 1; columns < 200; columns++) {
      int[] cuts = best.cuts(columns);
      assertThat(cuts).startsWith(0).endsWith(columns).isSorted().doesNotHaveDuplicates();
    }
  }

  /** In a JVM of its own, since the library reads its environment once. */
  @ParameterizedTest
  @ValueSource(strings = {"", "4"})
  @Tag("slow")
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
    assertThat(said.strip()).isEqualTo("1 thread(s) of ND4J, cores used: 1");
  }

  /** Multiplies for a while: a second thread of OpenBLAS would show in the process's CPU time. */
  static final class OneCore {
    private OneCore() {}

    public static void main(String[] arguments) {
      Gemm gemm = new Nd4jGemm();
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
      System.out.printf("%d thread(s) of ND4J, cores used: %.0f%n", Nd4jGemm.threads(), cores);
    }
  }
}
