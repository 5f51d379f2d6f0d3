package org.dpsieve.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * A constant right-hand matrix in single precision: {@link VectorGemm} with 16 lanes, and without a
 * BLAS for matrices that 48 columns divide badly.
 */
final class FloatGemm {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_512;
  private static final int LANES = 16;
  private static final int WIDTH = 3 * LANES;

  /** Rows are computed by this many: matrices need room for a multiple of it. */
  static final int HEIGHT = 8;

  private final int inner;
  private final int columns;
  private final float[] packed;

  /**
   * @param matrix row-major [inner, columns]; copied
   */
  FloatGemm(double[] matrix, int inner, int columns) {
    this.inner = inner;
    this.columns = columns;
    int panels = (columns + WIDTH - 1) / WIDTH;
    packed = new float[panels * inner * WIDTH];
    for (int k = 0; k < inner; k++) {
      for (int j = 0; j < columns; j++) {
        packed[(j / WIDTH * inner + k) * WIDTH + j % WIDTH] = (float) matrix[k * columns + j];
      }
    }
  }

  /**
   * c = a * this, by {@link #HEIGHT} rows until {@code count} of them are done.
   *
   * @param a row-major [rows, inner]
   * @param c row-major [rows, columns], overwritten
   */
  void multiply(float[] a, float[] c, int count) {
    float[] edge = new float[HEIGHT * WIDTH];
    for (int column = 0, panel = 0; column < columns; column += WIDTH, panel += inner * WIDTH) {
      boolean whole = column + WIDTH <= columns;
      for (int i = 0; i < count; i += HEIGHT) {
        int to = i * columns + column;
        if (whole) {
          block(inner, a, i * inner, packed, panel, c, to, columns);
        } else {
          block(inner, a, i * inner, packed, panel, edge, 0, WIDTH);
          for (int r = 0; r < HEIGHT; r++) {
            System.arraycopy(edge, r * WIDTH, c, to + r * columns, columns - column);
          }
        }
      }
    }
  }

  /** As {@link VectorGemm}'s. */
  private static void block(
      int inner,
      float[] a,
      int aOffset,
      float[] b,
      int bOffset,
      float[] c,
      int cOffset,
      int pitch) {
    FloatVector zero = FloatVector.zero(SPECIES);
    FloatVector c00 = zero, c01 = zero, c02 = zero;
    FloatVector c10 = zero, c11 = zero, c12 = zero;
    FloatVector c20 = zero, c21 = zero, c22 = zero;
    FloatVector c30 = zero, c31 = zero, c32 = zero;
    FloatVector c40 = zero, c41 = zero, c42 = zero;
    FloatVector c50 = zero, c51 = zero, c52 = zero;
    FloatVector c60 = zero, c61 = zero, c62 = zero;
    FloatVector c70 = zero, c71 = zero, c72 = zero;
    for (int k = 0; k < inner; k++) {
      int q = bOffset + k * WIDTH;
      FloatVector b0 = FloatVector.fromArray(SPECIES, b, q);
      FloatVector b1 = FloatVector.fromArray(SPECIES, b, q + 1 * LANES);
      FloatVector b2 = FloatVector.fromArray(SPECIES, b, q + 2 * LANES);
      FloatVector a0 = FloatVector.broadcast(SPECIES, a[aOffset + k]);
      c00 = a0.fma(b0, c00);
      c01 = a0.fma(b1, c01);
      c02 = a0.fma(b2, c02);
      FloatVector a1 = FloatVector.broadcast(SPECIES, a[aOffset + inner + k]);
      c10 = a1.fma(b0, c10);
      c11 = a1.fma(b1, c11);
      c12 = a1.fma(b2, c12);
      FloatVector a2 = FloatVector.broadcast(SPECIES, a[aOffset + 2 * inner + k]);
      c20 = a2.fma(b0, c20);
      c21 = a2.fma(b1, c21);
      c22 = a2.fma(b2, c22);
      FloatVector a3 = FloatVector.broadcast(SPECIES, a[aOffset + 3 * inner + k]);
      c30 = a3.fma(b0, c30);
      c31 = a3.fma(b1, c31);
      c32 = a3.fma(b2, c32);
      FloatVector a4 = FloatVector.broadcast(SPECIES, a[aOffset + 4 * inner + k]);
      c40 = a4.fma(b0, c40);
      c41 = a4.fma(b1, c41);
      c42 = a4.fma(b2, c42);
      FloatVector a5 = FloatVector.broadcast(SPECIES, a[aOffset + 5 * inner + k]);
      c50 = a5.fma(b0, c50);
      c51 = a5.fma(b1, c51);
      c52 = a5.fma(b2, c52);
      FloatVector a6 = FloatVector.broadcast(SPECIES, a[aOffset + 6 * inner + k]);
      c60 = a6.fma(b0, c60);
      c61 = a6.fma(b1, c61);
      c62 = a6.fma(b2, c62);
      FloatVector a7 = FloatVector.broadcast(SPECIES, a[aOffset + 7 * inner + k]);
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
