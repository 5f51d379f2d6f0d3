package org.dpsieve.spark.deviation;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.dpsieve.deviation.FrameDeviation;
import org.dpsieve.frame.Frame;
import org.dpsieve.resident.DeviationCall;
import org.dpsieve.resident.Question;
import org.dpsieve.resident.ResidentModels.Known;

/** A partition's frames to rows by DeePMD-kit: enough at a time that batches are full. */
final class DpDeviationIterator extends DpEngine.Batches {
  private static final int COLUMNS = FrameDeviation.NAMES.size();
  private static final int FORCE = FrameDeviation.NAMES.indexOf("max_devi_f");
  private static final int ENERGY = FrameDeviation.NAMES.indexOf("devi_e");

  private final boolean trueError;
  private final Question question;

  DpDeviationIterator(Iterator<Row> frames, DpModelDevi models, boolean trueError) {
    super(frames, models);
    this.trueError = trueError;
    this.question =
        Question.deviations(
            trueError
                ? List.of(DeviationCall.PLAIN, DeviationCall.REAL_ERROR)
                : List.of(DeviationCall.PLAIN));
  }

  @Override
  protected List<Row> rows(List<Row> source, List<Frame> batch) {
    List<Known> found = ask(source, batch, question);
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < batch.size(); i++) {
      Object[] values = new Object[1 + COLUMNS + (trueError ? 2 : 0)];
      Arrays.fill(values, Double.NaN);
      values[0] = id(source.get(i));
      double[][] parts = found.get(i).parts();
      for (int k = 0; parts != null && k < COLUMNS; k++) {
        values[1 + k] = parts[0][k];
      }
      if (trueError && parts != null) {
        values[1 + COLUMNS] = parts[1][FORCE];
        values[2 + COLUMNS] = parts[1][ENERGY];
      }
      rows.add(RowFactory.create(values));
    }
    return rows;
  }
}
