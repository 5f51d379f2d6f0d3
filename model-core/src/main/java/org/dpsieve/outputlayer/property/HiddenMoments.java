package org.dpsieve.outputlayer.property;

import java.util.ArrayList;
import java.util.List;
import org.dpsieve.outputlayer.OpenBlas;

/** Mean and covariance of vectors, and its eigenvectors, the largest variance first. */
final class HiddenMoments {
  private static final int AT_ONCE = 512;

  private final int size;
  private final double[] sum;
  private final double[] products;
  private final double[] first; // taken off, so that large means leave digits
  private final List<double[]> waiting = new ArrayList<>();
  private long count;
  private double[] values;
  private double[] vectors;

  HiddenMoments(double[] first) {
    this.size = first.length;
    this.first = first.clone();
    this.sum = new double[size];
    this.products = new double[size * size];
  }

  int size() {
    return size;
  }

  void add(double[] x) {
    double[] rest = new double[size];
    for (int i = 0; i < size; i++) {
      rest[i] = x[i] - first[i];
      sum[i] += rest[i];
    }
    count++;
    waiting.add(rest);
    if (waiting.size() == AT_ONCE) {
      addWaiting();
    }
  }

  private void addWaiting() {
    double[] rows = new double[waiting.size() * size];
    for (int row = 0; row < waiting.size(); row++) {
      System.arraycopy(waiting.get(row), 0, rows, row * size, size);
    }
    double[] more = Products.inner(rows, waiting.size(), size);
    for (int k = 0; k < more.length; k++) {
      products[k] += more[k];
    }
    waiting.clear();
  }

  double[] mean() {
    double[] mean = first.clone();
    for (int i = 0; i < size; i++) {
      mean[i] += sum[i] / count;
    }
    return mean;
  }

  private void decompose() {
    if (values != null) {
      return;
    }
    addWaiting();
    vectors = new double[size * size];
    for (int i = 0; i < size; i++) {
      for (int j = 0; j < size; j++) {
        vectors[i * size + j] = products[i * size + j] / count - sum[i] / count * (sum[j] / count);
      }
    }
    values = OpenBlas.eigen(vectors, size);
  }

  /** Descending, not below 0. */
  double[] variances() {
    decompose();
    double[] descending = new double[size];
    for (int k = 0; k < size; k++) {
      descending[k] = Math.max(0, values[size - 1 - k]);
    }
    return descending;
  }

  /** The first eigenvectors as columns, row-major [size, kept]. */
  double[] directions(int kept) {
    decompose();
    double[] columns = new double[size * kept];
    for (int k = 0; k < Math.min(kept, size); k++) {
      for (int i = 0; i < size; i++) {
        columns[i * kept + k] = vectors[(size - 1 - k) * size + i];
      }
    }
    return columns;
  }
}
