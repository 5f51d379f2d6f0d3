package org.dpsieve.kernel;

import static org.bytedeco.openblas.global.openblas_nolapack.CblasNoTrans;
import static org.bytedeco.openblas.global.openblas_nolapack.CblasRowMajor;
import static org.bytedeco.openblas.global.openblas_nolapack.CblasTrans;
import static org.bytedeco.openblas.global.openblas_nolapack.CblasUpper;
import static org.bytedeco.openblas.global.openblas_nolapack.cblas_dgemm;
import static org.bytedeco.openblas.global.openblas_nolapack.cblas_dsyrk;

import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.Loader;

/**
 * GEMM by the OpenBLAS that ND4J ships, called through pointers: 0.1 µs a call, where an {@code
 * INDArray} product of the same library costs 8 to 10. Matrices are copied to native memory and
 * back, a few percent of the product's own time at these shapes.
 */
final class OpenBlasGemm implements Gemm {
  /** OpenBLAS's inner loops take 8, 16 or 24 rows at a time: a multiple of all of them. */
  private static final int ROWS = 192;

  private final ThreadLocal<Buffers> buffers = ThreadLocal.withInitial(Buffers::new);

  /** Loaded with its first use: a model all of whose products others do can start without. */
  private static final class Library {
    static {
      load();
    }

    /** Does nothing but make sure that the library is loaded and uses one core. */
    static void ready() {}

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
    return new Factor() {
      @Override
      public void multiply(double[] a, double[] c, int count) {
        Buffers own = buffers.get(); // all rows: OpenBLAS chooses its loops by their number
        DoublePointer left = own.left((long) ROWS * inner);
        left.put(a, 0, count * inner);
        product(ROWS, columns, inner, left, right, own).get(c, 0, count * columns);
      }

      @Override
      public void multiply(int rows, Matrix a, Matrix c) {
        Buffers own = buffers.get();
        DoublePointer left = own.left((long) rows * inner);
        put(a, rows, inner, left);
        get(product(rows, columns, inner, left, right, own), rows, columns, c);
      }
    };
  }

  @Override
  public void multiply(int rows, int columns, int inner, Matrix a, Matrix b, Matrix c) {
    Library.ready();
    Buffers own = buffers.get();
    DoublePointer left = own.left((long) rows * inner);
    DoublePointer right = own.right((long) inner * columns);
    put(a, rows, inner, left);
    put(b, inner, columns, right);
    get(product(rows, columns, inner, left, right, own), rows, columns, c);
  }

  @Override
  public void addGram(int rows, int size, double weight, double[] x, double[] matrix) {
    Library.ready();
    cblas_dsyrk(
        CblasRowMajor, CblasUpper, CblasTrans, size, rows, weight, x, size, 1, matrix, size);
  }

  private static DoublePointer product(
      int rows, int columns, int inner, DoublePointer left, DoublePointer right, Buffers own) {
    DoublePointer product = own.product((long) rows * columns);
    cblas_dgemm(
        CblasRowMajor,
        CblasNoTrans,
        CblasNoTrans,
        rows,
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
    return product;
  }

  private static void put(Matrix source, int rows, int columns, DoublePointer target) {
    if (source.pitch() == columns) {
      target.put(source.values(), source.from(), rows * columns);
      return;
    }
    for (int row = 0; row < rows; row++) {
      int from = source.from() + row * source.pitch();
      target.position((long) row * columns).put(source.values(), from, columns);
    }
    target.position(0);
  }

  private static void get(DoublePointer source, int rows, int columns, Matrix target) {
    if (target.pitch() == columns) {
      source.get(target.values(), target.from(), rows * columns);
      return;
    }
    for (int row = 0; row < rows; row++) {
      int to = target.from() + row * target.pitch();
      source.position((long) row * columns).get(target.values(), to, columns);
    }
    source.position(0);
  }

  /** Native memory of one thread, as large as its largest product so far. */
  private static final class Buffers {
    private DoublePointer left = new DoublePointer(1L);
    private DoublePointer right = new DoublePointer(1L);
    private DoublePointer product = new DoublePointer(1L);

    DoublePointer left(long size) {
      if (left.capacity() < size) {
        left = new DoublePointer(size);
      }
      return left;
    }

    DoublePointer right(long size) {
      if (right.capacity() < size) {
        right = new DoublePointer(size);
      }
      return right;
    }

    DoublePointer product(long size) {
      if (product.capacity() < size) {
        product = new DoublePointer(size);
      }
      return product;
    }
  }
}
