package org.dpsieve.kernel;

import java.util.function.LongSupplier;
import org.dpsieve.model.Activation;
import org.dpsieve.model.Layer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether this JVM turns the Vector API into instructions: where it does, vectors beat plain loops
 * everywhere we looked; where its compiler does not know them, every operation makes an object and
 * they are a hundred times slower. HotSpot's server compiler is known to; any other is measured,
 * once. Both have their own last bits, and a run on a busy machine should not have others than on
 * an idle one: so nothing is measured that is known, and else the loops must win by a factor that
 * noise does not reach.
 */
final class Probe {
  private static final Logger LOG = LoggerFactory.getLogger(Probe.class);
  private static final int ROWS = 16;
  private static final int COLUMNS = 240;
  private static final double DECISIVE = 2;
  private static final long MOST_NANOSECONDS = 2_000_000_000L;

  private static Boolean pays;

  private static boolean noted;

  private Probe() {}

  static synchronized boolean pays(LayerFunction vectors) {
    if (pays == null) {
      pays = known() || measure(vectors, new LoopLayerFunction(), System::nanoTime);
    }
    return pays;
  }

  /**
   * Says that the Vector API is not used; the first time only. No warning: numbers are right, and
   * {@code scripts/dpsieve}, {@code dpsieve doctor} say it where somebody may do something.
   */
  static synchronized void noteOnce(Gemm gemm, String reason) {
    if (!noted) {
      noted = true;
      LOG.info(
          "no Vector API: matrix products by {}, the rest in plain Java loops; {}",
          gemm.name(),
          reason);
    }
  }

  /** HotSpot with its server compiler: no other compiler in its place, not switched off. */
  private static boolean known() {
    String name = System.getProperty("java.vm.name", "");
    String mode = System.getProperty("java.vm.info", "");
    boolean hotSpot = name.matches("(OpenJDK|Java HotSpot\\(TM\\)) 64-Bit Server VM");
    boolean otherCompiler = System.getProperty("java.vm.version", "").contains("jvmci");
    return hotSpot && !otherCompiler && mode.matches("mixed mode(, sharing)?");
  }

  /**
   * In turn, until vectors are fast enough or time is over: both get the compiler's attention.
   *
   * @param clock nanoseconds
   */
  static boolean measure(LayerFunction vectors, LayerFunction loops, LongSupplier clock) {
    double vectorTime = Double.POSITIVE_INFINITY;
    double loopTime = Double.POSITIVE_INFINITY;
    long start = clock.getAsLong();
    boolean pays = false;
    while (!pays && clock.getAsLong() - start < MOST_NANOSECONDS) {
      loopTime = Math.min(loopTime, time(loops, clock));
      vectorTime = Math.min(vectorTime, time(vectors, clock));
      pays = vectorTime < DECISIVE * loopTime;
    }
    LOG.info(
        "{}: tanh takes {} ns by vectors, {} ns by loops, after {} ms of trying",
        pays ? "Vector API" : "plain Java loops",
        vectorTime,
        loopTime,
        (clock.getAsLong() - start) / 1_000_000);
    return pays;
  }

  /** Nanoseconds an element. */
  private static double time(LayerFunction function, LongSupplier clock) {
    double[] bias = new double[COLUMNS];
    Layer layer =
        new Layer(
            COLUMNS, COLUMNS, new double[0], bias, null, Activation.TANH, Layer.Shortcut.NONE);
    double[] y = new double[ROWS * COLUMNS];
    long start = clock.getAsLong();
    function.apply(layer, ROWS, y, y, new double[y.length]);
    return (double) (clock.getAsLong() - start) / y.length;
  }
}
