package org.dpsieve.kernel;

import java.util.Arrays;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * GEMM by the Vector API, on the heap: 4 rows by 3 vectors of columns stay in registers over the
 * whole inner dimension, so that every element is one chain of fused multiply-adds in the order of
 * k, whatever the other rows and columns are, and the same one for vectors of every length. Where
 * rows or columns are left over, the last tile begins that much earlier and does some again.
 */
final class VectorGemm implements Gemm {
  private static final VectorSpecies<Double> SPECIES = DoubleVector.SPECIES_PREFERRED;
  private static final int LANES = SPECIES.length();
  private static final int WIDTH = 3 * LANES;
  private static final int HEIGHT = 4;

  /** Rows of a product's block: descriptors of so many atoms, whatever the vectors. */
  private static final int ROWS = 192;

  @Override
  public String name() {
    return "vectors of %d doubles".formatted(LANES);
  }

  @Override
  public int rows() {
    return ROWS;
  }

  @Override
  public int[] cuts(int columns) {
    int[] cuts = new int[columns / (2 * LANES) + 2];
    int count = 0;
    for (int from = 0; from < columns; from += width(columns - from)) {
      cuts[count++] = from;
    }
    cuts[count++] = columns;
    return Arrays.copyOf(cuts, count);
  }

  /** Of the next strip: three vectors, or what leaves no less than one for the last. */
  private static int width(int columns) {
    if (columns <= WIDTH) {
      return columns;
    }
    return columns <= 4 * LANES ? 2 * LANES : WIDTH;
  }

  @Override
  public Factor factor(double[] matrix, int inner, int columns) {
    int[] cuts = cuts(columns);
    double[] packed = new double[inner * columns]; // tile after tile, in the order they are read
    for (int p = 0; p + 1 < cuts.length; p++) {
      int width = cuts[p + 1] - cuts[p];
      for (int k = 0; k < inner; k++) {
        System.arraycopy(matrix, k * columns + cuts[p], packed, inner * cuts[p] + k * width, width);
      }
    }
    return new Factor() {
      @Override
      public void multiply(double[] a, double[] c, int count) {
        multiply(count, new Matrix(a, inner), new Matrix(c, columns));
      }

      @Override
      public void multiply(int rows, Matrix a, Matrix c) {
        for (int p = 0; p + 1 < cuts.length; p++) {
          int width = cuts[p + 1] - cuts[p];
          strip(
              rows,
              width,
              inner,
              a.values(),
              a.from(),
              a.pitch(),
              1,
              packed,
              inner * cuts[p],
              width,
              c.values(),
              c.from() + cuts[p],
              c.pitch());
        }
      }
    };
  }

  @Override
  public void multiply(int rows, int columns, int inner, Matrix a, Matrix b, Matrix c) {
    int width;
    for (int j = 0; j < columns; j += width) {
      width = width(columns - j);
      strip(
          rows,
          width,
          inner,
          a.values(),
          a.from(),
          a.pitch(),
          1,
          b.values(),
          b.from() + j,
          b.pitch(),
          c.values(),
          c.from() + j,
          c.pitch());
    }
  }

  @Override
  public void addGram(int rows, int size, double weight, double[] x, double[] matrix) {
    double[] tile = new double[HEIGHT * WIDTH];
    for (int j = 0; j < size; j += WIDTH) {
      int width = Math.min(WIDTH, size - j);
      for (int i = 0; i < j + width; i += HEIGHT) {
        int height = Math.min(HEIGHT, size - i);
        strip(height, width, rows, x, i, 1, size, x, j, size, tile, 0, WIDTH);
        for (int r = 0; r < height; r++) {
          for (int k = Math.max(0, i + r - j); k < width; k++) {
            matrix[(i + r) * size + j + k] += weight * tile[r * WIDTH + k];
          }
        }
      }
    }
  }

