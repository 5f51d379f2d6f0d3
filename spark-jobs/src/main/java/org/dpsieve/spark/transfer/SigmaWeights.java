package org.dpsieve.spark.transfer;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.transform;

import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.dpsieve.outputlayer.LabelWeights;

/** Labels that come with standard deviations of their own count as these say. */
public final class SigmaWeights {
  private static final String SIGMA = "sigma_force";
  private static final String WEIGHT = "weight_force";

  private SigmaWeights() {}

  /** Whether labels come with standard deviations. */
  public static boolean known(Dataset<Row> labelled) {
    return List.of(labelled.columns()).contains(SIGMA);
  }

  /**
   * Labelled frames with the weights of their forces beside them, where they are known.
   *
   * @param error of forces that a fit may be left with, eV/Å: a label as uncertain as this counts
   *     half
   */
  public static Dataset<Row> beside(Dataset<Row> labelled, double error) {
    return known(labelled)
        ? labelled.withColumn(
            WEIGHT,
            transform(
                col(SIGMA),
                sigma -> {
                  var ratio = sigma.divide(lit(error));
                  return lit(1).divide(lit(1).plus(ratio.multiply(ratio)));
                }))
        : labelled;
  }

  /** {@code null} where all labels count 1. */
  static LabelWeights of(Row row) {
    List<String> columns = List.of(row.schema().fieldNames());
    if (!columns.contains(WEIGHT) || row.isNullAt(row.fieldIndex(WEIGHT))) {
      return null;
    }
    return new LabelWeights(
        row.<Double>getList(row.fieldIndex(WEIGHT)).stream()
            .mapToDouble(Double::doubleValue)
            .toArray());
  }
}
