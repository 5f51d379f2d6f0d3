package org.dpsieve.outputlayer.property;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.dpsieve.frame.Property;
import org.dpsieve.infer.AtomFeatures;
import org.dpsieve.model.PropertyHead;
import org.dpsieve.model.PropertyHead.Form;
import org.dpsieve.text.Counted;

/**
 * A property as a linear function of the output layer's parameters: rows of a design matrix, and
 * parameters to an output layer and back. With g = Pᵀ (h - c) of an atom's last hidden layer h,
 * behind it a one for its type, the parameters of
 *
 * <ul>
 *   <li>an invariant are w[slot, component], the row of a frame Σ g (of an intensive property over
 *       the number of atoms);
 *   <li>a dipole w[slot, m], three rows Σ g ⊗ E[a];
 *   <li>a tensor w[slot, m] and a shift of the diagonal for each type, nine rows Σ g ⊗ (E[a] E[b]).
 * </ul>
 *
 * @param property of frames
 * @param form what turning the frame does to it
 * @param group the net of each type, [types]: types of one net share its weights
 * @param centre c, [groups][hidden width]
 * @param projection P, of orthonormal columns, [groups], row-major [hidden width, kept]
 * @param width of the equivariant part E, [3, width]; 1 for an invariant
 */
public record PropertyDesign(
    Property property, Form form, int[] group, double[][] centre, double[][] projection, int width)
    implements Serializable {

  int types() {
    return group.length;
  }

  int hidden() {
    return centre[0].length;
  }

  int kept() {
    return projection[0].length / hidden();
  }

  private int slots() {
    return centre.length * kept() + types();
  }

  private boolean isTensor() {
    return form == Form.POLAR_DIAGONAL;
  }

  /** Parameters, of each component where the property is an invariant. */
  public int size() {
    return slots() * width + (isTensor() ? types() : 0);
  }

  /** Rows of a frame or an atom. */
  public int rows() {
    return switch (form) {
      case INVARIANT -> 1;
      case DIPOLE -> 3;
      default -> 9;
    };
  }

  /** Row-major [rows, size], of a frame. */
  public double[] ofFrame(AtomFeatures features) {
    double[] rows = new double[rows() * size()];
    int atoms = add(features, 0, features.types().length, rows);
    for (int k = 0; property.intensive() && k < rows.length; k++) {
      rows[k] /= atoms;
    }
    return rows;
  }

  /** Row-major [atoms, rows, size], of those of its atoms that have a value. */
  double[] ofAtoms(AtomFeatures features) {
    List<double[]> each = new ArrayList<>();
    for (int i = 0; i < features.types().length; i++) {
      double[] rows = new double[rows() * size()];
      if (add(features, i, i + 1, rows) > 0) {
        each.add(rows);
      }
    }
    return each.stream().flatMapToDouble(Arrays::stream).toArray();
  }

  /**
   * Adds the rows of some atoms.
   *
   * @return how many of them have a value
   */
  private int add(AtomFeatures features, int from, int to, double[] rows) {
    double[][] sums = new double[centre.length][]; // of h - c times E, [rows, hidden, width]
    int atoms = 0;
    for (int i = from; i < to; i++) {
      if (features.hidden()[i] != null) {
        add(features, i, rows, sums);
        atoms++;
      }
    }
    for (int g = 0; g < sums.length; g++) {
      if (sums[g] != null) {
        project(sums[g], g, rows);
      }
    }
    return atoms;
  }

  private void add(AtomFeatures features, int atom, double[] rows, double[][] sums) {
    int type = features.types()[atom];
    int g = group[type];
    if (sums[g] == null) {
      sums[g] = new double[rows() * hidden() * width];
    }
    double[] h = features.hidden()[atom];
    int ownOne = centre.length * kept() + type;
    for (int row = 0; row < rows(); row++) {
      for (int m = 0; m < width; m++) {
        double e = direction(features.equivariant()[atom], row, m);
        for (int k = 0; k < h.length; k++) {
          sums[g][(row * h.length + k) * width + m] += (h[k] - centre[g][k]) * e;
        }
        rows[row * size() + ownOne * width + m] += e;
      }
      if (isTensor() && row % 4 == 0) {
        rows[row * size() + slots() * width + type] += 1;
      }
    }
  }

  private double direction(double[] e, int row, int m) {
    return switch (form) {
      case INVARIANT -> 1;
      case DIPOLE -> e[row * width + m];
      default -> e[row / 3 * width + m] * e[row % 3 * width + m];
    };
  }

  /** Pᵀ times a sum, to its places. */
  private void project(double[] sum, int g, double[] rows) {
    boolean identity = isIdentity(projection[g]);
    for (int row = 0; row < rows(); row++) {
      double[] some = Arrays.copyOfRange(sum, row * hidden() * width, (row + 1) * hidden() * width);
      double[] own =
          identity ? some : Products.transposedTimes(projection[g], hidden(), kept(), some, width);
      System.arraycopy(own, 0, rows, row * size() + g * kept() * width, own.length);
    }
  }

  /** Of orthonormal columns the ones on the diagonal tell. */
  private boolean isIdentity(double[] p) {
    int hidden = hidden();
    boolean identity = kept() == hidden;
    for (int k = 0; identity && k < hidden; k++) {
      identity = p[k * hidden + k] == 1;
    }
    return identity;
  }

  /**
   * The output layer of some parameters.
   *
   * @param parameters row-major [size, components], one component but for invariants
   * @param components numbers of the property, if an invariant; else 1
   */
  PropertyHead head(double[] parameters, int components) {
    int outputs = form == Form.INVARIANT ? components : width;
    double[][] ofGroup = new double[centre.length][];
    for (int g = 0; g < ofGroup.length; g++) {
      ofGroup[g] = weight(parameters, g, outputs);
    }
    double[][] weight = new double[types()][];
    double[][] bias = new double[types()][outputs];
    double[] shift = new double[types()];
    for (int t = 0; t < types(); t++) {
      double[] c = centre[group[t]];
      weight[t] = ofGroup[group[t]];
      for (int k = 0; k < outputs; k++) {
        bias[t][k] = parameters[(centre.length * kept() + t) * outputs + k];
        for (int h = 0; h < c.length; h++) {
          bias[t][k] -= c[h] * weight[t][h * outputs + k];
        }
      }
      shift[t] = isTensor() ? parameters[slots() * width + t] : 0;
    }
    int dimension = form == Form.INVARIANT ? components : rows();
    return new PropertyHead(property, form, dimension, weight, bias, shift);
  }

  /** Row-major [hidden width, outputs]. */
  private double[] weight(double[] parameters, int g, int outputs) {
    double[] p = projection[g];
    double[] weight = new double[hidden() * outputs];
    for (int h = 0; h < hidden(); h++) {
      for (int j = 0; j < kept(); j++) {
        for (int k = 0; k < outputs; k++) {
          weight[h * outputs + k] += p[h * kept() + j] * parameters[(g * kept() + j) * outputs + k];
        }
      }
    }
    return weight;
  }

  /** Types in the order of their nets, for messages. */
  @Override
  public String toString() {
    return "%s by %,d of %s, nets of types %s"
        .formatted(property, kept(), Counted.of(hidden(), "hidden unit"), Arrays.toString(group));
  }
}
