package org.dpsieve.kernel;

import java.lang.reflect.InvocationTargetException;
import org.dpsieve.model.DeepPotential;
import org.dpsieve.model.Precision;

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

  /** Plain Java, with matrix products by {@code gemm}. */
  static Arithmetic loops(Gemm gemm) {
    return new LoopArithmetic(gemm);
  }

  /**
   * The implementation by {@code jdk.incubator.vector} where this JVM has that module and vectors
   * of four doubles or more and is measured to make good use of them, else {@link #loops}, of which
   * it warns once.
   *
   * <p>Single precision has no plain twin: without vectors of 16 floats double precision takes its
   * place, which is more than was asked for.
   *
   * @param gemm for matrix products where not all is done by the Vector API
   */
  static Arithmetic best(Precision precision, Gemm gemm) {
    String vectors =
        precision == Precision.FLOAT32
            ? "org.dpsieve.kernel.FloatArithmetic"
            : "org.dpsieve.kernel.VectorArithmetic";
    try {
      if (ModuleLayer.boot().findModule("jdk.incubator.vector").isEmpty()) {
        return without(gemm, "start the JVM with --add-modules jdk.incubator.vector to be faster");
      }
      LayerFunction function =
          (LayerFunction)
              Class.forName("org.dpsieve.kernel.VectorLayerFunction")
                  .getDeclaredConstructor()
                  .newInstance();
      Arithmetic best = (Arithmetic) Class.forName(vectors).getDeclaredMethod("of").invoke(null);
      return Probe.pays(function) ? best : without(gemm, "this JVM is slow at vectors");
    } catch (InvocationTargetException e) {
      return precision == Precision.FLOAT32
          ? best(Precision.FLOAT64, gemm)
          : without(gemm, e.getCause().getMessage());
    } catch (ReflectiveOperationException | LinkageError e) {
      // a later JDK may have changed the incubating module
      return without(
          gemm, "this JVM's Vector API is another than that of the build: " + e.toString());
    }
  }

  private static Arithmetic without(Gemm gemm, String reason) {
    Probe.noteOnce(gemm, reason);
    return loops(gemm);
  }
}
