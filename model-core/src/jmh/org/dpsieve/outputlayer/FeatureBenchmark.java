package org.dpsieve.outputlayer;

import java.util.concurrent.TimeUnit;
import org.dpsieve.frame.Frame;
import org.dpsieve.frame.Labels;
import org.dpsieve.kernel.DenseKernel;
import org.dpsieve.kernel.nd4j.Nd4jGemm;
import org.dpsieve.model.Activation;
import org.dpsieve.model.DeepPotential;
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

/** What one labelled frame of 27 atoms costs training: features and normal equations. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@State(Scope.Thread)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class FeatureBenchmark {
  private static final int ATOMS = 27;

  /** Best: the Vector API where this JVM has it. */
  @Param({"best", "loops"})
  String implementation;

  /** Of the built-in example, and of the published one. */
  @Param({"10,20,40 8 80", "25,50,100 12 240"})
  String size;

  private GemmFeatures kernel;
  private NormalEquations equations;
  private double[] start;
  private Frame frame;

  @Setup
  public void setUp() {
    String[] numbers = size.split("[ ,]");
    int[] n = java.util.Arrays.stream(numbers).mapToInt(Integer::parseInt).toArray();
    DeepPotential model =
        RandomModels.of(
            new RandomModels.Shape(
                2,
                6,
                new int[] {150, 150},
                new int[] {n[0], n[1], n[2]},
                n[3],
                new int[] {n[4], n[4], n[4]},
                Activation.TANH,
                true,
                false,
                false),
            1);
    Frame bare = RandomModels.agAuFrame(1, ATOMS);
    frame =
        new Frame(
            "labelled",
            0,
            bare.z(),
            bare.coord(),
            bare.cell(),
            new Labels(-80.0, new double[3 * ATOMS], new double[9]));
    OutputParameters parameters = OutputParameters.of(model, new boolean[] {true, true});
    DenseKernel loops = DenseKernel.loops(new Nd4jGemm());
    kernel =
        new GemmFeatures(
            model, parameters, implementation.equals("loops") ? loops : BestKernel.DENSE);
    start = parameters.read(model);
    equations = new NormalEquations(parameters.size());
    double[] expected = new GemmFeatures(model, parameters, loops).of(frame).force();
    double[] found = kernel.of(frame).force();
    for (int k = 0; k < found.length; k++) {
      if (!(Math.abs(found[k] - expected[k]) <= 1e-10)) {
        throw new IllegalStateException(found[k] + ", expected " + expected[k] + ": not timed");
      }
    }
  }

  @Benchmark
  public NormalEquations frame() {
    equations.add(frame, kernel.of(frame), start);
    return equations;
  }
}
