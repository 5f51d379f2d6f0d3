package org.dpsieve.spark.pick;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.dpsieve.frame.Frame;
import org.dpsieve.infer.EnsembleOptions;
import org.dpsieve.infer.OutputLayerReader;
import org.dpsieve.io.JsonFile;
import org.dpsieve.model.DeepPotential;
import org.dpsieve.model.Precision;
import org.dpsieve.outputlayer.EnergyRow;
import org.dpsieve.outputlayer.OutputParameters;
import org.dpsieve.spark.frames.FrameRows;
import org.dpsieve.spark.frames.FrameSample;

/**
 * Where frames lie in feature space, in two numbers without unit, for people to look at. Axes and
 * sample are found once a run, with its first picks; they depend on the pool's frames alone.
 *
 * @param sample of the pool, a pair for each frame; empty in all maps of a run but its first
 * @param picked a pair for each
 * @param axes {@code null} in all maps of a run but its first, and where no frame has features
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record FeatureMap(List<double[]> sample, List<double[]> picked, FeatureAxes axes) {
  /** In the folder of the picks; Spark takes no notice of names that begin so. */
  private static final String FILE = "_feature_map.json";

  private static final ObjectMapper JSON = new ObjectMapper();

  private static final int BATCH = 64; // frames

  /** With tables: frozen embedding nets have theirs already. */
  private static final EnsembleOptions OPTIONS = new EnsembleOptions(true, Precision.FLOAT64);

  private record Point(String id, double[] features) implements Serializable {}

  /**
   * The first of a run.
   *
   * @param pool rows of the frames dataset
   * @param picked rows with {@code frame_id} of frames of the pool
   * @param model whose features; its output layer has no part in them
   * @throws org.dpsieve.error.UnsupportedModelException where the hidden layers of such a model
   *     cannot be read
   */
  public static FeatureMap first(Dataset<Row> pool, Dataset<Row> picked, DeepPotential model) {
    Set<String> sample = FrameSample.ids(pool);
    Set<String> picks = ids(picked);
    Set<String> both = new TreeSet<>(sample);
    both.addAll(picks);
    List<Point> points = points(pool, both, model);
    List<double[]> some =
        points.stream().filter(p -> sample.contains(p.id())).map(Point::features).toList();
    if (some.isEmpty()) {
      return new FeatureMap(List.of(), List.of(), null);
    }
    FeatureAxes axes = FeatureAxes.of(some);
    return new FeatureMap(
        some.stream().map(axes::place).toList(),
        points.stream()
            .filter(p -> picks.contains(p.id()))
            .map(p -> axes.place(p.features()))
            .toList(),
        axes);
  }

  /** The map of later picks of the run. */
  public FeatureMap later(Dataset<Row> pool, Dataset<Row> picked, DeepPotential model) {
    List<Point> points = axes == null ? List.of() : points(pool, ids(picked), model);
    return new FeatureMap(
        List.of(), points.stream().map(p -> axes.place(p.features())).toList(), null);
  }

  private static Set<String> ids(Dataset<Row> frames) {
    return frames.select("frame_id").collectAsList().stream()
        .map(row -> row.getString(0))
        .collect(Collectors.toSet());
  }

  /** Of some frames of the pool, sorted by id; those whose geometry makes no sense are left out. */
  private static List<Point> points(Dataset<Row> pool, Set<String> ids, DeepPotential model) {
    boolean[] all = new boolean[model.typeCount()];
    Arrays.fill(all, true);
    OutputParameters.of(model, all); // refuses here, not in a task
    if (ids.isEmpty()) {
      return List.of();
    }
    Dataset<Row> frames = FrameSample.of(pool, ids);
    JavaSparkContext context =
        JavaSparkContext.fromSparkContext(frames.sparkSession().sparkContext());
    Broadcast<DeepPotential> shared = context.broadcast(model);
    try {
      List<Point> points =
          new ArrayList<>(
              frames
                  .repartition(context.defaultParallelism())
                  .toJavaRDD()
                  .mapPartitions(rows -> points(rows, shared.value(), all).iterator())
                  .collect());
      points.sort(Comparator.comparing(Point::id));
      return points;
    } finally {
      shared.destroy();
    }
  }

  private static List<Point> points(Iterator<Row> rows, DeepPotential model, boolean[] all) {
    List<Point> points = new ArrayList<>();
    EnergyRow energy = EnergyRow.of(OutputParameters.of(model, all));
    try (OutputLayerReader reader = OutputLayerReader.of(List.of(model), OPTIONS)) {
      while (rows.hasNext()) {
        List<String> ids = new ArrayList<>();
        List<Frame> frames = new ArrayList<>();
        while (rows.hasNext() && frames.size() < BATCH) {
          Row row = rows.next();
          ids.add(row.getAs("frame_id"));
          frames.add(FrameRows.toFrame(row));
        }
        List<double[][]> hidden = reader.hidden(frames);
        for (int k = 0; k < ids.size(); k++) {
          if (hidden.get(k) != null) {
            double[] features = energy.of(hidden.get(k), frames.get(k).atomCount());
            if (Arrays.stream(features).allMatch(Double::isFinite)) {
              points.add(new Point(ids.get(k), features));
            }
          }
        }
      }
    }
    return points;
  }

  /**
   * @param picks folder of the table of picks
   */
  public void write(Path picks) {
    try {
      JSON.writeValue(Files.newOutputStream(picks.resolve(FILE)), this);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Empty where there is none. */
  public static Optional<FeatureMap> read(Path picks) {
    Path file = picks.resolve(FILE);
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    return Optional.of(JsonFile.read(file, FeatureMap.class));
  }
}
