package org.dpsieve.kernel;

import java.util.concurrent.TimeUnit;
import org.dpsieve.frame.Frame;
import org.dpsieve.kernel.nd4j.Nd4jGemm;
import org.dpsieve.model.Activation;
import org.dpsieve.model.DeepPotential;
import org.dpsieve.model.SeE2A;
import org.dpsieve.neighbor.CellList;
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

/** One model of the published example's size on 192 atoms: energy, force and virial. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@State(Scope.Thread)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class KernelBenchmark {
  private static final int ATOMS = 192;

  @Param({"loops", "float64", "float32"})
  String implementation;

  @Param({"true", "false"})
  boolean tabulated;

  private ModelKernel kernel;
  private final Workspace workspace = new Workspace();
  private Environment environment;
  private final double[] energy = new double[ATOMS];
  private final double[] force = new double[3 * ATOMS];
  private final double[] virial = new double[9];

  static DeepPotential model() {
    return RandomModels.of(
        new RandomModels.Shape(
            2,
            6,
            new int[] {150, 150},
            new int[] {25, 50, 100},
            12,
            new int[] {240, 240, 240},
            Activation.TANH,
            true,
            false,
            false),
        1);
  }

  /** Atoms of both types in turn, in a cubic cell of 60 Å³ each. */
  static Environment environment(SeE2A descriptor, int atoms) {
    Frame frame = RandomModels.agAuFrame(1, atoms);
    int[] types = new int[atoms];
    for (int i = 0; i < atoms; i++) {
      types[i] = frame.z()[i] == 47 ? 0 : 1;
    }
    Environment environment = new Environment(descriptor.surroundings().get(0));
    environment.add(
        types,
        new CellList()
            .find(frame.coord(), frame.cell(), types, descriptor.rcut(), descriptor.sel()));
    return environment;
  }

  static void requireClose(double actual, double expected, double tolerance) {
    if (!(Math.abs(actual - expected) <= tolerance * Math.max(1, Math.abs(expected)))) {
      throw new IllegalStateException("%s, expected %s: not timed".formatted(actual, expected));
    }
  }

  @Setup
  public void setUp() {
    DeepPotential model = model();
    environment = environment((SeE2A) model.descriptor(), ATOMS);
    Arithmetic loops = Arithmetic.loops(new Nd4jGemm());
    loops.kernel(model, true).evaluate(new Environment[] {environment}, new double[0], workspace, energy, force, virial);
    double[] expected = force.clone();
    Arithmetic arithmetic =
        switch (implementation) {
          case "float64" -> VectorArithmetic.of();
          case "float32" -> FloatArithmetic.of();
          default -> loops;
        };
    kernel = arithmetic.kernel(model, tabulated);
    evaluate();
    for (int i = 0; i < force.length; i++) {
      requireClose(force[i], expected[i], implementation.equals("float32") ? 1e-3 : 1e-8);
    }
  }

  @Benchmark
  public double[] evaluate() {
    kernel.evaluate(new Environment[] {environment}, new double[0], workspace, energy, force, virial);
    return force;
  }
}
