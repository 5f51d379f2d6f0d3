package org.dpsieve.spark.transfer;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.dpsieve.deviation.Deviation;
import org.dpsieve.frame.Frame;
import org.dpsieve.frame.Labels;
import org.dpsieve.infer.OutputLayerReader;
import org.dpsieve.infer.Prediction;
import org.dpsieve.infer.Reading;
import org.dpsieve.model.DeepPotential;
import org.dpsieve.spark.deviation.EnsembleHandle;
import org.dpsieve.spark.frames.FrameRows;

/**
 * How far one model is from the labels: root mean squares over all labels of a kind, NaN where
 * there is none.
 *
 * @param energyPerAtom eV
 * @param force of a component, eV/Å
 * @param virialPerAtom of a component, eV
 * @param frames number of frames
 */
public record ModelErrors(double energyPerAtom, double force, double virialPerAtom, long frames) {
  private static final int BATCH = 64; // frames

  /**
   * One frame's sums of squares, three a model: energy per atom, force, virial per atom.
   *
   * @param place {@code null} where the order is known
   * @param largest error of a force that any of the models asked about has; NaN without any
   */
  private record Squares(
      FoldedFrames.Place place,
      String id,
      boolean energy,
      int forces,
      boolean virial,
      double[] sums,
      double largest)
      implements Serializable {}

  /** Some of several models, from the first to before the end. */
  private record Some(int from, int to) implements Serializable {
    static final Some NONE = new Some(0, 0);

    Prediction[] of(Prediction[] all) {
      return Arrays.copyOfRange(all, from, to);
    }
  }

  /**
   * Errors of models, and where some of them are wrong.
   *
   * @param errors in the models' order
   * @param largest error of a force (eV/Å) that any of those models has, by {@code frame_id};
   *     frames without force label are left out
   */
  public record Found(List<ModelErrors> errors, SortedMap<String, Double> largest) {}

  /** The largest error of each kind among several models. */
  public static ModelErrors worst(List<ModelErrors> models) {
    Comparator<Double> largest = Comparator.naturalOrder(); // NaN is the largest of all
    return new ModelErrors(
        models.stream().map(ModelErrors::energyPerAtom).max(largest).orElseThrow(),
        models.stream().map(ModelErrors::force).max(largest).orElseThrow(),
        models.stream().map(ModelErrors::virialPerAtom).max(largest).orElseThrow(),
        models.get(0).frames());
  }

  /**
   * The errors of several models of one type map over labelled frames, in the models' order. Same
   * bits whatever the partitions.
   *
   * @param labelled rows of the frames dataset
   */
  public static List<ModelErrors> of(
      SparkSession spark, Dataset<Row> labelled, List<DeepPotential> models) {
    return of(spark, FoldedFrames.of(spark, labelled), models);
  }

  static List<ModelErrors> of(
      SparkSession spark, FoldedFrames labelled, List<DeepPotential> models) {
    return of(squares(spark, labelled, models, Some.NONE), models.size());
  }

  /**
   * As {@link #of(SparkSession, Dataset, List)}, and frame by frame.
   *
   * @param from number of the first of the models whose largest errors are asked for
   * @param to number of the first after them
   */
  public static Found find(
      SparkSession spark, Dataset<Row> labelled, List<DeepPotential> models, int from, int to) {
    List<Squares> all =
        squares(spark, FoldedFrames.of(spark, labelled), models, new Some(from, to));
    SortedMap<String, Double> largest = new TreeMap<>();
    for (Squares one : all) {
      if (one.forces() > 0) {
        largest.put(one.id(), one.largest());
      }
    }
    return new Found(of(all, models.size()), largest);
  }

  private static List<Squares> squares(
      SparkSession spark, FoldedFrames labelled, List<DeepPotential> models, Some asked) {
    try (EnsembleHandle ensemble = EnsembleHandle.of(spark, models)) {
      JavaRDD<Squares> squares =
          labelled.rows().mapPartitions(rows -> squares(rows, ensemble, asked).iterator());
      List<Squares> all = new ArrayList<>(squares.collect());
      all.sort(Comparator.comparing(Squares::place));
      return all;
    }
  }

