package org.dpsieve.spark.loop;

import static org.apache.spark.sql.functions.col;

import java.util.Arrays;
import java.util.List;
import org.apache.spark.api.java.function.MapFunction;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.dpsieve.frame.Frame;
import org.dpsieve.frame.Labels;
import org.dpsieve.loop.Facts;
import org.dpsieve.spark.frames.FrameRows;
import scala.Tuple2;

/** Root mean square errors of labels that were predicted, against those that are known. */
final class LabelErrors {
  private static final String KNOWN = "known_";

  private LabelErrors() {}

  /**
   * @param predicted rows of the frames dataset
   * @param known such rows; frames that are not in both are left out
   * @return NaN of a kind that no frame has in both
   */
  static Facts.Errors of(Dataset<Row> predicted, Dataset<Row> known) {
    List<Tuple2<String, double[]>> frames =
        predicted
            .join(
                known.select(
                    col("frame_id"),
                    col("energy").as(KNOWN + "energy"),
                    col("force").as(KNOWN + "force"),
                    col("virial").as(KNOWN + "virial")),
                "frame_id")
            .map(
                (MapFunction<Row, Tuple2<String, double[]>>)
                    row -> new Tuple2<>(row.getString(row.fieldIndex("frame_id")), squares(row)),
                Encoders.tuple(Encoders.STRING(), Encoders.kryo(double[].class)))
            .collectAsList();
    double[] sums = new double[6];
    frames.stream()
        .sorted((a, b) -> a._1().compareTo(b._1())) // the same bits in any order
        .forEach(frame -> Arrays.setAll(sums, k -> sums[k] + frame._2()[k]));
    return new Facts.Errors(
        Math.sqrt(sums[0] / sums[1]), Math.sqrt(sums[2] / sums[3]), Math.sqrt(sums[4] / sums[5]));
  }

  /** Sums of squares and how many: energy per atom, force, virial per atom. */
  private static double[] squares(Row row) {
    Frame frame = FrameRows.toFrame(row);
    Labels said = frame.labels();
    Labels known = FrameRows.toFrame(row, KNOWN).labels();
    double n = frame.atomCount();
    double[] sums = new double[6];
    if (said.energy() != null && known.energy() != null) {
      add(new double[] {said.energy()}, new double[] {known.energy()}, n, sums, 0);
    }
    add(said.force(), known.force(), 1, sums, 2);
    add(said.virial(), known.virial(), n, sums, 4);
    return sums;
  }

  private static void add(double[] said, double[] known, double atoms, double[] sums, int at) {
    if (said != null && known != null) {
      for (int k = 0; k < said.length; k++) {
        double off = (said[k] - known[k]) / atoms;
        sums[at] += off * off;
      }
      sums[at + 1] += said.length;
    }
  }
}
