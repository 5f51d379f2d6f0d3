package org.dpsieve.spark.deviation;

import static org.apache.spark.sql.types.DataTypes.DoubleType;
import static org.apache.spark.sql.types.DataTypes.StringType;

import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.dpsieve.deviation.FrameDeviation;

/**
 * Model deviation of frames as Spark rows: rows in, one row out per frame, in order, the partitions
 * kept. A row's numbers depend on its frame alone, to the last bit. A frame whose geometry makes no
 * sense has NaN in every column.
 */
public final class DeviationStage {
  /** eV per atom for {@code devi_v} and {@code devi_e}, eV/Å for {@code devi_f}. */
  public static final StructType SCHEMA = numbers();

  /** {@link #SCHEMA} and the models' root mean square error against the stored labels. */
  public static final StructType TRUE_ERROR_SCHEMA =
      SCHEMA.add("true_error_f", DoubleType, false).add("true_error_e", DoubleType, false);

  /**
   * What an ensemble that knows its uncertainty adds ({@link org.dpsieve.uncertainty.FrameSigma}):
   * standard deviations of the energy per atom (eV), of the force (eV/Å) as the largest over atoms
   * and as the root mean square over components, and the first two model by model.
   */
  private static final StructType SIGMA =
      new StructType()
          .add("sigma_e", DoubleType, false)
          .add("sigma_f", DoubleType, false)
          .add("rms_sigma_f", DoubleType, false)
          .add("sigma_e_models", new ArrayType(DoubleType, false), false)
          .add("sigma_f_models", new ArrayType(DoubleType, false), false);

  /**
   * What it adds where labels are predicted from old ones ({@link
   * org.dpsieve.uncertainty.ExpectedError}): eV per atom, and eV/Å as the largest over atoms and as
   * the root mean square over components.
   */
  private static final StructType EXPECTED =
      new StructType()
          .add("expected_e", DoubleType, false)
          .add("expected_f", DoubleType, false)
          .add("rms_expected_f", DoubleType, false);

  /** Last column of an engine that says it atom by atom: as {@code sigma_f}, [nAtoms], eV/Å. */
  public static final String SIGMA_ATOMS = "sigma_f_atoms";

  private DeviationStage() {}

  private static StructType numbers() {
    StructType schema = new StructType().add("frame_id", StringType, false);
    for (String name : FrameDeviation.NAMES) {
      schema = schema.add(name, DoubleType, false);
    }
    return schema;
  }

  /**
   * @param frames rows with at least {@code frame_id, system, index, z, coord, cell}
   * @return rows of {@link #SCHEMA}, with {@code sigma_*} where the ensemble is uncertain
   */
  public static Dataset<Row> apply(Dataset<Row> frames, DeviationEngine engine) {
    return frames.mapPartitions(
        (MapPartitionsFunction<Row, Row>) rows -> engine.evaluate(rows, false),
        Encoders.row(schema(SCHEMA, engine)));
  }

  private static StructType schema(StructType schema, DeviationEngine engine) {
    if (!engine.isUncertain()) {
      return schema;
    }
    StructType all = schema;
    for (StructField field : SIGMA.fields()) {
      all = all.add(field);
    }
    for (StructField field : engine.expectsErrors() ? EXPECTED.fields() : new StructField[0]) {
      all = all.add(field);
    }
    return all;
  }

  /**
   * As {@link #apply}, with the largest error of a force and the error of the energy per atom as
   * {@code dp model-devi --real_error} has them, which takes missing labels as zeros.
   *
   * @param frames rows of the frames dataset, labels included
   * @return rows of {@link #TRUE_ERROR_SCHEMA}, with {@code sigma_*} where the ensemble is
   *     uncertain
   */
  public static Dataset<Row> applyWithTrueError(Dataset<Row> frames, DeviationEngine engine) {
    return frames.mapPartitions(
        (MapPartitionsFunction<Row, Row>) rows -> engine.evaluate(rows, true),
        Encoders.row(schema(TRUE_ERROR_SCHEMA, engine)));
  }
}
