package org.dpsieve.outputlayer;

import java.io.Serializable;
import java.util.Arrays;
import org.dpsieve.error.InputException;
import org.dpsieve.frame.Frame;
import org.dpsieve.frame.Labels;

/**
 * Directions in the space of an output layer's parameters along which the errors of a model are
 * looked for: force components change along each by 1 on average over the labelled frames, and
 * those of different directions are not correlated; nor are energies per atom. Biases go along as
 * they change energies least.
 *
 * @param rows row-major [count, size]
 * @param count of directions
 * @param size number of parameters
 */
public record ErrorDirections(double[] rows, int count, int size) implements Serializable {
  /** Part of the largest eigenvalue below which forces say nothing of a direction. */
  private static final double CUTOFF = 1e-8;

  /** Of a frame: larger ones are looked at every second, third ... atom. */
  private static final int MOST_ATOMS = 64;

  /**
   * What one labelled frame shows: squared errors, and the squares that each direction would make.
   *
   * @param force of atoms, (eV/Å)², sums over the three components, [atoms]
   * @param byForce the same by direction, row-major [atoms, count]
   * @param energy of the energy per atom, eV²; NaN where it has no label
   * @param byEnergy the same by direction, [count]
   */
  public record Observation(double[] force, double[] byForce, double energy, double[] byEnergy)
      implements Serializable {}

  /**
   * @param labelled sums over labelled frames, forces among them
   * @param biases places of the biases
   * @throws InputException when no frame has a force label and atoms within reach of each other:
   *     forces say nothing of any direction then
   */
  public static ErrorDirections of(NormalEquations labelled, int[] biases) {
    int size = labelled.size();
    double[] energies = matrix(labelled.energy, size);
    double[] vectors = matrix(labelled.force, size);
    double[] values = OpenBlas.eigen(vectors, size);
    int first = 0;
    while (first < size && !(values[first] > CUTOFF * values[size - 1])) {
      first++;
    }
    int count = size - first;
    if (count == 0) {
      throw new InputException(
          "no labelled frame has a force label and atoms within the model's cutoff of each other: how far the model is off is learnt from forces; expected some frames with force.npy, forces of an extxyz file"
              + " or the like");
    }
    double perComponent = Math.max(1, labelled.frames());
    double[] rows = new double[count * size];
    for (int d = 0; d < count; d++) {
      double scale = Math.sqrt(perComponent / values[first + d]);
      for (int k = 0; k < size; k++) {
        rows[d * size + k] = scale * vectors[(first + d) * size + k];
      }
    }
    takeBiasesAlong(rows, count, size, energies, biases);
    return new ErrorDirections(turned(rows, count, size, energies), count, size);
  }

  private static double[] matrix(Moments moments, int size) {
    double[] matrix = new double[size * size];
    moments.addMatrix(1, matrix);
    return matrix;
  }

  /** Adds the biases that leave the least of the energies that a direction makes. */
  private static void takeBiasesAlong(
      double[] rows, int count, int size, double[] energies, int[] biases) {
    int n = biases.length;
    for (int d = 0; d < count; d++) {
      double[] matrix = new double[n * n];
      double[] right = new double[n];
      for (int i = 0; i < n; i++) {
        for (int k = 0; k < size; k++) {
          right[i] -= energies[biases[i] * size + k] * rows[d * size + k];
        }
        for (int j = 0; j < n; j++) {
          matrix[i * n + j] = energies[biases[i] * size + biases[j]];
        }
      }
      if (n > 0 && Arrays.stream(matrix).anyMatch(value -> value != 0)) {
        OpenBlas.leastSquares(matrix, right, CUTOFF);
        for (int i = 0; i < n; i++) {
          rows[d * size + biases[i]] += right[i];
        }
      }
    }
  }

  /** The same space, directions that do not share energies. */
  private static double[] turned(double[] rows, int count, int size, double[] energies) {
    double[] half = new double[count * size];
    for (int d = 0; d < count; d++) {
      for (int k = 0; k < size; k++) {
        double value = rows[d * size + k];
        for (int j = 0; value != 0 && j < size; j++) {
          half[d * size + j] += value * energies[k * size + j];
        }
      }
    }
    double[] form = new double[count * count];
    for (int a = 0; a < count; a++) {
      for (int b = 0; b <= a; b++) {
        double sum = 0;
        for (int k = 0; k < size; k++) {
          sum += half[a * size + k] * rows[b * size + k];
        }
        form[a * count + b] = sum;
        form[b * count + a] = sum;
      }
    }
    OpenBlas.eigen(form, count);
    double[] turned = new double[count * size];
    for (int d = 0; d < count; d++) {
      for (int a = 0; a < count; a++) {
        double part = form[d * count + a];
        for (int k = 0; k < size; k++) {
          turned[d * size + k] += part * rows[a * size + k];
        }
      }
    }
    return turned;
  }

  /**
   * @param labelled with a force or an energy label, or both
   * @param parameters of a model that has not seen the frame, [size]
   */
  public Observation observe(Frame labelled, FrameFeatures features, double[] parameters) {
    int atoms = labelled.atomCount();
    Labels labels = features.constant().takenFrom(labelled.labels());
    double[] label = labels.force();
    int step = (atoms + MOST_ATOMS - 1) / MOST_ATOMS;
    int some = label == null ? 0 : (atoms + step - 1) / step;
    double[] force = new double[some];
    double[] byForce = new double[some * count];
    for (int i = 0; i < some; i++) {
      for (int c = 3 * i * step; c < 3 * i * step + 3; c++) {
        double off = label[c] - product(features.force(), c, parameters, 0);
        force[i] += off * off;
        for (int d = 0; d < count; d++) {
          double change = product(features.force(), c, rows, d);
          byForce[i * count + d] += change * change;
        }
      }
    }
    Double energy = labels.energy();
    double off = Double.NaN;
    double[] byEnergy = new double[count];
    if (energy != null) {
      off = (energy - product(features.energy(), 0, parameters, 0)) / atoms;
      for (int d = 0; d < count; d++) {
        double change = product(features.energy(), 0, rows, d) / atoms;
        byEnergy[d] = change * change;
      }
    }
    return new Observation(force, byForce, off * off, byEnergy);
  }

  private double product(double[] x, int row, double[] y, int other) {
    double sum = 0;
    for (int k = 0; k < size; k++) {
      sum += x[row * size + k] * y[other * size + k];
    }
    return sum;
  }
}
