package org.dpsieve.model.format;

import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.dpsieve.error.InputException;
import org.dpsieve.error.UnsupportedModelException;
import org.dpsieve.frame.Property;
import org.dpsieve.model.EnergyFitting;
import org.dpsieve.model.Layer;
import org.dpsieve.model.Network;
import org.dpsieve.model.PropertyHead;
import org.dpsieve.model.PropertyHead.Form;
import org.dpsieve.model.PropertyModel;
import org.dpsieve.text.Counted;

/**
 * The fittings {@code property}, {@code dos}, {@code dipole} and {@code polar} ({@code
 * deepmd/dpmodel/fitting}; what becomes of their outputs: {@code deepmd/dpmodel/atomic_model}).
 */
final class SerializedPropertyFitting {
  /** Versions of the layout that DeePMD-kit 3.2 reads. */
  static final Map<String, Integer> VERSIONS =
      Map.of("property", 6, "dos", 4, "dipole", 4, "polar", 5);

  private final Section fitting;
  private final String type;
  private final EnergyFitting nets;
  private final int types;

  private SerializedPropertyFitting(Section fitting, EnergyFitting nets) {
    this.fitting = fitting;
    this.type = fitting.text("type");
    this.nets = nets;
    this.types = nets.networks().length;
  }

  static boolean isOne(Section fitting) {
    return VERSIONS.containsKey(fitting.text("type", "ener"));
  }

  /**
   * @param nets as they are in the file
   * @param width of the equivariant part of the descriptor; 0 where it has none
   * @throws UnsupportedModelException when there is no hidden layer, or no equivariant part where
   *     the fitting needs one
   */
  static PropertyHead read(Section fitting, Section model, EnergyFitting nets, int width) {
    return new SerializedPropertyFitting(fitting, nets).head(model, width);
  }

  /** The nets up to the last hidden layer. */
  static EnergyFitting body(EnergyFitting nets, String file) {
    if (Arrays.stream(nets.networks()).anyMatch(net -> net.layers().size() < 2)) {
      throw new UnsupportedModelException(
          "%s: a fitting net without hidden layers (neuron: []) cannot be read".formatted(file));
    }
    int types = nets.networks().length;
    return new EnergyFitting(
        PropertyModel.bodies(nets.networks()),
        new boolean[types],
        new double[types],
        nets.extraInputs(),
        nets.precision());
  }

  private PropertyHead head(Section model, int width) {
    Form form = form();
    if (form.isEquivariant() && width == 0) {
      throw new UnsupportedModelException(
          "%s: a model of the fitting '%s' with a descriptor that has no directions"
              .formatted(fitting.file(), type));
    }
    int outputs = nets.networks()[0].outputSize();
    int dimension =
        switch (form) {
          case INVARIANT -> outputs;
          case DIPOLE -> 3;
          default -> 9;
        };
    if (outputs != form.outputs(dimension, width)) {
      throw new InputException(
          "%s: a fitting '%s' of %s for a descriptor of %s; damaged file?"
              .formatted(
                  fitting.file(),
                  type,
                  Counted.of(outputs, "output"),
                  Counted.of(width, "direction")));
    }
    double[][] factor = new double[types][outputs];
    double[][] shift = new double[types][outputs];
    double[] diagonal = new double[types];
    Arrays.stream(factor).forEach(row -> Arrays.fill(row, 1));
    if (form == Form.INVARIANT) {
      invariantStatistics(model, outputs, factor, shift);
    } else if (form != Form.DIPOLE) {
      polarStatistics(model, factor, diagonal);
    }
    double[] own = bias(outputs);
    Map<Network, double[]> folded = new IdentityHashMap<>();
    boolean sameFactor = Arrays.stream(factor).allMatch(row -> Arrays.equals(row, factor[0]));
    double[][] weight = new double[types][];
    double[][] bias = new double[types][outputs];
    for (int t = 0; t < types; t++) {
      Layer last = nets.networks()[t].outputLayer();
      double[] scale = factor[t];
      weight[t] =
          sameFactor
              ? folded.computeIfAbsent(nets.networks()[t], net -> scaled(last, scale))
              : scaled(last, scale);
      for (int k = 0; k < outputs; k++) {
        bias[t][k] = (last.bias()[k] + own[t * outputs + k]) * scale[k] + shift[t][k];
      }
    }
    return new PropertyHead(property(), form, dimension, weight, bias, diagonal);
  }

  private Form form() {
    return switch (type) {
      case "dipole" -> Form.DIPOLE;
      case "polar" -> fitting.flag("fit_diag", true) ? Form.POLAR_DIAGONAL : Form.POLAR_FULL;
      default -> Form.INVARIANT;
    };
  }

  private Property property() {
    String name =
        switch (type) {
          case "property" -> fitting.text("var_name", fitting.text("property_name", "property"));
          case "polar" -> "polarizability";
          default -> type;
        };
    return new Property(name, type.equals("property") && fitting.flag("intensive", false), false);
  }

  /** {@code bias_atom_e}, [types, outputs]. */
  private double[] bias(int outputs) {
    Section variables = fitting.section("@variables");
    if (!variables.has("bias_atom_e")) {
      return new double[types * outputs];
    }
    return variables.tensor("bias_atom_e", types, outputs).values();
  }

  /** Mean and standard deviation of the labels: of each type, or the first type's for all. */
  private void invariantStatistics(
      Section model, int outputs, double[][] factor, double[][] shift) {
    boolean own = !type.equals("property") || fitting.flag("distinguish_types", false);
    Section variables = model.section("@variables");
    double[] mean = variables.tensor("out_bias", 1, types, outputs).values();
    boolean scaled = type.equals("property") && variables.has("out_std");
    double[] deviation =
        scaled ? variables.tensor("out_std", 1, types, outputs).values() : new double[0];
    for (int t = 0; t < types; t++) {
      int from = own ? t * outputs : 0;
      for (int k = 0; k < outputs; k++) {
        shift[t][k] = mean[from + k];
        factor[t][k] = scaled ? deviation[from + k] : 1;
      }
    }
  }

  private void polarStatistics(Section model, double[][] factor, double[] diagonal) {
    Section variables = fitting.section("@variables");
    double[] scale = variables.has("scale") ? variables.tensor("scale", types, 1).values() : ones();
    for (int t = 0; t < types; t++) {
      Arrays.fill(factor[t], scale[t]);
    }
    if (!fitting.flag("shift_diag", true)) {
      return;
    }
    double[] constant =
        variables.has("constant_matrix")
            ? variables.tensor("constant_matrix", types).values()
            : new double[types];
    double[] mean = model.section("@variables").tensor("out_bias", 1, types, 9).values();
    for (int t = 0; t < types; t++) {
      double trace = mean[9 * t] + mean[9 * t + 4] + mean[9 * t + 8];
      diagonal[t] = scale[t] * (constant[t] + trace / 3);
    }
  }

  private double[] ones() {
    double[] ones = new double[types];
    Arrays.fill(ones, 1);
    return ones;
  }

  private static double[] scaled(Layer layer, double[] factor) {
    double[] weight = layer.weight().clone();
    for (int i = 0; i < weight.length; i++) {
      weight[i] *= factor[i % factor.length];
    }
    return weight;
  }

  /** Names of the fittings, for messages. */
  static List<String> names() {
    return VERSIONS.keySet().stream().sorted().toList();
  }
}