  /**
   * Up to three vectors of columns.
   *
   * @param ap from one row of a to the next
   * @param as from one column of a to the next
   */
  private static void strip(
      int rows,
      int columns,
      int inner,
      double[] a,
      int ao,
      int ap,
      int as,
      double[] b,
      int bo,
      int bp,
      double[] c,
      int co,
      int cp) {
    if (columns < LANES || rows < HEIGHT) {
      for (int i = 0; i < rows; i++) {
        row(columns, inner, a, ao + i * ap, as, b, bo, bp, c, co + i * cp);
      }
      return;
    }
    for (int i = 0; i < rows; i += HEIGHT) {
      int row = Math.min(i, rows - HEIGHT);
      int from = ao + row * ap;
      int to = co + row * cp;
      if (columns == WIDTH) {
        three(inner, a, from, ap, as, b, bo, bp, c, to, cp);
      } else if (columns == 2 * LANES) {
        two(inner, a, from, ap, as, b, bo, bp, c, to, cp);
      } else {
        for (int j = 0; j < columns; j += LANES) {
          int column = Math.min(j, columns - LANES);
          one(inner, a, from, ap, as, b, bo + column, bp, c, to + column, cp);
        }
      }
    }
  }

  /** One row: by vectors where there are columns enough, else number by number. */
  private static void row(
      int columns,
      int inner,
      double[] a,
      int ao,
      int as,
      double[] b,
      int bo,
      int bp,
      double[] c,
      int co) {
    if (columns < LANES) {
      for (int j = 0; j < columns; j++) {
        double sum = 0;
        for (int k = 0; k < inner; k++) {
          sum = Math.fma(a[ao + k * as], b[bo + k * bp + j], sum);
        }
        c[co + j] = sum;
      }
      return;
    }
    for (int j = 0; j < columns; j += LANES) {
      int column = Math.min(j, columns - LANES);
      DoubleVector sum = DoubleVector.zero(SPECIES);
      for (int k = 0; k < inner; k++) {
        sum =
            DoubleVector.broadcast(SPECIES, a[ao + k * as])
                .fma(DoubleVector.fromArray(SPECIES, b, bo + k * bp + column), sum);
      }
      sum.intoArray(c, co + column);
    }
  }

  private static void three(
      int inner,
      double[] a,
      int ao,
      int ap,
      int as,
      double[] b,
      int bo,
      int bp,
      double[] c,
      int co,
      int cp) {
    DoubleVector zero = DoubleVector.zero(SPECIES);
    DoubleVector c00 = zero, c01 = zero, c02 = zero;
    DoubleVector c10 = zero, c11 = zero, c12 = zero;
    DoubleVector c20 = zero, c21 = zero, c22 = zero;
    DoubleVector c30 = zero, c31 = zero, c32 = zero;
    int p = ao;
    int q = bo;
    for (int k = 0; k < inner; k++) {
      DoubleVector b0 = DoubleVector.fromArray(SPECIES, b, q);
      DoubleVector b1 = DoubleVector.fromArray(SPECIES, b, q + LANES);
      DoubleVector b2 = DoubleVector.fromArray(SPECIES, b, q + 2 * LANES);
      DoubleVector a0 = DoubleVector.broadcast(SPECIES, a[p]);
      c00 = a0.fma(b0, c00);
      c01 = a0.fma(b1, c01);
      c02 = a0.fma(b2, c02);
      DoubleVector a1 = DoubleVector.broadcast(SPECIES, a[p + ap]);
      c10 = a1.fma(b0, c10);
      c11 = a1.fma(b1, c11);
      c12 = a1.fma(b2, c12);
      DoubleVector a2 = DoubleVector.broadcast(SPECIES, a[p + 2 * ap]);
      c20 = a2.fma(b0, c20);
      c21 = a2.fma(b1, c21);
      c22 = a2.fma(b2, c22);
      DoubleVector a3 = DoubleVector.broadcast(SPECIES, a[p + 3 * ap]);
      c30 = a3.fma(b0, c30);
      c31 = a3.fma(b1, c31);
      c32 = a3.fma(b2, c32);
      p += as;
      q += bp;
    }
    c00.intoArray(c, co);
    c01.intoArray(c, co + LANES);
    c02.intoArray(c, co + 2 * LANES);
    c10.intoArray(c, co + cp);
    c11.intoArray(c, co + cp + LANES);
    c12.intoArray(c, co + cp + 2 * LANES);
    c20.intoArray(c, co + 2 * cp);
    c21.intoArray(c, co + 2 * cp + LANES);
    c22.intoArray(c, co + 2 * cp + 2 * LANES);
    c30.intoArray(c, co + 3 * cp);
    c31.intoArray(c, co + 3 * cp + LANES);
    c32.intoArray(c, co + 3 * cp + 2 * LANES);
  }

