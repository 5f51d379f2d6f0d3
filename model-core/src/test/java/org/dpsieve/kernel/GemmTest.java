package org.dpsieve.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;
import org.dpsieve.kernel.nd4j.OpenBlasGemm;
import org.dpsieve.model.Precision;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

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

  @Test
  void oneTaskUsesOneCore() {
    assertThat(OpenBlasGemm.threads()).isEqualTo(1);
  }
}
