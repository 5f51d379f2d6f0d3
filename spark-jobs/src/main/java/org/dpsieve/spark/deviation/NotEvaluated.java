package org.dpsieve.spark.deviation;

import static org.apache.spark.sql.functions.col;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.dpsieve.frame.Frame;
import org.dpsieve.frame.FrameCheck;
import org.dpsieve.infer.Ensemble;
import org.dpsieve.infer.EnsembleOptions;
import org.dpsieve.model.DeepPotential;
import org.dpsieve.pick.Measure;
import org.dpsieve.spark.frames.FrameRows;
import org.dpsieve.spark.table.TableFrames;

/** Why frames have no deviation, for those who see only that their numbers are NaN. */
public final class NotEvaluated {
  /** The column of frames of somebody's table that says why a row is no frame. */
  private static final String REASON = TableFrames.REASON;

  private NotEvaluated() {}

  /**
   * The first of the frames without numbers, by system and index, a line each: name and reason.
   *
   * @param deviations with {@code frame_id} and the measure
   * @param measure NaN where a frame has no numbers
   * @param frames those evaluated, with the columns of the frames dataset
   * @param models that evaluated; {@code null} where DeePMD-kit did
   * @param problems that DeePMD-kit had, by {@code frame_id}, as far as they are known
   */
  public static List<String> first(
      int most,
      Dataset<Row> deviations,
      Measure measure,
      Dataset<Row> frames,
      List<DeepPotential> models,
      EnsembleOptions options,
      Map<String, String> problems) {
    List<Row> rows =
        frames
            .join(
                deviations.where(col(measure.column()).isNaN()).select("frame_id"),
                new String[] {"frame_id"},
                "left_semi")
            .orderBy("system", "index")
            .limit(most)
            .collectAsList();
    if (models == null) {
      return rows.stream()
          .map(row -> line(row, ofRow(row).orElseGet(() -> problem(row, problems))))
          .toList();
    }
    try (Ensemble ensemble = Ensemble.of(models, options)) {
      return rows.stream()
          .map(
              row -> {
                Frame frame = FrameRows.toFrame(row);
                return line(
                    row,
                    ofRow(row).or(() -> ensemble.problem(frame)).orElse("the models give NaN"));
              })
          .toList();
    }
  }

  /** What whoever read the row says of it. */
  private static Optional<String> ofRow(Row row) {
    return text(row, REASON);
  }

  private static Optional<String> text(Row row, String column) {
    return List.of(row.schema().fieldNames()).contains(column)
        ? Optional.ofNullable(row.getAs(column))
        : Optional.empty();
  }

  private static String problem(Row row, Map<String, String> problems) {
    String known = problems.get(row.<String>getAs("frame_id"));
    return known != null
        ? known
        : FrameCheck.problemBesideLabels(FrameRows.toFrame(row))
            .orElse("DeePMD-kit gives NaN, or could not evaluate it: see the log");
  }

  /** By frame, of pairs of id and reason. */
  static Map<String, String> byFrame(List<String[]> pairs) {
    Map<String, String> found = new HashMap<>();
    pairs.forEach(pair -> found.put(pair[0], pair[1]));
    return found;
  }

  /** With the library's own name of the frame, where there is one. */
  private static String line(Row row, String reason) {
    String id = text(row, TableFrames.LIBRARY_ID).map(name -> " (" + name + ")").orElse("");
    return "Frame %s%s: %s".formatted(FrameRows.toFrame(row).name(), id, reason);
  }
}
