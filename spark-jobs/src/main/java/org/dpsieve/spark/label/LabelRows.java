package org.dpsieve.spark.label;

import static org.apache.spark.sql.types.DataTypes.DoubleType;
import static org.apache.spark.sql.types.DataTypes.StringType;
import static org.apache.spark.sql.types.DataTypes.createArrayType;

import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.StructType;
import org.dpsieve.frame.Labels;
import org.dpsieve.label.LabelResult;

/** What came of labelling frames, a row each. */
public final class LabelRows {
  /** Column of the value of the run's property. */
  public static final String PROPERTY = "property";

  /**
   * {@code outcome} and {@code reason} as {@link LabelResult}; energy in eV, force in eV/Å [nAtoms,
   * 3] and virial in eV [3, 3] row-major, standard deviations of energy, eV, and of force
   * components, eV/Å [nAtoms], the value of a property in its own unit; null where there is none.
   */
  public static final StructType SCHEMA =
      new StructType()
          .add("frame_id", StringType, false)
          .add("outcome", StringType, false)
          .add("reason", StringType, false)
          .add("energy", DoubleType, true)
          .add("force", createArrayType(DoubleType, false), true)
          .add("virial", createArrayType(DoubleType, false), true)
          .add("sigma_energy", DoubleType, true)
          .add("sigma_force", createArrayType(DoubleType, false), true)
          .add(PROPERTY, createArrayType(DoubleType, false), true);

  private LabelRows() {}

  static Row toRow(String frameId, LabelResult result) {
    Labels labels = result.labels();
    return RowFactory.create(
        frameId,
        result.outcome().key(),
        result.reason(),
        labels.energy(),
        labels.force(),
        labels.virial(),
        result.certainty() == null ? null : result.certainty().energy(),
        result.certainty() == null ? null : result.certainty().force(),
        result.property());
  }
}
