package org.dpsieve.spark.rescreen;

import static org.apache.spark.sql.functions.broadcast;
import static org.apache.spark.sql.functions.col;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.expressions.Window;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.dpsieve.model.DeepPotential;
import org.dpsieve.pick.FrameClass;
import org.dpsieve.pick.Measure;
import org.dpsieve.spark.deviation.NotEvaluated;
import org.dpsieve.spark.frames.FrameRows;
import org.dpsieve.spark.frames.ParquetCommit;
import org.dpsieve.spark.frames.PartSize;
import org.dpsieve.spark.frames.StagedPath;
import org.dpsieve.spark.pick.PickContext;
import org.dpsieve.spark.pick.PickStage;
import org.dpsieve.spark.pick.PickStrategies;
import org.dpsieve.spark.table.TableFrames;

/**
 * What a rescreen found.
 *
 * @param frames in the result
 * @param measure that frames are summed up by
 * @param summary as {@link FormulaSummary#of} gives it, all frames first
 * @param candidates how many candidates the whole library has, with its interval; {@code null}
 *     unless a sample was looked at with levels
 * @param all frames of which the sample was taken; 0 without one
 * @param picked frames in {@code output.picks}
 * @param duplicates candidates that are equal to others, so that they are not picked twice
 * @param notEvaluated frames whose numbers are NaN
 * @param reasons why, of the first of them
 */
public record ScreenReport(
    long frames,
    Measure measure,
    List<Row> summary,
    SampleInterval candidates,
    long all,
    long picked,
    long duplicates,
    long notEvaluated,
    List<String> reasons) {

  /** Makes the summary and the picks from the committed deviations. */
  static final class Maker {
    /** Part files of picks: some thousand frames each. */
    private static final int ROWS_PER_FILE = 4096;

    private static final int MOST_REASONS = 10;

    private final SparkSession spark;
    private final RescreenOptions options;
    private final String result;
    private final Rescreen.Census census;
    private final Library library;
    private final List<DeepPotential> models;
    private final Map<String, String> problems;

    /**
     * @param models {@code null} where DeePMD-kit's own program evaluates
     */
    Maker(
        SparkSession spark,
        RescreenOptions options,
        String result,
        Rescreen.Census census,
        Library library,
        List<DeepPotential> models,
        Map<String, String> problems) {
      this.spark = spark;
      this.options = options;
      this.result = result;
      this.census = census;
      this.library = library;
      this.models = models;
      this.problems = problems;
    }

    ScreenReport make() throws IOException {
      Dataset<Row> classes = PickStage.classify(spark.read().parquet(result), options.trust());
      List<Row> summary = FormulaSummary.of(classes, measure());
      write(FormulaSummary.text(summary, options.levels() != null, measure()));
      Row all = summary.isEmpty() ? null : summary.get(0);
      long frames = all == null ? 0 : all.getLong(2);
      boolean sample = options.sample() < 1;
      SampleInterval interval =
          sample && options.levels() != null && all != null
              ? SampleInterval.of(all.getLong(4), frames, census.frames())
              : null;
      ParquetCommit.remove(spark, picks());
      long picked = 0;
      long duplicates = 0;
      if (options.pick() > 0 && all != null) {
        Dataset<Row> candidates = classes.where(col("class").equalTo(FrameClass.CANDIDATE.key()));
        Dataset<Row> unique =
            candidates
                .withColumn(
                    "copy",
                    functions
                        .row_number()
                        .over(Window.partitionBy("frame_id").orderBy("system", "index")))
                .where(col("copy").equalTo(1))
                .drop("copy");
        duplicates = all.getLong(4) - unique.count();
        picked = pick(unique);
      }
      return new ScreenReport(
          frames,
          measure(),
          summary,
          interval,
          sample ? census.frames() : 0,
          picked,
          duplicates,
          all == null ? 0 : all.getLong(10),
          all == null || all.getLong(10) == 0 ? List.of() : reasons(classes));
    }

    private Measure measure() {
      return options.columns().measure();
    }

    private List<String> reasons(Dataset<Row> deviations) {
      spark.sparkContext().setJobDescription("rescreen: frames that could not be evaluated");
      return NotEvaluated.first(
          MOST_REASONS,
          deviations,
          measure(),
          library.frames(List.copyOf(library.contents().keySet())),
          options.isElsewhere() ? null : models,
          options.ensemble(),
          problems);
    }

    private String picks() {
      return options.bareOutput() + ".picks";
    }

    /** Beside the result, which holds part files alone. */
    private void write(String summary) throws IOException {
      Path path = new Path(options.bareOutput() + ".summary.tsv");
      FileSystem files = DeviationFile.fileSystem(path, spark.sessionState().newHadoopConf());
      StagedPath.remove(files, path);
      try (OutputStream out = files.create(path, true)) {
        out.write(summary.getBytes(StandardCharsets.UTF_8));
      }
    }

    private Column[] columns() {
      return Stream.of(
              Arrays.stream(FrameRows.SCHEMA.fieldNames()),
              library.hasIds() ? Stream.of(TableFrames.LIBRARY_ID) : Stream.<String>of(),
              Stream.of(measure().column()))
          .flatMap(names -> names)
          .map(functions::col)
          .toArray(Column[]::new);
    }

    private long pick(Dataset<Row> candidates) {
      spark.sparkContext().setJobDescription("rescreen: picks");
      Dataset<Row> all = library.frames(List.copyOf(library.contents().keySet()));
      List<Row> chosen =
          PickStrategies.of(
                  options.strategy(),
                  measure(),
                  () ->
                      new PickContext(all, all.limit(0), options::featured, options.pick(), false))
              .order(candidates, options.seed(), 0)
              .limit(options.pick())
              .select("frame_id", "system", "index", measure().column())
              .collectAsList();
      if (chosen.isEmpty()) {
        return 0;
      }
      Dataset<Row> ids =
          spark.createDataFrame(
              chosen,
              new StructType()
                  .add("picked_id", DataTypes.StringType, false)
                  .add("picked_system", DataTypes.StringType, false)
                  .add("picked_index", DataTypes.IntegerType, false)
                  .add(measure().column(), DataTypes.DoubleType, false));
      Dataset<Row> frames =
          library
              .labelled(chosen.stream().map(row -> row.getString(1)).distinct().toList())
              .join(
                  broadcast(ids),
                  col("frame_id")
                      .equalTo(col("picked_id"))
                      .and(col("system").equalTo(col("picked_system")))
                      .and(col("index").equalTo(col("picked_index"))))
              .select(columns())
              // a table may hold a row twice
              .dropDuplicates("frame_id", "system", "index");
      ParquetCommit.write(
          frames,
          List.of("formula", "frame_id"),
          PartSize.rows(ROWS_PER_FILE),
          picks(),
          Map.of("kind", "frames"));
      return chosen.size();
    }
  }
}
