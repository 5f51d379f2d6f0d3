package org.dpsieve.kernel;

import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.dpsieve.model.Activation;
import org.dpsieve.model.Layer;
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

/** Bias, tanh and its slope of 192 rows of 240. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@State(Scope.Thread)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class ActivationBenchmark {
  private static final int ROWS = 192;
  private static final int COLUMNS = 240;

  @Param({"loops", "vectors"})
  String implementation;

  private LayerFunction function;
  private final Layer layer =
      new Layer(
          COLUMNS,
          COLUMNS,
          new double[0],
          new double[COLUMNS],
          null,
          Activation.TANH,
          Layer.Shortcut.NONE);
  private final double[] x = new Random(1).doubles(ROWS * COLUMNS, -3, 3).toArray();
  private final double[] y = new double[ROWS * COLUMNS];
  private final double[] slope = new double[ROWS * COLUMNS];

  @Setup
  public void setUp() {
    function = implementation.equals("loops") ? new LoopLayerFunction() : new VectorLayerFunction();
    apply();
    for (int i = 0; i < y.length; i++) {
      KernelBenchmark.requireClose(y[i], Math.tanh(x[i]), 1e-14);
    }
  }

  @Benchmark
  public double[] apply() {
    System.arraycopy(x, 0, y, 0, x.length);
    function.apply(layer, ROWS, x, y, slope);
    return y;
  }
}
