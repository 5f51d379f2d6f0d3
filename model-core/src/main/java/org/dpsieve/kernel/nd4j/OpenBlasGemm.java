package org.dpsieve.kernel.nd4j;

import static org.bytedeco.openblas.global.openblas_nolapack.CblasNoTrans;
import static org.bytedeco.openblas.global.openblas_nolapack.CblasRowMajor;
import static org.bytedeco.openblas.global.openblas_nolapack.cblas_dgemm;

import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.Loader;
import org.dpsieve.kernel.Gemm;

/**
 * GEMM by the OpenBLAS that ND4J ships, called through pointers: 0.1 µs a call, where an {@code
 * INDArray} product of the same library costs 8 to 10. Matrices are copied to native memory and
 * back, a few percent of the product's own time at these shapes.
 */
public final class OpenBlasGemm implements Gemm {
  /** OpenBLAS's inner loops take 8, 16 or 24 rows at a time: a multiple of all of them. */
  private static final int ROWS = 192;

  private final ThreadLocal<Buffers> buffers = ThreadLocal.withInitial(Buffers::new);

  /** Loaded with its first use: a model all of whose products others do can start without. */
  private static final class Library {
    static {
      load();
    }

    static DoublePointer copy(double[] matrix) {
      return new DoublePointer(matrix);
    }

    static int threads() {
      return org.bytedeco.openblas.presets.openblas_nolapack.blas_get_num_threads();
    }
  }

  private static void load() {
    if (System.getProperty("org.bytedeco.javacpp.logger") == null) {
      System.setProperty("org.bytedeco.javacpp.logger", "slf4j"); // else it writes to stderr
    }
    Loader.load(org.bytedeco.openblas.global.openblas_nolapack.class);
    // one task, one core, whatever OMP_NUM_THREADS says: the tasks are the parallelism
    org.bytedeco.openblas.presets.openblas_nolapack.blas_set_num_threads(1);
  }

  /** Threads that one call of OpenBLAS may use. */
  public static int threads() {
    return Library.threads();
  }

  @Override
  public String name() {
    return "OpenBLAS";
  }

  @Override
  public int rows() {
    return ROWS;
  }

  @Override
  public Factor factor(double[] matrix, int inner, int columns) {
    DoublePointer right = Library.copy(matrix); // the collector frees it with the factor
    return (a, c, count) -> { // all rows: OpenBLAS chooses its loops by their number
      Buffers own = buffers.get();
      DoublePointer left = own.left((long) ROWS * inner);
      DoublePointer product = own.product((long) ROWS * columns);
      left.put(a, 0, count * inner);
      cblas_dgemm(
          CblasRowMajor,
          CblasNoTrans,
          CblasNoTrans,
          ROWS,
          columns,
          inner,
          1,
          left,
          inner,
          right,
          columns,
          0,
          product,
          columns);
      product.get(c, 0, count * columns);
    };
  }

  /** Native memory of one thread, as large as its largest product so far. */
  private static final class Buffers {
    private DoublePointer left = new DoublePointer(1L);
    private DoublePointer product = new DoublePointer(1L);

    DoublePointer left(long size) {
      if (left.capacity() < size) {
        left = new DoublePointer(size);
      }
      return left;
    }

    DoublePointer product(long size) {
      if (product.capacity() < size) {
        product = new DoublePointer(size);
      }
      return product;
    }
  }
}
