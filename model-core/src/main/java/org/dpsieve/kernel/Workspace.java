package org.dpsieve.kernel;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * The scratch memory of one thread, shared by all models of an ensemble: it grows to what the
 * largest of them needs.
 */
public final class Workspace {
  private final List<double[]> slope = new ArrayList<>();
  private final List<double[]> other = new ArrayList<>();
  private final List<double[]> gradients = new ArrayList<>();
  private final Map<ModelKernel, Object> scratch = new IdentityHashMap<>();

  private Readout readout;
  private AtomReadout atoms;
  private double[] weights;

  /** What this thread keeps for one model. */
  <T> T scratch(ModelKernel model, Class<T> type, Supplier<T> make) {
    return type.cast(scratch.computeIfAbsent(model, key -> make.get()));
  }

  /** Output of the last hidden layer. */
  double[] lastHidden(int size) {
    return array(other, 3, size);
  }

  /** Slope of hidden layer {@code l}. */
  double[] slope(int l, int size) {
    return array(slope, l, size);
  }

  /** Two arrays by turns, {@code turn} even or odd. */
  double[] swap(int turn, int size) {
    return array(other, turn % 2, size);
  }

  /**
   * Descriptors, and in their place the derivatives by them: a block's arrays are larger than the
   * caches next to a core, and two of this size cost a twentieth more time.
   */
  double[] descriptors(int size) {
    return array(other, 2, size);
  }

  double[] sums(int size) {
    return array(other, 4, size);
  }

  double[] energies(int size) {
    return array(other, 5, size);
  }

  double[] products(int size) {
    return array(other, 6, size);
  }

  /** Derivatives by descriptors, of the output layer of that number among those at work. */
  double[] gradients(int layer, int size) {
    return array(gradients, layer, size);
  }

  /** What is read beside energies and forces; {@code null} for nothing. */
  public void read(Readout readout) {
    this.readout = readout;
  }

  Readout readout() {
    return readout;
  }

  /** What is read instead of energies and forces; {@code null} for nothing. */
  public void readAtoms(AtomReadout readout) {
    this.atoms = readout;
  }

  AtomReadout atoms() {
    return atoms;
  }

  /**
   * Each atom's part in forces and virial, [atoms of the batch]; its energy stays whole. {@code
   * null} for all of it.
   */
  void weigh(double[] weights) {
    this.weights = weights;
  }

  double[] weights() {
    return weights;
  }

  private static double[] array(List<double[]> arrays, int index, int size) {
    while (arrays.size() <= index) {
      arrays.add(new double[0]);
    }
    if (arrays.get(index).length < size) {
      arrays.set(index, new double[size]);
    }
    return arrays.get(index);
  }
}
