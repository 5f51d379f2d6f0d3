package org.dpsieve.kernel;

import java.util.concurrent.TimeUnit;
import org.dpsieve.model.DeepPotential;
import org.dpsieve.model.Network;
import org.dpsieve.model.SeE2A;
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

/** Making the table of one embedding net, and asking the net itself once. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@State(Scope.Thread)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class TableBenchmark {
  @Param({"FLOAT64", "FLOAT32"})
  String accuracy;

  private Network network;
  private EmbeddingNet net;
  private final double[] value = new double[200];

  @Setup
  public void setUp() {
    DeepPotential model = KernelBenchmark.model();
    network = (Network) ((SeE2A) model.descriptor()).embedding()[0][0];
    net = new EmbeddingNet(network);
    EmbeddingTable table = build();
    net();
    int interval = table.interval(1.3);
    double t = 1.3 - table.origin(interval);
    for (int m = 0; m < 100; m++) {
      double g = 0;
      for (int k = of().terms() - 1; k >= 0; k--) {
        g =
            g * t
                + table
                    .coefficients()[interval * table.stride() + k * EmbeddingTable.pitch(100) + m];
      }
      KernelBenchmark.requireClose(g, value[m], 2 * of().value());
    }
  }

  private EmbeddingTable.Accuracy of() {
    return accuracy.equals("FLOAT64")
        ? EmbeddingTable.Accuracy.FLOAT64
        : EmbeddingTable.Accuracy.FLOAT32;
  }

  @Benchmark
  public EmbeddingTable build() {
    return new EmbeddingTable(network, -1, 19, of());
  }

  @Benchmark
  public double[] net() {
    net.evaluate(1.3, value, 0, 100);
    return value;
  }
}
