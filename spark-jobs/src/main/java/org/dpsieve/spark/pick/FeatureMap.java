package org.dpsieve.spark.pick;

import static org.apache.spark.sql.functions.avg;
import static org.apache.spark.sql.functions.broadcast;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.types.DataTypes.StringType;

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
import org.apache.commons.math3.linear.Array2DRowRealMatrix;
import org.apache.commons.math3.linear.EigenDecomposition;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.StructType;
import org.dpsieve.frame.Frame;
import org.dpsieve.infer.Ensemble;
import org.dpsieve.infer.EnsembleOptions;
import org.dpsieve.infer.Reading;
import org.dpsieve.model.DeepPotential;
import org.dpsieve.model.Precision;
import org.dpsieve.outputlayer.EnergyRow;
import org.dpsieve.outputlayer.OutputParameters;
import org.dpsieve.spark.frames.FrameRows;

/**
 * Where frames lie in feature space, in two numbers without unit, for people to look at: the first
 * two principal components of what energies per atom are made of, each feature measured by its
 * standard deviation. The components are those of a sample of the pool that depends on the frames
 * alone, so they are the same in all iterations of a run.
 *
 * @param sample of the pool, a pair for each frame
 * @param picked a pair for each
 */
public record FeatureMap(List<double[]> sample, List<double[]> picked) {
  /** In the folder of the picks; Spark takes no notice of names that begin so. */
  private static final String FILE = "_feature_map.json";

  private static final ObjectMapper JSON = new ObjectMapper();

  /** Frames of the sample: a cloud to the eye, two seconds to compute. */
  private static final int MOST_FRAMES = 400;

  private static final double MOST_ATOMS = 20_000;

  private static final int BATCH = 64; // frames

  /** Nets themselves, no tables: making those takes longer than so few frames. */
  private static final EnsembleOptions OPTIONS = new EnsembleOptions(false, Precision.FLOAT64);

  private record Point(String id, double[] features) implements Serializable {}

  /**
   * @param pool rows of the frames dataset
   * @param picked rows with {@code frame_id} of frames of the pool
   * @param model whose features; its output layer has no part in them
   * @throws org.dpsieve.error.UnsupportedModelException where the hidden layers of such a model
   *     cannot be read
   */
  public static FeatureMap of(Dataset<Row> pool, Dataset<Row> picked, DeepPotential model) {
    boolean[] all = new boolean[model.typeCount()];
    Arrays.fill(all, true);
    OutputParameters.of(model, all);
    Set<String> sample = ids(pool.orderBy("frame_id").limit(most(pool)));
    Set<String> picks = ids(picked);
    Set<String> both = new TreeSet<>(sample);
    both.addAll(picks);
    Dataset<Row> wanted =
        pool.sparkSession()
            .createDataFrame(
                both.stream().map(id -> RowFactory.create(id)).toList(),
                new StructType().add("frame_id", StringType, false));
    return of(points(pool.join(broadcast(wanted), "frame_id"), model, all), sample, picks);
  }

  private static Set<String> ids(Dataset<Row> frames) {
    return frames.select("frame_id").collectAsList().stream()
        .map(row -> row.getString(0))
        .collect(Collectors.toSet());
  }

  private static int most(Dataset<Row> pool) {
    double atoms = pool.agg(avg(col("natoms"))).head().getDouble(0);
    return (int) Math.max(1, Math.min(MOST_FRAMES, MOST_ATOMS / atoms));
  }

  /** Sorted by id; frames whose geometry makes no sense are left out. */
  private static List<Point> points(Dataset<Row> frames, DeepPotential model, boolean[] all) {
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
    EnergyRow energy = EnergyRow.of(model, OutputParameters.of(model, all));
    try (Ensemble ensemble = Ensemble.of(List.of(model), OPTIONS)) {
      while (rows.hasNext()) {
        List<String> ids = new ArrayList<>();
        List<Frame> frames = new ArrayList<>();
        while (rows.hasNext() && frames.size() < BATCH) {
          Row row = rows.next();
          ids.add(row.getAs("frame_id"));
          frames.add(FrameRows.toFrame(row));
        }
        List<Reading[]> readings = ensemble.read(frames, new double[1][][]);
        for (int k = 0; k < ids.size(); k++) {
          Reading reading = readings.get(k)[0];
          if (reading.hidden() != null) {
            points.add(new Point(ids.get(k), energy.of(reading.hidden(), reading.atoms())));
          }
        }
      }
    }
    return points;
  }

  private static FeatureMap of(List<Point> points, Set<String> sample, Set<String> picked) {
    List<double[]> some =
        points.stream().filter(p -> sample.contains(p.id())).map(Point::features).toList();
    if (some.isEmpty()) {
      return new FeatureMap(List.of(), List.of());
    }
    int size = some.get(0).length;
    double[] mean = new double[size];
    double[] scale = new double[size];
    for (int j = 0; j < size; j++) {
      int at = j;
      mean[j] = some.stream().mapToDouble(f -> f[at]).average().orElseThrow();
      double variance =
          some.stream().mapToDouble(f -> (f[at] - mean[at]) * (f[at] - mean[at])).sum()
              / some.size();
      scale[j] = variance > 0 ? 1 / Math.sqrt(variance) : 0;
    }
    double[][] axes = axes(some.stream().map(f -> scaled(f, mean, scale)).toList());
    FeatureMap map = new FeatureMap(new ArrayList<>(), new ArrayList<>());
    for (Point point : points) {
      double[] x = scaled(point.features(), mean, scale);
      double[] place = {dot(axes[0], x), dot(axes[1], x)};
      if (sample.contains(point.id())) {
        map.sample().add(place);
      }
      if (picked.contains(point.id())) {
        map.picked().add(place);
      }
    }
    return map;
  }

  private static double[] scaled(double[] features, double[] mean, double[] scale) {
    double[] x = new double[features.length];
    for (int j = 0; j < x.length; j++) {
      x[j] = scale[j] * (features[j] - mean[j]);
    }
    return x;
  }

  /** The first two, each with its sum not below 0, so that the map does not turn over. */
  private static double[][] axes(List<double[]> rows) {
    int size = rows.get(0).length;
    double[][] covariance = new double[size][size];
    for (double[] x : rows) {
      for (int i = 0; i < size; i++) {
        for (int j = 0; j < size; j++) {
          covariance[i][j] += x[i] * x[j] / rows.size();
        }
      }
    }
    EigenDecomposition sorted = new EigenDecomposition(new Array2DRowRealMatrix(covariance, false));
    double[][] axes = {sorted.getEigenvector(0).toArray(), sorted.getEigenvector(1).toArray()};
    for (double[] axis : axes) {
      double sign = Arrays.stream(axis).sum() < 0 ? -1 : 1;
      for (int j = 0; j < size; j++) {
        axis[j] *= sign;
      }
    }
    return axes;
  }

  private static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int k = 0; k < a.length; k++) {
      sum += a[k] * b[k];
    }
    return sum;
  }

  /**
   * @param picks folder of the table of picks
   */
  public void write(Path picks) {
    try {
      JSON.writeValue(picks.resolve(FILE).toFile(), this);
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
    try {
      return Optional.of(JSON.readValue(file.toFile(), FeatureMap.class));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