  private static void two(
      int inner,
      double[] a,
      int ao,
      int ap,
      int as,
      double[] b,
      int bo,
      int bp,
      double[] c,
      int co,
      int cp) {
    DoubleVector zero = DoubleVector.zero(SPECIES);
    DoubleVector c00 = zero, c01 = zero;
    DoubleVector c10 = zero, c11 = zero;
    DoubleVector c20 = zero, c21 = zero;
    DoubleVector c30 = zero, c31 = zero;
    int p = ao;
    int q = bo;
    for (int k = 0; k < inner; k++) {
      DoubleVector b0 = DoubleVector.fromArray(SPECIES, b, q);
      DoubleVector b1 = DoubleVector.fromArray(SPECIES, b, q + LANES);
      DoubleVector a0 = DoubleVector.broadcast(SPECIES, a[p]);
      c00 = a0.fma(b0, c00);
      c01 = a0.fma(b1, c01);
      DoubleVector a1 = DoubleVector.broadcast(SPECIES, a[p + ap]);
      c10 = a1.fma(b0, c10);
      c11 = a1.fma(b1, c11);
      DoubleVector a2 = DoubleVector.broadcast(SPECIES, a[p + 2 * ap]);
      c20 = a2.fma(b0, c20);
      c21 = a2.fma(b1, c21);
      DoubleVector a3 = DoubleVector.broadcast(SPECIES, a[p + 3 * ap]);
      c30 = a3.fma(b0, c30);
      c31 = a3.fma(b1, c31);
      p += as;
      q += bp;
    }
    c00.intoArray(c, co);
    c01.intoArray(c, co + LANES);
    c10.intoArray(c, co + cp);
    c11.intoArray(c, co + cp + LANES);
    c20.intoArray(c, co + 2 * cp);
    c21.intoArray(c, co + 2 * cp + LANES);
    c30.intoArray(c, co + 3 * cp);
    c31.intoArray(c, co + 3 * cp + LANES);
  }

  private static void one(
      int inner,
      double[] a,
      int ao,
      int ap,
      int as,
      double[] b,
      int bo,
      int bp,
      double[] c,
      int co,
      int cp) {
    DoubleVector zero = DoubleVector.zero(SPECIES);
    DoubleVector c0 = zero, c1 = zero, c2 = zero, c3 = zero;
    int p = ao;
    int q = bo;
    for (int k = 0; k < inner; k++) {
      DoubleVector column = DoubleVector.fromArray(SPECIES, b, q);
      c0 = DoubleVector.broadcast(SPECIES, a[p]).fma(column, c0);
      c1 = DoubleVector.broadcast(SPECIES, a[p + ap]).fma(column, c1);
      c2 = DoubleVector.broadcast(SPECIES, a[p + 2 * ap]).fma(column, c2);
      c3 = DoubleVector.broadcast(SPECIES, a[p + 3 * ap]).fma(column, c3);
      p += as;
      q += bp;
    }
    c0.intoArray(c, co);
    c1.intoArray(c, co + cp);
    c2.intoArray(c, co + 2 * cp);
    c3.intoArray(c, co + 3 * cp);
  }
}
