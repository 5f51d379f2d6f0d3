package org.dpsieve.kernel;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * GEMM by the Vector API for AVX-512: 8 rows by 3 vectors of columns stay in registers over the
 * whole inner dimension, so that every element is one chain of fused multiply-adds in the order of
 * k, whatever the other rows are. The right-hand matrix is laid out once in panels of 24 columns,
 * in the order in which they are read. Matrices that 24 columns divide badly are left to BLAS.
 */
final class VectorGemm implements Gemm {
  /** Doubles in a vector that this was written for. */
  static final int LANES = 8;

  private static final VectorSpecies<Double> SPECIES = DoubleVector.SPECIES_512;
  private static final int WIDTH = 3 * LANES;
  private static final int HEIGHT = 8;

  /** Columns of zeros, relative to all, that are still worth computing. */
  private static final double WASTE = 0.1;

  private final Gemm blas;

  VectorGemm(Gemm blas) {
    this.blas = blas;
  }

  @Override
  public String name() {
    return "vectors of %d doubles".formatted(LANES);
  }

  @Override
  public int rows() {
    return blas.rows();
  }

  @Override
  public Factor factor(double[] matrix, int inner, int columns) {
    int panels = (columns + WIDTH - 1) / WIDTH;
    if (panels * WIDTH > columns * (1 + WASTE) || rows() % HEIGHT != 0) {
      return blas.factor(matrix, inner, columns);
    }
    double[] packed = new double[panels * inner * WIDTH];
    for (int p = 0; p < panels; p++) {
      int used = Math.min(WIDTH, columns - p * WIDTH);
      for (int k = 0; k < inner; k++) {
        System.arraycopy(matrix, k * columns + p * WIDTH, packed, (p * inner + k) * WIDTH, used);
      }
    }
    return (a, c, count) -> {
      double[] edge = new double[HEIGHT * WIDTH];
      for (int p = 0; p < panels; p++) {
        int column = p * WIDTH;
        boolean whole = column + WIDTH <= columns;
        for (int i = 0; i < count; i += HEIGHT) {
          int to = i * columns + column;
          if (whole) {
            block(inner, a, i * inner, packed, p * inner * WIDTH, c, to, columns);
          } else {
            block(inner, a, i * inner, packed, p * inner * WIDTH, edge, 0, WIDTH);
            for (int r = 0; r < HEIGHT; r++) {
              System.arraycopy(edge, r * WIDTH, c, to + r * columns, columns - column);
            }
          }
        }
      }
    };
  }

  /** 8 rows of a by one panel: too many variables to be short, too hot to be anything else. */
  private static void block(
      int inner,
      double[] a,
      int aOffset,
      double[] b,
      int bOffset,
      double[] c,
      int cOffset,
      int pitch) {
    DoubleVector zero = DoubleVector.zero(SPECIES);
    DoubleVector c00 = zero, c01 = zero, c02 = zero;
    DoubleVector c10 = zero, c11 = zero, c12 = zero;
    DoubleVector c20 = zero, c21 = zero, c22 = zero;
    DoubleVector c30 = zero, c31 = zero, c32 = zero;
    DoubleVector c40 = zero, c41 = zero, c42 = zero;
    DoubleVector c50 = zero, c51 = zero, c52 = zero;
    DoubleVector c60 = zero, c61 = zero, c62 = zero;
    DoubleVector c70 = zero, c71 = zero, c72 = zero;
    for (int k = 0; k < inner; k++) {
      int q = bOffset + k * WIDTH;
      DoubleVector b0 = DoubleVector.fromArray(SPECIES, b, q);
      DoubleVector b1 = DoubleVector.fromArray(SPECIES, b, q + 1 * LANES);
      DoubleVector b2 = DoubleVector.fromArray(SPECIES, b, q + 2 * LANES);
      DoubleVector a0 = DoubleVector.broadcast(SPECIES, a[aOffset + k]);
      c00 = a0.fma(b0, c00);
      c01 = a0.fma(b1, c01);
      c02 = a0.fma(b2, c02);
      DoubleVector a1 = DoubleVector.broadcast(SPECIES, a[aOffset + inner + k]);
      c10 = a1.fma(b0, c10);
      c11 = a1.fma(b1, c11);
      c12 = a1.fma(b2, c12);
      DoubleVector a2 = DoubleVector.broadcast(SPECIES, a[aOffset + 2 * inner + k]);
      c20 = a2.fma(b0, c20);
      c21 = a2.fma(b1, c21);
      c22 = a2.fma(b2, c22);
      DoubleVector a3 = DoubleVector.broadcast(SPECIES, a[aOffset + 3 * inner + k]);
      c30 = a3.fma(b0, c30);
      c31 = a3.fma(b1, c31);
      c32 = a3.fma(b2, c32);
      DoubleVector a4 = DoubleVector.broadcast(SPECIES, a[aOffset + 4 * inner + k]);
      c40 = a4.fma(b0, c40);
      c41 = a4.fma(b1, c41);
      c42 = a4.fma(b2, c42);
      DoubleVector a5 = DoubleVector.broadcast(SPECIES, a[aOffset + 5 * inner + k]);
      c50 = a5.fma(b0, c50);
      c51 = a5.fma(b1, c51);
      c52 = a5.fma(b2, c52);
      DoubleVector a6 = DoubleVector.broadcast(SPECIES, a[aOffset + 6 * inner + k]);
      c60 = a6.fma(b0, c60);
      c61 = a6.fma(b1, c61);
      c62 = a6.fma(b2, c62);
      DoubleVector a7 = DoubleVector.broadcast(SPECIES, a[aOffset + 7 * inner + k]);
      c70 = a7.fma(b0, c70);
      c71 = a7.fma(b1, c71);
      c72 = a7.fma(b2, c72);
    }
    c00.intoArray(c, cOffset);
    c01.intoArray(c, cOffset + LANES);
    c02.intoArray(c, cOffset + 2 * LANES);
    c10.intoArray(c, cOffset + pitch);
    c11.intoArray(c, cOffset + pitch + LANES);
    c12.intoArray(c, cOffset + pitch + 2 * LANES);
    c20.intoArray(c, cOffset + 2 * pitch);
    c21.intoArray(c, cOffset + 2 * pitch + LANES);
    c22.intoArray(c, cOffset + 2 * pitch + 2 * LANES);
    c30.intoArray(c, cOffset + 3 * pitch);
    c31.intoArray(c, cOffset + 3 * pitch + LANES);
    c32.intoArray(c, cOffset + 3 * pitch + 2 * LANES);
    c40.intoArray(c, cOffset + 4 * pitch);
    c41.intoArray(c, cOffset + 4 * pitch + LANES);
    c42.intoArray(c, cOffset + 4 * pitch + 2 * LANES);
    c50.intoArray(c, cOffset + 5 * pitch);
    c51.intoArray(c, cOffset + 5 * pitch + LANES);
    c52.intoArray(c, cOffset + 5 * pitch + 2 * LANES);
    c60.intoArray(c, cOffset + 6 * pitch);
    c61.intoArray(c, cOffset + 6 * pitch + LANES);
    c62.intoArray(c, cOffset + 6 * pitch + 2 * LANES);
    c70.intoArray(c, cOffset + 7 * pitch);
    c71.intoArray(c, cOffset + 7 * pitch + LANES);
    c72.intoArray(c, cOffset + 7 * pitch + 2 * LANES);
  }
}
