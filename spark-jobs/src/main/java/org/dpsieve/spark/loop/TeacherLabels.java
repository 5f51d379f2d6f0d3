package org.dpsieve.spark.loop;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.expr;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.dpsieve.frame.Formula;
import org.dpsieve.label.EnergyShifts;
import org.dpsieve.loop.Facts;
import org.dpsieve.spark.frames.FrameRows;

/** What labels of a teacher say of it. */
final class TeacherLabels {
  /** More of them tell no more of a few shifts. */
  private static final int MOST_FRAMES = 10_000;

  private TeacherLabels() {}

  /**
   * Its energies beside those that the frames had.
   *
   * @param frames rows of the frames dataset with old labels
   * @param labelled those of them that got a label
   * @return empty where no frame has both energies
   */
  static Optional<EnergyShifts> shifts(Dataset<Row> frames, Dataset<Row> labelled) {
    List<EnergyShifts.Pair> pairs = new ArrayList<>();
    for (Row row :
        labelled
            .select("frame_id", "formula", "z", "energy")
            .join(
                frames.select(col("frame_id"), col("energy").as(FrameRows.OLD + "energy")),
                "frame_id")
            .where("energy IS NOT NULL AND old_energy IS NOT NULL AND NOT isnan(old_energy)")
            .orderBy("frame_id")
            .limit(MOST_FRAMES)
            .collectAsList()) {
      int[] z =
          row.<Integer>getList(row.fieldIndex("z")).stream().mapToInt(Integer::intValue).toArray();
      pairs.add(
          new EnergyShifts.Pair(
              Formula.counts(z, FrameRows.names(row.getAs("formula"))),
              row.<Double>getAs("energy") - row.<Double>getAs("old_energy")));
    }
    return EnergyShifts.of(pairs);
  }

  /** Standard deviations of the labels' forces; {@code null} where there are none. */
  static Facts.Sigma sigma(Dataset<Row> labelled) {
    Row row =
        labelled
            .where("sigma_force IS NOT NULL")
            .select(
                expr("sqrt(aggregate(sigma_force, double(0), (sum, s) -> sum + s * s) /"
                        + " size(sigma_force))")
                    .as("rms"))
            .agg(expr("percentile(rms, array(0.5, 0.95))"))
            .head();
    return row.isNullAt(0)
        ? null
        : new Facts.Sigma(row.<Double>getList(0).get(0), row.<Double>getList(0).get(1));
  }
}
