package org.dpsieve.kernel;

import java.lang.reflect.InvocationTargetException;
import org.dpsieve.model.DeepPotential;
import org.dpsieve.model.Precision;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One implementation of everything that is done per pair of atoms or per element of a layer. {@link
 * #best} takes the one by the Vector API where the JVM offers it, {@link #loops} is plain Java.
 */
public interface Arithmetic {
  /** Which implementation, for the log. */
  String name();

  /** Of the nets. */
  default Precision precision() {
    return Precision.FLOAT64;
  }

  /**
   * Makes a model ready to be evaluated.
   *
   * @param tabulated embedding nets by tables, rather than by the nets themselves
   */
  ModelKernel kernel(DeepPotential model, boolean tabulated);

  /** Plain Java, with matrix products by {@code blas}. */
  static Arithmetic loops(Gemm blas) {
    return new LoopArithmetic(blas);
  }

  /**
   * The implementation by {@code jdk.incubator.vector} where this JVM has that module and vectors
   * of four doubles or more and is measured to make good use of them, else {@link #loops}.
   *
   * <p>Single precision has no plain twin: without vectors of 16 floats, {@link #loops} in double
   * precision take its place, which is more than was asked for.
   *
   * @param blas for the matrix products that the Vector API is not better at
   */
  static Arithmetic best(Precision precision, Gemm blas) {
    Logger log = LoggerFactory.getLogger(Arithmetic.class);
    if (ModuleLayer.boot().findModule("jdk.incubator.vector").isEmpty()) {
      log.info(
          "plain Java loops: start the JVM with --add-modules jdk.incubator.vector to be faster");
      return loops(blas);
    }
    try {
      Arithmetic vectors =
          (Arithmetic)
              Class.forName(
                      precision == Precision.FLOAT32
                          ? "org.dpsieve.kernel.FloatArithmetic"
                          : "org.dpsieve.kernel.VectorArithmetic")
                  .getDeclaredMethod("of", Gemm.class)
                  .invoke(null, blas);
      LayerFunction function =
          (LayerFunction)
              Class.forName("org.dpsieve.kernel.VectorLayerFunction")
                  .getDeclaredConstructor()
                  .newInstance();
      return Probe.pays(function) ? vectors : loops(blas);
    } catch (InvocationTargetException e) {
      log.info("plain Java loops: {}", e.getCause().getMessage());
      return loops(blas);
    } catch (ReflectiveOperationException | LinkageError e) {
      // a later JDK may have changed the incubating module
      log.info(
          "plain Java loops: this JVM's Vector API is another than that of the build: {}",
          e.toString());
      return loops(blas);
    }
  }
}
