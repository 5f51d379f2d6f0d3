package org.dpsieve.spark.report;

import static org.apache.spark.sql.functions.col;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.stream.DoubleStream;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.dpsieve.deviation.Deviation;
import org.dpsieve.frame.Frame;
import org.dpsieve.infer.Prediction;
import org.dpsieve.model.DeepPotential;
import org.dpsieve.report.Agreement;
import org.dpsieve.report.ErrorSums;
import org.dpsieve.report.LogGrid;
import org.dpsieve.report.Term;
import org.dpsieve.spark.deviation.EnsembleHandle;
import org.dpsieve.spark.frames.FrameRows;

/**
 * Several ensembles against labels, counted where the executors are: every frame is evaluated once
 * by every model, and sums come to the driver, however many frames there are.
 */
final class UnseenErrors implements Serializable {
  private static final long serialVersionUID = 1;
  private static final int BATCH = 32; // frames

  /** The column with the deviation of members that are made out of one model. */
  static final String DEVIATION = "max_devi_f";

  private long frames;
  private final Map<Term, Agreement> before = new EnumMap<>(Term.class);
  private final Map<Term, Agreement> after = new EnumMap<>(Term.class);
  private final LogGrid deviationAndError = new LogGrid();
  private final List<Map<Term, ErrorSums>> ensembles = new ArrayList<>();

  /**
   * Whose models are which.
   *
   * @param before place of the ensemble to begin with
   * @param after of the one to end with
   * @param sizes models of each ensemble
   */
  record Order(int before, int after, List<Integer> sizes) implements Serializable {
    /** Of one ensemble, from what all models say. */
    Prediction[] of(int ensemble, Prediction[] all) {
      int from = sizes.subList(0, ensemble).stream().mapToInt(Integer::intValue).sum();
      return Arrays.copyOfRange(all, from, from + sizes.get(ensemble));
    }
  }

  private UnseenErrors(Order order) {
    for (Term term : Term.values()) {
      before.put(term, new Agreement(term, order.sizes().get(order.before())));
      after.put(term, new Agreement(term, order.sizes().get(order.after())));
    }
    for (int size : order.sizes()) {
      Map<Term, ErrorSums> sums = new EnumMap<>(Term.class);
      for (Term term : Term.values()) {
        sums.put(term, new ErrorSums(size));
      }
      ensembles.add(sums);
    }
  }

  /**
   * @param labelled rows of the frames dataset; a frame that is in it twice counts once, one whose
   *     geometry makes no sense does not; with {@link #DEVIATION} where that is not the models'
   * @param models of all ensembles, one after the other
   */
  static UnseenErrors of(
      SparkSession spark, Dataset<Row> labelled, List<DeepPotential> models, Order order) {
    int parts = 2 * JavaSparkContext.fromSparkContext(spark.sparkContext()).defaultParallelism();
    UnseenErrors all = new UnseenErrors(order);
    try (EnsembleHandle ensemble = EnsembleHandle.of(spark, models)) {
      labelled
          .dropDuplicates("frame_id", "system", "index")
          .repartition(parts, col("frame_id"))
          .sortWithinPartitions("frame_id", "system", "index")
          .toJavaRDD()
          .mapPartitions(rows -> List.of(of(rows, ensemble, order)).iterator())
          .collect()
          .forEach(all::merge);
    }
    return all;
  }

  private static UnseenErrors of(Iterator<Row> rows, EnsembleHandle ensemble, Order order) {
    UnseenErrors errors = new UnseenErrors(order);
    while (rows.hasNext()) {
      List<Double> deviations = new ArrayList<>();
      List<String> formulas = new ArrayList<>();
      List<Frame> batch = new ArrayList<>();
      while (rows.hasNext() && batch.size() < BATCH) {
        Row row = rows.next();
        formulas.add(row.getAs("formula"));
        deviations.add(
            row.schema().getFieldIndex(DEVIATION).isEmpty() ? null : row.getAs(DEVIATION));
        batch.add(FrameRows.toFrame(row));
      }
      List<Prediction[]> predictions = ensemble.ensemble().evaluate(batch);
      for (int k = 0; k < batch.size(); k++) {
        Frame frame = batch.get(k);
        if (isFinite(predictions.get(k)) || ensemble.ensemble().problem(frame).isEmpty()) {
          // what no model can be asked says nothing of one
          errors.add(frame, formulas.get(k), predictions.get(k), order, deviations.get(k));
        }
      }
    }
    return errors;
  }

  private static boolean isFinite(Prediction[] predictions) {
    return Arrays.stream(predictions)
        .allMatch(
            one ->
                Double.isFinite(one.energy())
                    && DoubleStream.of(one.force()).allMatch(Double::isFinite));
  }

  private void add(Frame frame, String formula, Prediction[] all, Order order, Double deviation) {
    frames++;
    Prediction[] last = order.of(order.after(), all);
    before.values().forEach(one -> one.add(frame, formula, order.of(order.before(), all)));
    after.values().forEach(one -> one.add(frame, formula, last));
    for (int e = 0; e < ensembles.size(); e++) {
      Prediction[] some = order.of(e, all);
      ensembles
          .get(e)
          .forEach(
              (term, sums) -> {
                double[] squares = term.squares(frame, some);
                if (squares != null) {
                  sums.add(squares, term.label(frame).length);
                }
              });
    }
    if (frame.labels().force() != null) {
      deviationAndError.add(
          deviation == null ? Deviation.of(last).maxDeviF() : deviation,
          Deviation.PLAIN.ofLabels(last, frame.labels()).maxDeviF());
    }
  }

  private void merge(UnseenErrors other) {
    frames += other.frames;
    before.forEach((term, one) -> one.merge(other.before.get(term)));
    after.forEach((term, one) -> one.merge(other.after.get(term)));
    deviationAndError.merge(other.deviationAndError);
    for (int e = 0; e < ensembles.size(); e++) {
      Map<Term, ErrorSums> theirs = other.ensembles.get(e);
      ensembles.get(e).forEach((term, sums) -> sums.merge(theirs.get(term)));
    }
  }

  /** How many have been compared. */
  long frames() {
    return frames;
  }

  Map<Term, Agreement> before() {
    return before;
  }

  Map<Term, Agreement> after() {
    return after;
  }

  LogGrid deviationAndError() {
    return deviationAndError;
  }

  /** Of one ensemble. */
  Map<Term, ErrorSums> errors(int ensemble) {
    return ensembles.get(ensemble);
  }
}
