package org.dpsieve.spark.deviation;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.dpsieve.deviation.FrameDeviation;
import org.dpsieve.error.InputException;
import org.dpsieve.frame.Frame;
import org.dpsieve.frame.FrameCheck;
import org.dpsieve.frame.Labels;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Frames to deviations by {@code dp model-devi}: as many at a time as memory allows, for each start
 * costs seconds. Where it fails, the frames it did not come to are given to it again by halves,
 * down to the one that it fails on.
 */
final class DpDeviationIterator extends FrameBatches {
  private static final Logger LOG = LoggerFactory.getLogger(DpDeviationIterator.class);
  private static final int ATOMS_AT_ONCE = 500_000;

  private final DpModelDevi dp;
  private final boolean trueError;
  private final int columns;
  private boolean knownToWork;

  DpDeviationIterator(Iterator<Row> frames, DpModelDevi dp, boolean trueError) {
    super(frames, ATOMS_AT_ONCE);
    this.dp = dp;
    this.trueError = trueError;
    this.columns = FrameDeviation.NAMES.size();
  }

  @Override
  List<Row> rows(List<String> ids, List<Frame> batch) {
    List<Item> items = batch.stream().map(Item::new).toList();
    try {
      evaluate(items.stream().filter(item -> item.makesSense()).toList());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < items.size(); i++) {
      rows.add(items.get(i).row(ids.get(i), columns, trueError));
    }
    return rows;
  }

  /** A frame and what became of it. */
  private static final class Item {
    private final Frame frame;
    private double[] deviation;
    private double[] error;

    Item(Frame frame) {
      this.frame = frame;
    }

    boolean makesSense() {
      return FrameCheck.problem(frame.withLabels(Labels.NONE)).isEmpty();
    }

    Row row(String id, int columns, boolean trueError) {
      Object[] values = new Object[1 + columns + (trueError ? 2 : 0)];
      Arrays.fill(values, Double.NaN);
      values[0] = id;
      if (deviation != null) {
        for (int k = 0; k < columns; k++) {
          values[1 + k] = deviation[k];
        }
      }
      if (trueError && error != null) {
        values[1 + columns] = error[DpModelDeviRun.FORCE];
        values[2 + columns] = error[FrameDeviation.NAMES.indexOf("devi_e")];
      }
      return RowFactory.create(values);
    }
  }

  private void evaluate(List<Item> items) throws IOException {
    if (items.isEmpty()) {
      return;
    }
    List<Frame> given =
        items.stream()
            .map(item -> trueError ? item.frame : item.frame.withLabels(Labels.NONE))
            .toList();
    List<Item> missed = new ArrayList<>();
    String lastWords;
    try (DpModelDeviRun run = dp.run(given)) {
      double[][] deviations = run.deviations(false);
      double[][] errors = trueError ? run.deviations(true) : deviations;
      for (int i = 0; i < items.size(); i++) {
        if (deviations[i] == null || errors[i] == null) {
          missed.add(items.get(i));
        } else {
          items.get(i).deviation = deviations[i];
          items.get(i).error = errors[i];
        }
      }
      lastWords = run.lastWords();
    }
    if (missed.isEmpty()) {
      return;
    }
    requireWorking(missed);
    if (items.size() == 1) {
      LOG.warn("Frame {}: dp model-devi: {}; set to NaN", items.get(0).frame.name(), lastWords);
      return;
    }
    int half = Math.max(1, missed.size() / 2);
    evaluate(missed.subList(0, half));
    evaluate(missed.subList(half, missed.size()));
  }

  /** Whether it is the frames, rather than the program, the models or the machine. */
  private void requireWorking(List<Item> missed) throws IOException {
    if (knownToWork) {
      return;
    }
    List<String> types =
        missed.stream().flatMap(item -> item.frame.types().stream()).distinct().toList();
    Optional<String> problem = Optional.empty();
    Frame first = missed.get(0).frame;
    for (String type : types) {
      problem = dp.problem(List.of(type), first.fparamCount(), first.aparamCount());
      if (problem.isEmpty()) {
        knownToWork = true;
        return;
      }
    }
    throw new InputException(problem.orElseThrow());
  }
}
