package org.dpsieve.spark.report;

import static org.apache.spark.sql.functions.array_max;
import static org.apache.spark.sql.functions.array_min;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.greatest;
import static org.apache.spark.sql.functions.least;
import static org.apache.spark.sql.functions.max;
import static org.apache.spark.sql.functions.min;
import static org.apache.spark.sql.types.DataTypes.DoubleType;
import static org.apache.spark.sql.types.DataTypes.createArrayType;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.DoubleStream;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.dpsieve.frame.Frame;
import org.dpsieve.infer.Prediction;
import org.dpsieve.report.RunReport;
import org.dpsieve.spark.deviation.EnsembleHandle;
import org.dpsieve.spark.frames.FrameRows;

/** What models say against labels, point by point, and counted in squares. */
public final class Parity {
  private static final int ATOMS_AT_ONCE = 8192;

  /** Squares along an axis: finer than a pen on paper needs. */
  private static final int SIZE = 56;

  /**
   * {@code energy}: eV per atom; {@code force}: eV/Å. Each array holds, for every model of the
   * first half of the ensemble, then of the second, as many numbers as the label has.
   */
  static final StructType SCHEMA =
      new StructType()
          .add("energy_label", createArrayType(DoubleType, false), false)
          .add("energy", createArrayType(DoubleType, false), false)
          .add("force_label", createArrayType(DoubleType, false), false)
          .add("force", createArrayType(DoubleType, false), false);

  private static final StructType CELLS =
      new StructType()
          .add("half", DataTypes.IntegerType, false)
          .add("x", DataTypes.IntegerType, false)
          .add("y", DataTypes.IntegerType, false)
          .add("points", DataTypes.LongType, false);

  private Parity() {}

  /** Labels and predictions of frames whose geometry makes sense. */
  public static Dataset<Row> points(Dataset<Row> labelled, EnsembleHandle ensemble) {
    return labelled.mapPartitions(
        (MapPartitionsFunction<Row, Row>) rows -> points(rows, ensemble), Encoders.row(SCHEMA));
  }

  private static Iterator<Row> points(Iterator<Row> rows, EnsembleHandle ensemble) {
    List<Row> points = new ArrayList<>();
    while (rows.hasNext()) {
      List<Frame> batch = new ArrayList<>();
      for (int atoms = 0; atoms < ATOMS_AT_ONCE && rows.hasNext(); ) {
        Frame frame = FrameRows.toFrame(rows.next());
        batch.add(frame);
        atoms += frame.atomCount();
      }
      List<Prediction[]> predictions = ensemble.ensemble().evaluate(batch);
      for (int i = 0; i < batch.size(); i++) {
        points.add(point(batch.get(i), predictions.get(i)));
      }
    }
    return points.iterator();
  }

  private static Row point(Frame frame, Prediction[] models) {
    double n = frame.atomCount();
    Double energy = frame.labels().energy();
    double[] force = frame.labels().force();
    return RowFactory.create(
        energy == null ? new double[0] : new double[] {energy / n},
        energy == null
            ? new double[0]
            : Arrays.stream(models).mapToDouble(model -> model.energy() / n).toArray(),
        force == null ? new double[0] : force,
        force == null
            ? new double[0]
            : Arrays.stream(models).flatMapToDouble(m -> DoubleStream.of(m.force())).toArray());
  }

  /**
   * The two halves of the ensemble on the same axes.
   *
   * @param quantity {@code energy} or {@code force}
   * @return before, after; empty when there is no such label
   */
  static List<RunReport.Grid> grids(Dataset<Row> points, String quantity) {
    String label = quantity + "_label";
    Row range =
        points
            .select(
                least(array_min(col(label)), array_min(col(quantity))).as("lo"),
                greatest(array_max(col(label)), array_max(col(quantity))).as("hi"))
            .where("NOT isnan(lo) AND NOT isnan(hi) AND abs(lo) < 1e300 AND abs(hi) < 1e300")
            .agg(min("lo"), max("hi"))
            .head();
    if (range.isNullAt(0)) {
      return List.of();
    }
    double lo = range.getDouble(0);
    double hi = range.getDouble(1);
    if (!(hi > lo)) {
      hi = lo + Math.max(1e-6, 1e-6 * Math.abs(lo));
    }
    double min = lo;
    double width = (hi - lo) / SIZE;
    List<List<long[]>> cells = List.of(new ArrayList<>(), new ArrayList<>());
    points
        .mapPartitions(
            (MapPartitionsFunction<Row, Row>) rows -> count(rows, quantity, min, width),
            Encoders.row(CELLS))
        .groupBy("half", "x", "y")
        .sum("points")
        .orderBy("half", "x", "y")
        .collectAsList()
        .forEach(
            row ->
                cells
                    .get(row.getInt(0))
                    .add(new long[] {row.getInt(1), row.getInt(2), row.getLong(3)}));
    return List.of(
        new RunReport.Grid(lo, hi, SIZE, cells.get(0)),
        new RunReport.Grid(lo, hi, SIZE, cells.get(1)));
  }

  private static Iterator<Row> count(
      Iterator<Row> rows, String quantity, double min, double width) {
    TreeMap<Integer, Long> counts = new TreeMap<>();
    while (rows.hasNext()) {
      Row row = rows.next();
      List<Double> labels = row.getList(row.fieldIndex(quantity + "_label"));
      List<Double> predictions = row.getList(row.fieldIndex(quantity));
      for (int i = 0; i < predictions.size(); i++) {
        int x = cell(labels.get(i % labels.size()), min, width);
        int y = cell(predictions.get(i), min, width);
        if (x >= 0 && y >= 0) {
          int half = 2 * i < predictions.size() ? 0 : 1;
          counts.merge((half * SIZE + x) * SIZE + y, 1L, Long::sum);
        }
      }
    }
    return counts.entrySet().stream()
        .map(
            entry ->
                RowFactory.create(
                    entry.getKey() / SIZE / SIZE,
                    entry.getKey() / SIZE % SIZE,
                    entry.getKey() % SIZE,
                    entry.getValue()))
        .iterator();
  }

  /** -1 for what is no number or out of range, as NaN. */
  private static int cell(double value, double min, double width) {
    double cell = (value - min) / width;
    return cell >= 0 && cell <= SIZE ? (int) Math.min(SIZE - 1, cell) : -1;
  }
}
