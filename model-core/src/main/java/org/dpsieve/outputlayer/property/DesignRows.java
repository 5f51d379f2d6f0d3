package org.dpsieve.outputlayer.property;

import java.util.ArrayList;
import java.util.List;

/**
 * Labels with the rows of a design matrix that predict them.
 *
 * @param size parameters
 * @param components columns of y
 * @param blocks rows that are left out together, in order: those of a frame, or of an atom
 */
record DesignRows(int size, int components, List<Block> blocks) {
  /**
   * @param x row-major [rows, size]
   * @param y row-major [rows, components], standardised
   */
  record Block(double[] x, double[] y) {}

  int rows() {
    return blocks.stream().mapToInt(block -> block.y().length / components).sum();
  }

  /** All rows below each other, each column divided by a number of its own. */
  double[] matrix(double[] scale) {
    double[] all = new double[Math.multiplyExact(rows(), size)];
    int to = 0;
    for (Block block : blocks) {
      for (int k = 0; k < block.x().length; k++) {
        all[to++] = block.x()[k] / scale[k % size];
      }
    }
    return all;
  }

  double[] labels() {
    double[] all = new double[rows() * components];
    int to = 0;
    for (Block block : blocks) {
      System.arraycopy(block.y(), 0, all, to, block.y().length);
      to += block.y().length;
    }
    return all;
  }

  /** Root mean square of every column, a floor under those of nothing. */
  double[] columnScale() {
    double[] square = new double[size];
    blocks.forEach(
        block -> {
          for (int k = 0; k < block.x().length; k++) {
            square[k % size] += block.x()[k] * block.x()[k];
          }
        });
    int rows = rows();
    double largest = 0;
    for (int k = 0; k < size; k++) {
      square[k] = Math.sqrt(square[k] / rows);
      largest = Math.max(largest, square[k]);
    }
    for (int k = 0; k < size; k++) {
      square[k] = Math.max(square[k], 1e-6 * (largest > 0 ? largest : 1));
    }
    return square;
  }

  /** With what some parameters predict taken off the labels. */
  DesignRows less(double[] parameters) {
    List<Block> rest = new ArrayList<>();
    for (Block block : blocks) {
      double[] y = block.y().clone();
      int rows = y.length / components;
      for (int row = 0; row < rows; row++) {
        for (int k = 0; k < size; k++) {
          double x = block.x()[row * size + k];
          for (int c = 0; c < components; c++) {
            y[row * components + c] -= x * parameters[k * components + c];
          }
        }
      }
      rest.add(new Block(block.x(), y));
    }
    return new DesignRows(size, components, rest);
  }
}
