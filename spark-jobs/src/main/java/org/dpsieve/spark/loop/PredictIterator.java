package org.dpsieve.spark.loop;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.dpsieve.frame.Certainty;
import org.dpsieve.frame.Frame;
import org.dpsieve.frame.Labels;
import org.dpsieve.spark.deviation.LabelPredictor;
import org.dpsieve.spark.frames.FrameRows;
import org.dpsieve.uncertainty.LabelEnsemble;
import org.dpsieve.uncertainty.PredictedLabels;

/** One partition's frames with their labels at the new level: rows of {@link RelabelledPool}. */
final class PredictIterator implements Iterator<Row> {
  /** What columns of computed labels begin with. */
  static final String NEW = "new_";

  static final String NO_OLD_LABEL = "no old label that can be used";
  static final String UNKNOWN_ELEMENT = "an element that no new label has";
  static final String GEOMETRY = "a geometry that no model can be asked about";

  private static final int ATOMS_AT_ONCE = 1 << 12;

  private final Iterator<Row> rows;
  private final LabelEnsemble ensemble;
  private final Deque<Row> ready = new ArrayDeque<>();

  PredictIterator(Iterator<Row> rows, LabelPredictor predictor) {
    this.rows = rows;
    this.ensemble = rows.hasNext() ? predictor.ensemble() : null;
  }

  @Override
  public boolean hasNext() {
    while (ready.isEmpty() && rows.hasNext()) {
      read();
    }
    return !ready.isEmpty();
  }

  @Override
  public Row next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    return ready.remove();
  }

  /** The next batch; the order of rows does not matter. */
  private void read() {
    List<Frame> asked = new ArrayList<>();
    int atoms = 0;
    while (rows.hasNext() && atoms < ATOMS_AT_ONCE) {
      Row row = rows.next();
      Frame frame = FrameRows.toFrame(row);
      Labels old = FrameRows.oldLabels(row);
      if (!row.isNullAt(row.fieldIndex("computed"))) {
        ready.add(computed(FrameRows.toFrame(row, NEW), FrameRows.certainty(row)));
      } else if (old.energy() == null && old.force() == null && old.virial() == null) {
        ready.add(leftOut(frame, NO_OLD_LABEL));
      } else {
        asked.add(frame.withLabels(old));
        atoms += frame.atomCount();
      }
    }
    if (!asked.isEmpty()) {
      List<PredictedLabels> predicted = ensemble.evaluate(asked);
      for (int k = 0; k < asked.size(); k++) {
        ready.add(predicted(asked.get(k), predicted.get(k)));
      }
    }
  }

  /**
   * @param known of a label that is not exact
   */
  private static Row computed(Frame frame, Certainty known) {
    Labels labels = frame.labels();
    if (known.force() != null) {
      return row(frame, known, null);
    }
    return row(
        frame,
        new Certainty(
            true,
            labels.energy() == null ? null : 0.0,
            labels.force() == null ? null : new double[frame.atomCount()]),
        null);
  }

  private Row predicted(Frame frame, PredictedLabels predicted) {
    if (!predicted.known()) {
      return leftOut(frame, ensemble.problem(frame).isPresent() ? GEOMETRY : UNKNOWN_ELEMENT);
    }
    Labels said = predicted.labels();
    double energySigma = predicted.energySigma() * frame.atomCount();
    double[] forceSigma = predicted.forceSigma();
    boolean energy = said.energy() != null && Double.isFinite(energySigma);
    boolean force = said.force() != null && Double.isFinite(forceSigma[0]);
    return row(
        frame.withLabels(
            new Labels(energy ? said.energy() : null, force ? said.force() : null, said.virial())),
        new Certainty(false, energy ? energySigma : null, force ? forceSigma : null),
        null);
  }

  private static Row leftOut(Frame frame, String reason) {
    return row(frame.withLabels(Labels.NONE), new Certainty(false, null, null), reason);
  }

  private static Row row(Frame frame, Certainty certainty, String reason) {
    Row plain = FrameRows.toRow(frame);
    Object[] values = new Object[RelabelledPool.SCHEMA.length()];
    for (int k = 0; k < plain.length(); k++) {
      values[k] = plain.get(k);
    }
    double[] force = certainty.force();
    int at = plain.length();
    values[at] = certainty.computed();
    values[at + 1] = certainty.energy();
    values[at + 2] = force;
    values[at + 3] = force == null ? null : rootMeanSquare(force);
    values[at + 4] = reason;
    return RowFactory.create(values);
  }

  private static double rootMeanSquare(double[] values) {
    return Math.sqrt(Arrays.stream(values).map(v -> v * v).average().orElse(0));
  }
}
