package org.dpsieve.d3;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.GZIPInputStream;

/**
 * What DFT-D3 knows of elements 1 to 94, in atomic units; sources in the README beside the
 * resource. One instance per JVM, 0.5 MB.
 */
final class ReferenceValues {
  static final int LAST_ELEMENT = 94;

  /** Bohr radius in Å and Hartree in eV, CODATA 2018. */
  static final double BOHR = 0.529177210903;

  static final double HARTREE = 27.211386245988;

  private final double[] covalentRadius = new double[LAST_ELEMENT + 1];
  private final double[] r4r2 = new double[LAST_ELEMENT + 1];
  private final double[][] coordination = new double[LAST_ELEMENT + 1][];
  private final double[][] vdwRadius = new double[LAST_ELEMENT + 1][];
  private final double[][][] c6 = new double[LAST_ELEMENT + 1][LAST_ELEMENT + 1][];

  private ReferenceValues() {
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(
                new GZIPInputStream(ReferenceValues.class.getResourceAsStream("reference.txt.gz")),
                StandardCharsets.US_ASCII))) {
      lines.lines().filter(line -> !line.startsWith("#")).forEach(this::read);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static final class Holder {
    static final ReferenceValues VALUES = new ReferenceValues();
  }

  static ReferenceValues get() {
    return Holder.VALUES;
  }

  private void read(String line) {
    String[] word = line.split(" ");
    int z = Integer.parseInt(word[1]);
    switch (word[0]) {
      case "element" -> {
        r4r2[z] = Math.sqrt(0.5 * Double.parseDouble(word[2]) * Math.sqrt(z));
        covalentRadius[z] = 4.0 / 3.0 * Double.parseDouble(word[3]) * 1e-2 / BOHR;
        coordination[z] = numbers(word, 4, 1);
      }
      case "r0" -> vdwRadius[z] = numbers(word, 2, 1e-4 / BOHR);
      case "c6" -> {
        int other = Integer.parseInt(word[2]);
        c6[z][other] = numbers(word, 3, 1e-4);
        c6[other][z] = transpose(c6[z][other], coordination[z].length, coordination[other].length);
      }
      default -> throw new IllegalStateException("reference.txt.gz: unknown line " + line);
    }
  }

  private static double[] numbers(String[] word, int from, double unit) {
    return Arrays.stream(word, from, word.length)
        .mapToDouble(text -> Double.parseDouble(text) * unit)
        .toArray();
  }

  private static double[] transpose(double[] matrix, int rows, int columns) {
    double[] result = new double[matrix.length];
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < columns; j++) {
        result[j * rows + i] = matrix[i * columns + j];
      }
    }
    return result;
  }

  /** Scaled by 4/3, bohr. */
  double covalentRadius(int z) {
    return covalentRadius[z];
  }

  /** sqrt(sqrt(Z) <r4>/<r2> / 2), bohr: C8 = 3 C6 times this of both atoms. */
  double r4r2(int z) {
    return r4r2[z];
  }

  /** Coordination numbers of the element's reference systems, [references]; read only. */
  double[] coordination(int z) {
    return coordination[z];
  }

  /** R0 of a pair, bohr. */
  double vdwRadius(int z1, int z2) {
    return vdwRadius[Math.max(z1, z2)][Math.min(z1, z2) - 1];
  }

  /** Hartree bohr^6, row-major [references of z1, references of z2]; read only. */
  double[] c6(int z1, int z2) {
    return c6[z1][z2];
  }
}
