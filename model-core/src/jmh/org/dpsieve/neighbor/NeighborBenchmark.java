package org.dpsieve.neighbor;

import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.dpsieve.frame.Frame;
import org.dpsieve.testing.RandomModels;
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
 * The neighbors of every atom of one frame; time per atom is the same for all sizes with cell
 * lists.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@State(Scope.Thread)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class NeighborBenchmark {
  @Param({"8", "64", "512", "4096"})
  int atoms;

  private Frame frame;
  private int[] types;

  @Setup
  public void setUp() {
    frame = RandomModels.agAuFrame(1, atoms);
    types = new int[atoms];
    if (atoms <= 512) {
      Neighbors expected = find(new AllPairs());
      Neighbors actual = cellList();
      int pairs = expected.pairCount();
      if (!Arrays.equals(expected.start(), actual.start())
          || !Arrays.equals(
              Arrays.copyOf(expected.atom(), pairs), Arrays.copyOf(actual.atom(), pairs))) {
        throw new IllegalStateException("the twins disagree: not timed");
      }
    }
  }

  private Neighbors find(NeighborSearch search) {
    return search.find(frame.coord(), frame.cell(), types, 6, new int[] {300});
  }

  @Benchmark
  public Neighbors cellList() {
    return find(new CellList());
  }
}
