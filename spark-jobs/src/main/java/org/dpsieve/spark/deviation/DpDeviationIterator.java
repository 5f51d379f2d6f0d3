package org.dpsieve.spark.deviation;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.dpsieve.deviation.FrameDeviation;
import org.dpsieve.frame.Frame;

/** A partition's frames to rows by {@code dp model-devi}, as many at a time as memory allows. */
final class DpDeviationIterator extends FrameBatches {
  private static final int ATOMS_AT_ONCE = 500_000;
  private static final int COLUMNS = FrameDeviation.NAMES.size();
  private static final int ENERGY = FrameDeviation.NAMES.indexOf("devi_e");

  private final DpEvaluation dp;
  private final boolean trueError;

  DpDeviationIterator(Iterator<Row> frames, DpEvaluation dp, boolean trueError) {
    super(frames, ATOMS_AT_ONCE);
    this.dp = dp;
    this.trueError = trueError;
  }

  @Override
  List<Row> rows(List<Row> source, List<Frame> batch) {
    List<List<String>> calls = new ArrayList<>(List.of(DpEvaluation.PLAIN));
    if (trueError) {
      calls.add(List.of(DpEvaluation.REAL_ERROR));
    }
    double[][][] found;
    try {
      found = dp.evaluate(batch, calls);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < batch.size(); i++) {
      Object[] values = new Object[1 + COLUMNS + (trueError ? 2 : 0)];
      Arrays.fill(values, Double.NaN);
      values[0] = id(source.get(i));
      double[] deviation = found[0][i];
      for (int k = 0; deviation != null && k < COLUMNS; k++) {
        values[1 + k] = deviation[k];
      }
      if (trueError && found[1][i] != null) {
        values[1 + COLUMNS] = found[1][i][DpModelDeviRun.FORCE];
        values[2 + COLUMNS] = found[1][i][ENERGY];
      }
      rows.add(RowFactory.create(values));
    }
    return rows;
  }
}
