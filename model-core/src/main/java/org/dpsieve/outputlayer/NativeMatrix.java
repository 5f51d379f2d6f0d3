package org.dpsieve.outputlayer;

import static org.bytedeco.openblas.global.openblas.CblasNoTrans;
import static org.bytedeco.openblas.global.openblas.CblasRowMajor;
import static org.bytedeco.openblas.global.openblas.cblas_dgemm;

import org.bytedeco.javacpp.DoublePointer;

/**
 * A block of doubles outside the heap that OpenBLAS works on without copying; grows when asked for
 * more. Must be closed.
 */
final class NativeMatrix implements AutoCloseable {
  static {
    OpenBlas.load();
  }

  private DoublePointer data;

  NativeMatrix() {
    data = new DoublePointer(1);
  }

  static NativeMatrix of(double[] values) {
    NativeMatrix matrix = new NativeMatrix();
    matrix.put(values, values.length);
    return matrix;
  }

  /** Room for at least so many numbers; what was in it is lost when it has to grow. */
  NativeMatrix reserve(long numbers) {
    if (data.capacity() < numbers) {
      data.close();
      data = new DoublePointer(numbers);
    }
    return this;
  }

  void put(double[] values, int count) {
    reserve(count);
    data.position(0).put(values, 0, count);
  }

  void get(long from, double[] target, int count) {
    data.position(from).get(target, 0, count);
    data.position(0);
  }

  /**
   * C = A B + beta C, all row-major, each given by where it begins and by its row length.
   *
   * @param rows of A and C
   * @param columns of B and C
   * @param inner columns of A, rows of B
   */
  static void multiply(
      int rows,
      int columns,
      int inner,
      NativeMatrix a,
      long fromA,
      int rowA,
      NativeMatrix b,
      long fromB,
      int rowB,
      double beta,
      NativeMatrix c,
      long fromC,
      int rowC) {
    cblas_dgemm(
        CblasRowMajor,
        CblasNoTrans,
        CblasNoTrans,
        rows,
        columns,
        inner,
        1,
        a.data.position(fromA),
        rowA,
        b.data.position(fromB),
        rowB,
        beta,
        c.data.position(fromC),
        rowC);
    a.data.position(0);
    b.data.position(0);
    c.data.position(0);
  }

  @Override
  public void close() {
    data.close();
  }
}
