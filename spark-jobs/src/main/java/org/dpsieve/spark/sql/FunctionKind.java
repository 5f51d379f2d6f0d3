package org.dpsieve.spark.sql;

import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.dpsieve.deviation.FrameDeviation;
import org.dpsieve.spark.deviation.DeviationStage;

/** The functions, as SQL knows them. */
public enum FunctionKind {
  MODEL_DEVI(
      "model_devi",
      "_FUNC_(models, z, coord, cell) - Deviation of the models' predictions, as dp model-devi has"
          + " it: a struct of max_devi_v, min_devi_v, avg_devi_v (eV per atom), max_devi_f,"
          + " min_devi_f, avg_devi_f (eV/Å), devi_e (eV per atom)."),
  DP_ENERGY(
      "dp_energy",
      "_FUNC_(models, z, coord, cell) - Energy (eV) by a Deep Potential; of several, the mean."),
  DP_FORCE(
      "dp_force",
      "_FUNC_(models, z, coord, cell) - Forces (eV/Å), 3 numbers per atom, by a Deep Potential; of"
          + " several, the mean."),
  DP_PROPERTY(
      "dp_property",
      "_FUNC_(models, z, coord, cell) - A property of the frame (fitting property, dos, dipole or"
          + " polar) by a model of it, its numbers in order; of several, the mean."),
  DP_SIGMA(
      "dp_sigma",
      "_FUNC_(models, posteriors, z, coord, cell) - How far off Deep Potentials may be, standard"
          + " deviations by their posteriors: a struct of sigma_e (eV per atom), sigma_f (eV/Å, the"
          + " largest over atoms), rms_sigma_f (eV/Å, of components), sigma_f_atoms (eV/Å, of each"
          + " atom). Posteriors are files of dpsieve posterior, one for each model, or what a"
          + " training of a run has left."),
  DP_D3(
      "dp_d3",
      "_FUNC_(z, coord, cell[, functional[, damping]]) - DFT-D3 dispersion, by default of pbe with"
          + " zero damping: a struct of energy (eV), force (eV/Å), virial (eV)."),
  DP_D4(
      "dp_d4",
      "_FUNC_(z, coord, cell[, functional[, charge]]) - DFT-D4 dispersion by dftd4 itself, three-body"
          + " terms included, by default of pbe and no charge: a struct of energy (eV), force (eV/Å),"
          + " virial (eV). SET dpsieve.python names the Python that has dftd4 and"
          + " ASE, else DPSIEVE_PYTHON.");

  static final DataType INTS = DataTypes.createArrayType(DataTypes.IntegerType, true);
  static final DataType DOUBLES = DataTypes.createArrayType(DataTypes.DoubleType, true);

  private final String sqlName;
  private final String usage;

  FunctionKind(String sqlName, String usage) {
    this.sqlName = sqlName;
    this.usage = usage;
  }

  public String sqlName() {
    return sqlName;
  }

  /** What {@code DESCRIBE FUNCTION} says. */
  public String usage() {
    return usage;
  }

  /** The same of {@code EXTENDED}: arguments. */
  public String argumentsText() {
    StringBuilder text = new StringBuilder("\n    Arguments:\n");
    if (usesModels()) {
      line(
          text,
          "models",
          "constant text or array of texts: files of models or patterns, also several separated by"
              + " commas; on any Hadoop file system");
    }
    if (this == DP_SIGMA) {
      line(text, "posteriors", "likewise, in the models' order");
    }
    line(text, "z", "array of atomic numbers, or of names of types");
    line(text, "coord", "array of 3 numbers per atom, Å");
    line(text, "cell", "array of 9 numbers, Å, rows are lattice vectors; null if not periodic");
    if (this == DP_D3) {
      line(text, "functional", "constant text, as dftd3 names it; default 'pbe'");
      line(text, "damping", "'zero' (default) or 'bj'");
    }
    if (this == DP_D4) {
      line(text, "functional", "constant text, as dftd4 names it; default 'pbe'");
      line(text, "charge", "of the frame, e; default 0");
    }
    return text.append("  ").toString();
  }