  private static List<ModelErrors> of(List<Squares> all, int models) {
    List<ModelErrors> errors = new ArrayList<>();
    for (int m = 0; m < models; m++) {
      errors.add(ofModel(all, m));
    }
    return Collections.unmodifiableList(errors);
  }

  /**
   * The same of frames and predictions that are at hand.
   *
   * @param predictions of each frame, in the models' order
   * @param models how many these are
   */
  public static List<ModelErrors> of(
      List<Frame> frames, List<Prediction[]> predictions, int models) {
    List<Squares> all = new ArrayList<>();
    for (int k = 0; k < frames.size(); k++) {
      all.add(squares(null, "", frames.get(k), predictions.get(k), Some.NONE));
    }
    return of(all, models);
  }

  private static ModelErrors ofModel(List<Squares> all, int model) {
    double[] sum = new double[3];
    long[] count = new long[3];
    for (Squares frame : all) {
      for (int kind = 0; kind < 3; kind++) {
        sum[kind] += frame.sums()[3 * model + kind];
      }
      count[0] += frame.energy() ? 1 : 0;
      count[1] += frame.forces();
      count[2] += frame.virial() ? 9 : 0;
    }
    return new ModelErrors(
        Math.sqrt(sum[0] / count[0]),
        Math.sqrt(sum[1] / count[1]),
        Math.sqrt(sum[2] / count[2]),
        all.size());
  }

  private static List<Squares> squares(
      Iterator<scala.Tuple2<FoldedFrames.Place, Row>> rows, EnsembleHandle ensemble, Some asked) {
    List<Squares> result = new ArrayList<>();
    OutputLayerReader reader = ensemble.reader(); // stays for other tasks
    while (rows.hasNext()) {
      List<Frame> frames = new ArrayList<>();
      List<FoldedFrames.Place> places = new ArrayList<>();
      List<String> ids = new ArrayList<>();
      while (rows.hasNext() && frames.size() < BATCH) {
        scala.Tuple2<FoldedFrames.Place, Row> row = rows.next();
        places.add(row._1());
        ids.add(row._2().getAs("frame_id"));
        frames.add(FrameRows.toFrame(row._2()));
      }
      List<Reading[]> readings = reader.read(frames, null);
      for (int k = 0; k < frames.size(); k++) {
        Prediction[] predictions =
            Arrays.stream(readings.get(k)).map(Reading::prediction).toArray(Prediction[]::new);
        Squares one = squares(places.get(k), ids.get(k), frames.get(k), predictions, asked);
        boolean finite = Arrays.stream(one.sums()).allMatch(Double::isFinite);
        if (finite || reader.problem(frames.get(k)).isEmpty()) {
          result.add(one); // what no model can be asked says nothing of one
        }
      }
    }
    return result;
  }

  private static Squares squares(
      FoldedFrames.Place place, String id, Frame frame, Prediction[] models, Some asked) {
    Labels labels = frame.labels();
    double n = frame.atomCount();
    double[] sums = new double[3 * models.length];
    for (int m = 0; m < models.length; m++) {
      if (labels.energy() != null) {
        double difference = (models[m].energy() - labels.energy()) / n;
        sums[3 * m] = difference * difference;
      }
      if (labels.force() != null) {
        sums[3 * m + 1] = square(models[m].force(), labels.force(), 1);
      }
      if (labels.virial() != null) {
        sums[3 * m + 2] = square(models[m].virial(), labels.virial(), n);
      }
    }
    int forces = labels.force() == null ? 0 : labels.force().length;
    double largest =
        forces == 0 || asked.equals(Some.NONE)
            ? Double.NaN
            : Deviation.PLAIN.ofLabels(asked.of(models), labels).maxDeviF();
    return new Squares(
        place, id, labels.energy() != null, forces, labels.virial() != null, sums, largest);
  }

  private static double square(double[] a, double[] b, double divisor) {
    double sum = 0;
    for (int k = 0; k < a.length; k++) {
      double difference = (a[k] - b[k]) / divisor;
      sum += difference * difference;
    }
    return sum;
  }
}
