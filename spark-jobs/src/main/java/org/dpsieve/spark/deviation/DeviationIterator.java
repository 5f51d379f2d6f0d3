package org.dpsieve.spark.deviation;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.dpsieve.deviation.Deviation;
import org.dpsieve.deviation.FrameDeviation;
import org.dpsieve.frame.Frame;
import org.dpsieve.infer.Ensemble;
import org.dpsieve.infer.OutputLayerReader;
import org.dpsieve.infer.Prediction;
import org.dpsieve.model.Precision;
import org.dpsieve.pick.Borderline;
import org.dpsieve.spark.frames.FrameRows;
import org.dpsieve.uncertainty.ExpectedError;
import org.dpsieve.uncertainty.FrameSigma;
import org.dpsieve.uncertainty.PredictedLabels;
import org.dpsieve.uncertainty.UncertainEnsemble;

/** Frames to deviations, some thousand atoms at a time, so that every matrix product is large. */
final class DeviationIterator extends FrameBatches {
  private static final int ATOMS_AT_ONCE = 4096;

  private static final int MOST_PROBLEMS = 20;

  private final OutputLayerReader reader;
  private final UncertainEnsemble uncertain; // null where it is not known
  private final boolean trueError;
  private final Borderline borderline;
  private final EnsembleHandle handle;
  private int told;

  DeviationIterator(Iterator<Row> frames, EnsembleHandle handle, boolean trueError) {
    super(frames, ATOMS_AT_ONCE);
    this.handle = handle;
    this.reader = handle.reader();
    this.uncertain = handle.isUncertain() ? handle.uncertain(reader) : null;
    this.trueError = trueError;
    this.borderline = handle.borderline();
  }

  @Override
  protected List<Row> rows(List<Row> source, List<Frame> batch) {
    List<Row> rows = new ArrayList<>();
    if (uncertain == null) {
      List<Prediction[]> predictions = predictions(batch);
      for (int i = 0; i < batch.size(); i++) {
        rows.add(
            row(
                id(source.get(i)),
                batch.get(i),
                Deviation.of(predictions.get(i)),
                predictions.get(i),
                null,
                null));
      }
    } else {
      List<Frame> asked = withOldLabels(source, batch);
      List<UncertainEnsemble.Answer> answers = uncertain.answer(asked);
      for (int i = 0; i < batch.size(); i++) {
        FrameSigma sigma = answers.get(i).sigma();
        PredictedLabels labels = answers.get(i).labels();
        ExpectedError error = labels == null ? null : handle.expected(sigma, labels);
        rows.add(
            row(
                id(source.get(i)),
                batch.get(i),
                answers.get(i).deviation(error),
                sigma.models(),
                sigma,
                error));
      }
      if (!(reader instanceof Ensemble)) {
        tell(source, asked);
      }
    }
    return rows;
  }

  /** Of our own ensemble it can be asked again. */
  private void tell(List<Row> source, List<Frame> batch) {
    for (int i = 0; i < batch.size() && told < MOST_PROBLEMS; i++) {
      Optional<String> problem = reader.problem(batch.get(i));
      if (problem.isPresent()) {
        handle.notEvaluated(id(source.get(i)), problem.get());
        told++;
      }
    }
  }

  private List<Frame> withOldLabels(List<Row> source, List<Frame> batch) {
    return handle.expectsErrors()
        ? IntStream.range(0, batch.size())
            .mapToObj(i -> batch.get(i).withLabels(FrameRows.oldLabels(source.get(i))))
            .toList()
        : batch;
  }

  private List<Prediction[]> predictions(List<Frame> batch) {
    Ensemble ensemble = handle.ensemble();
    List<Prediction[]> predictions = ensemble.evaluate(batch);
    if (ensemble.precision() == Precision.FLOAT32) {
      int[] again =
          IntStream.range(0, batch.size())
              .filter(i -> onTheBorder(batch.get(i), predictions.get(i)))
              .toArray();
      ensemble.replaceExactly(batch, predictions, again);
    }
    return predictions;
  }

  private boolean onTheBorder(Frame frame, Prediction[] models) {
    FrameDeviation d = Deviation.of(models);
    if (!trueError) {
      return borderline.holds(d.maxDeviF(), d.deviE());
    }
    FrameDeviation error = Deviation.PLAIN.ofLabels(models, frame.labels());
    return borderline.holds(d.maxDeviF(), d.deviE(), error.maxDeviF(), error.deviE());
  }

  private Row row(
      String id,
      Frame frame,
      FrameDeviation d,
      Prediction[] models,
      FrameSigma sigma,
      ExpectedError expected) {
    List<Object> values = new ArrayList<>(List.of(id));
    for (double number : d.numbers()) {
      values.add(number);
    }
    if (trueError) {
      FrameDeviation error = Deviation.PLAIN.ofLabels(models, frame.labels());
      values.add(error.maxDeviF());
      values.add(error.deviE());
    }
    if (sigma != null) {
      values.add(sigma.energy());
      values.add(sigma.force());
      values.add(sigma.rmsForce());
      values.add(sigma.modelEnergy());
      values.add(sigma.modelForce());
    }
    if (expected != null) {
      values.add(expected.energy());
      values.add(expected.force());
      values.add(expected.rmsForce());
    }
    if (handle.isAtomByAtom()) {
      values.add(sigma.atomForce());
    }
    return RowFactory.create(values.toArray());
  }
}