  private static void line(StringBuilder text, String name, String meaning) {
    text.append("      * ").append(name).append(" - ").append(meaning).append('\n');
  }

  /** The same: examples. */
  public String examplesText() {
    StringBuilder text = new StringBuilder("\n    Examples:\n");
    for (String query : examples()) {
      text.append("      > ").append(query).append(";\n");
    }
    return text.append("  ").toString();
  }

  private List<String> examples() {
    String from = " FROM deepmd.`data`";
    return switch (this) {
      case MODEL_DEVI ->
          List.of(
              "SELECT formula, max(_FUNC_('models/*/graph.pb', z, coord, cell).max_devi_f)"
                  + from
                  + " GROUP BY formula",
              "SELECT *"
                  + from
                  + " WHERE _FUNC_(array('a.pb', 'b.pb'), z, coord, cell).devi_e > 0.01");
      case DP_ENERGY -> List.of("SELECT _FUNC_('graph.pb', z, coord, cell) - energy" + from);
      case DP_FORCE ->
          List.of("SELECT array_max(_FUNC_('models/*/graph.pb', z, coord, cell))" + from);
      case DP_PROPERTY -> List.of("SELECT _FUNC_('gap.dp', z, coord, cell)[0] AS band_gap" + from);
      case DP_SIGMA ->
          List.of(
              "SELECT _FUNC_('graph.pb', 'posterior.json', z, coord, cell).sigma_f" + from,
              "SELECT system, index, s.sigma_e, s.sigma_f_atoms FROM (SELECT *,"
                  + " _FUNC_('run/iter.000003/00.train/graph.*.pb', 'run/iter.000003/00.train', z,"
                  + " coord, cell) AS s"
                  + from
                  + ")");
      case DP_D3 ->
          List.of(
              "SELECT energy + _FUNC_(z, coord, cell, 'pbe', 'bj').energy" + from,
              "SELECT _FUNC_(array(8, 1, 1), array(0, 0, 0, 0.96, 0, 0, -0.24, 0.93, 0),"
                  + " null).energy");
      case DP_D4 ->
          List.of(
              "SELECT energy + _FUNC_(z, coord, cell, 'r2scan').energy" + from,
              "SELECT _FUNC_(z, coord, cell, 'pbe', fparam[0]).force" + from);
    };
  }

  boolean usesModels() {
    return this != DP_D3 && this != DP_D4;
  }

  /** Constants come before the frame for models, after it for dispersion. */
  int firstFrameArgument() {
    return !usesModels() ? 0 : this == DP_SIGMA ? 2 : 1;
  }

  int leastArguments() {
    return firstFrameArgument() + 3;
  }

  int mostArguments() {
    return !usesModels() ? 5 : leastArguments();
  }

  DataType type() {
    return switch (this) {
      case MODEL_DEVI -> {
        StructType numbers = new StructType();
        for (String name : FrameDeviation.NAMES) {
          numbers = numbers.add(name, DataTypes.DoubleType, false);
        }
        yield numbers;
      }
      case DP_SIGMA -> {
        StructType numbers = new StructType();
        for (String name : List.of("sigma_e", "sigma_f", "rms_sigma_f")) {
          numbers = numbers.add(name, DataTypes.DoubleType, false);
        }
        yield numbers.add(
            DeviationStage.SIGMA_ATOMS,
            DataTypes.createArrayType(DataTypes.DoubleType, false),
            false);
      }
      case DP_ENERGY -> DataTypes.DoubleType;
      case DP_FORCE, DP_PROPERTY -> DataTypes.createArrayType(DataTypes.DoubleType, false);
      case DP_D3, DP_D4 ->
          new StructType()
              .add("energy", DataTypes.DoubleType, false)
              .add("force", DataTypes.createArrayType(DataTypes.DoubleType, false), false)
              .add("virial", DataTypes.createArrayType(DataTypes.DoubleType, false), true);
    };
  }

  /** Types of the frame's arguments. */
  static List<DataType> frameTypes() {
    return new ArrayList<>(List.of(INTS, DOUBLES, DOUBLES));
  }
}
