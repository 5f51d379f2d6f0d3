package org.dpsieve.kernel;

import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.dpsieve.kernel.nd4j.Nd4jGemm;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * The fitting nets' products of 192 rows, for their share of the machine's limit: 2 x 192 x inner x
 * columns operations.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@State(Scope.Thread)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class GemmBenchmark {
  @Param({"plain", "OpenBLAS", "ND4J", "float64", "float32"})
  String implementation;

  @Param({"1200x240", "240x240", "240x1134"})
  String shape;

  private Runnable product;

  @Setup
  public void setUp() {
    String[] sizes = shape.split("x");
    int inner = Integer.parseInt(sizes[0]);
    int columns = Integer.parseInt(sizes[1]);
    int rows = new Nd4jGemm().rows();
    Random random = new Random(1);
    double[] left = random.doubles((long) rows * inner, -1, 1).toArray();
    double[] right = random.doubles((long) inner * columns, -1, 1).toArray();
    double[] expected = new double[rows * columns];
    multiply(rows, inner, columns, left, right, expected);
    if (implementation.equals("plain")) {
      double[] c = new double[expected.length];
      product = () -> multiply(rows, inner, columns, left, right, c);
    } else if (implementation.equals("float32")) {
      FloatGemm gemm = new FloatGemm(right, inner, columns);
      float[] a = new float[left.length];
      float[] c = new float[expected.length];
      for (int i = 0; i < a.length; i++) {
        a[i] = (float) left[i];
      }
      product = () -> gemm.multiply(a, c, rows);
      product.run();
      for (int i = 0; i < c.length; i++) {
        KernelBenchmark.requireClose(c[i], expected[i], 1e-4);
      }
    } else {
      Gemm gemm =
          switch (implementation) {
            case "OpenBLAS" -> new OpenBlasGemm();
            case "ND4J" -> new Nd4jGemm();
            default -> new VectorGemm();
          };
      Gemm.Factor factor = gemm.factor(right, inner, columns);
      double[] c = new double[expected.length];
      product = () -> factor.multiply(left, c, rows);
      product.run();
      for (int i = 0; i < c.length; i++) {
        KernelBenchmark.requireClose(c[i], expected[i], 1e-11);
      }
    }
  }

  private static void multiply(
      int rows, int inner, int columns, double[] a, double[] b, double[] c) {
    Arrays.fill(c, 0);
    for (int i = 0; i < rows; i++) {
      for (int k = 0; k < inner; k++) {
        add(a[i * inner + k], b, k * columns, c, i * columns, columns);
      }
    }
  }

  private static void add(double factor, double[] b, int from, double[] c, int to, int count) {
    for (int j = 0; j < count; j++) {
      c[to + j] += factor * b[from + j];
    }
  }

  @Benchmark
  public void multiply() {
    product.run();
  }
}
