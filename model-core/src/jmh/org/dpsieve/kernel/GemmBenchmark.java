package org.dpsieve.kernel;

import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.dpsieve.kernel.nd4j.OpenBlasGemm;
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
  @Param({"OpenBLAS", "float64", "float32"})
  String implementation;

  @Param({"1134x240", "240x240", "240x1134"})
  String shape;

  private Runnable product;

  @Setup
  public void setUp() {
    String[] sizes = shape.split("x");
    int inner = Integer.parseInt(sizes[0]);
    int columns = Integer.parseInt(sizes[1]);
    Gemm blas = new OpenBlasGemm();
    int rows = blas.rows();
    Random random = new Random(1);
    double[] left = random.doubles((long) rows * inner, -1, 1).toArray();
    double[] right = random.doubles((long) inner * columns, -1, 1).toArray();
    double[] expected = new double[rows * columns];
    for (int i = 0; i < rows; i++) {
      for (int k = 0; k < inner; k++) {
        for (int j = 0; j < columns; j++) {
          expected[i * columns + j] += left[i * inner + k] * right[k * columns + j];
        }
      }
    }
    if (implementation.equals("float32")) {
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
      Gemm gemm = implementation.equals("OpenBLAS") ? blas : new VectorGemm();
      Gemm.Factor factor = gemm.factor(right, inner, columns);
      double[] c = new double[expected.length];
      product = () -> factor.multiply(left, c, rows);
      product.run();
      for (int i = 0; i < c.length; i++) {
        KernelBenchmark.requireClose(c[i], expected[i], 1e-11);
      }
    }
  }

  @Benchmark
  public void multiply() {
    product.run();
  }
}
