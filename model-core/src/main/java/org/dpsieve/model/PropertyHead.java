package org.dpsieve.model;

import java.io.Serializable;
import org.dpsieve.frame.Property;

/**
 * The output layer of a model of a quantity that is no energy: from the last hidden layer h of an
 * atom's fitting net, and for vectors and tensors the equivariant part of its descriptor, E (rows
 * of A = Rᵀ G / N but the first, [3, width]), to the atom's value. With o = h W + b, by type:
 *
 * <ul>
 *   <li>{@link Form#INVARIANT} ({@code property}, {@code dos}): o
 *   <li>{@link Form#DIPOLE}: E o
 *   <li>{@link Form#POLAR_DIAGONAL}: E diag(o) Eᵀ + shift 1
 *   <li>{@link Form#POLAR_FULL}: E (O + Oᵀ) Eᵀ / 2 + shift 1, O of [width, width] numbers
 * </ul>
 *
 * <p>The frame's value is their sum or, of an intensive quantity, their mean over the atoms that
 * have one ({@code deepmd/dpmodel/fitting/property_fitting.py}, {@code dipole_fitting.py}, {@code
 * polarizability_fitting.py}; {@code dpmodel/model/transform_output.py}).
 *
 * @param property what it gives; {@code property.atomic} is false
 * @param form how
 * @param dimension numbers of a frame: of vectors 3, of tensors 9
 * @param weight W, [types], row-major [hidden width, outputs], standard deviations of the labels
 *     and the like in it; the same object for all types of one net
 * @param bias b, [types][outputs], means of the labels in it
 * @param shift of the diagonal, [types]; zeros for other forms
 */
public record PropertyHead(
    Property property, Form form, int dimension, double[][] weight, double[][] bias, double[] shift)
    implements Serializable {

  /** What an atom's value does when the frame is turned. */
  public enum Form {
    INVARIANT,
    DIPOLE,
    POLAR_DIAGONAL,
    POLAR_FULL;

    /** Whether the equivariant part of the descriptor has a part in it. */
    public boolean isEquivariant() {
      return this != INVARIANT;
    }

    /**
     * Outputs of the net.
     *
     * @param dimension of the frame's value
     * @param width of the equivariant part, {@code neuron.last}
     */
    public int outputs(int dimension, int width) {
      return switch (this) {
        case INVARIANT -> dimension;
        case DIPOLE, POLAR_DIAGONAL -> width;
        case POLAR_FULL -> width * width;
      };
    }
  }

  public int outputs() {
    return bias[0].length;
  }

  /**
   * An atom's value.
   *
   * @param hidden its last hidden layer
   * @param equivariant its E, row-major [3, width]; not read for an invariant
   * @return [dimension]
   */
  public double[] value(int type, double[] hidden, double[] equivariant) {
    int outputs = outputs();
    double[] o = bias[type].clone();
    for (int h = 0; h < hidden.length; h++) {
      for (int k = 0; k < outputs; k++) {
        o[k] += hidden[h] * weight[type][h * outputs + k];
      }
    }
    return switch (form) {
      case INVARIANT -> o;
      case DIPOLE -> times(equivariant, o);
      case POLAR_DIAGONAL, POLAR_FULL -> tensor(equivariant, o, shift[type]);
    };
  }

  private static double[] times(double[] e, double[] o) {
    double[] vector = new double[3];
    for (int a = 0; a < 3; a++) {
      for (int m = 0; m < o.length; m++) {
        vector[a] += e[a * o.length + m] * o[m];
      }
    }
    return vector;
  }

  private double[] tensor(double[] e, double[] o, double diagonal) {
    int width = e.length / 3;
    double[] tensor = new double[9];
    for (int a = 0; a < 3; a++) {
      double[] row = new double[width]; // of E O
      for (int m = 0; m < width; m++) {
        if (form == Form.POLAR_DIAGONAL) {
          row[m] = e[a * width + m] * o[m];
        } else {
          for (int n = 0; n < width; n++) {
            row[m] += e[a * width + n] * (o[n * width + m] + o[m * width + n]) / 2;
          }
        }
      }
      for (int b = 0; b < 3; b++) {
        for (int m = 0; m < width; m++) {
          tensor[3 * a + b] += row[m] * e[b * width + m];
        }
      }
      tensor[4 * a] += diagonal;
    }
    return tensor;
  }
}
