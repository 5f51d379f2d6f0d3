package org.dpsieve.spark.sql;

import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.dpsieve.deviation.FrameDeviation;

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
  DP_D3(
      "dp_d3",
      "_FUNC_(z, coord, cell[, functional[, damping]]) - DFT-D3 dispersion, by default of pbe with"
          + " zero damping: a struct of energy (eV), force (eV/Å), virial (eV).");

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

  boolean usesModels() {
    return this != DP_D3;
  }

  /** Constants come before the frame for models, after it for D3. */
  int firstFrameArgument() {
    return usesModels() ? 1 : 0;
  }

  int leastArguments() {
    return usesModels() ? 4 : 3;
  }

  int mostArguments() {
    return usesModels() ? 4 : 5;
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
      case DP_ENERGY -> DataTypes.DoubleType;
      case DP_FORCE, DP_PROPERTY -> DataTypes.createArrayType(DataTypes.DoubleType, false);
      case DP_D3 ->
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
