package org.dpsieve.spark.deviation;

import static org.apache.spark.sql.functions.col;

import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.dpsieve.frame.Frame;
import org.dpsieve.infer.Ensemble;
import org.dpsieve.infer.EnsembleOptions;
import org.dpsieve.model.DeepPotential;
import org.dpsieve.neighbor.Geometry;
import org.dpsieve.spark.frames.FrameRows;

/** Why frames have no deviation, for those who see only that their numbers are NaN. */
public final class NotEvaluated {
  private NotEvaluated() {}

  /**
   * The first of the frames without numbers, by system and index, a line each: name and reason.
   *
   * @param deviations with {@code frame_id, max_devi_f}
   * @param frames those evaluated, with the columns of the frames dataset
   * @param models that evaluated; {@code null} where DeePMD-kit's own program did
   */
  public static List<String> first(
      int most,
      Dataset<Row> deviations,
      Dataset<Row> frames,
      List<DeepPotential> models,
      EnsembleOptions options) {
    List<Frame> first =
        frames
            .join(
                deviations.where(col("max_devi_f").isNaN()).select("frame_id"),
                new String[] {"frame_id"},
                "left_semi")
            .orderBy("system", "index")
            .limit(most)
            .collectAsList()
            .stream()
            .map(FrameRows::toFrame)
            .toList();
    if (models == null) {
      return first.stream()
          .map(
              frame ->
                  line(
                      frame,
                      Geometry.problem(frame.coord(), frame.cell())
                          .orElse("dp model-devi gives NaN")))
          .toList();
    }
    try (Ensemble ensemble = Ensemble.of(models, options)) {
      return first.stream()
          .map(frame -> line(frame, ensemble.problem(frame).orElse("the models give NaN")))
          .toList();
    }
  }

  private static String line(Frame frame, String reason) {
    return "Frame %s: %s".formatted(frame.name(), reason);
  }
}
