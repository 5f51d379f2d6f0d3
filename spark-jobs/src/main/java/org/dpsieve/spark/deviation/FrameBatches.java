package org.dpsieve.spark.deviation;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Queue;
import org.apache.spark.sql.Row;
import org.dpsieve.frame.Frame;
import org.dpsieve.spark.frames.FrameRows;

/** A partition's frames to rows, one each and in order, so many atoms at a time. */
public abstract class FrameBatches implements Iterator<Row> {
  private final Iterator<Row> frames;
  private final int atomsAtOnce;
  private final Queue<Row> ready = new ArrayDeque<>();

  /**
   * @param atomsAtOnce a batch ends with the frame that reaches this number
   */
  protected FrameBatches(Iterator<Row> frames, int atomsAtOnce) {
    this.frames = frames;
    this.atomsAtOnce = atomsAtOnce;
  }

  /**
   * @param source the frames' rows
   * @return a row for each
   */
  protected abstract List<Row> rows(List<Row> source, List<Frame> batch);

  protected static String id(Row row) {
    return row.getAs("frame_id");
  }

  @Override
  public final boolean hasNext() {
    return !ready.isEmpty() || frames.hasNext();
  }

  @Override
  public final Row next() {
    if (ready.isEmpty()) {
      if (!frames.hasNext()) {
        throw new NoSuchElementException();
      }
      evaluateSome();
    }
    return ready.remove();
  }

  private void evaluateSome() {
    List<Row> source = new ArrayList<>();
    List<Frame> batch = new ArrayList<>();
    for (int atoms = 0; atoms < atomsAtOnce && frames.hasNext(); ) {
      Row row = frames.next();
      Frame frame = FrameRows.toFrame(row);
      source.add(row);
      batch.add(frame);
      atoms += frame.atomCount();
    }
    ready.addAll(rows(source, batch));
  }
}
