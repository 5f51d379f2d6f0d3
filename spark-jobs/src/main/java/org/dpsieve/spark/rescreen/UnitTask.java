package org.dpsieve.spark.rescreen;

import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Queue;
import org.apache.hadoop.fs.Path;
import org.apache.spark.TaskContext;
import org.apache.spark.sql.Row;
import org.apache.spark.util.LongAccumulator;
import org.apache.spark.util.SerializableConfiguration;
import org.dpsieve.pick.Borderline;
import org.dpsieve.spark.deviation.FrameEngine;
import org.dpsieve.spark.table.TableFrames;

/**
 * A task's work: one unit's frames to one file.
 *
 * @param engine who evaluates
 * @param unknown types of frames that it is not asked about
 * @param columns of its rows that the file gets
 * @param borderline frames that are evaluated again if known already: the call that they are known
 *     from may have had other levels
 * @param configuration of the file system
 * @param folder where files go
 * @param names file of each unit
 * @param withIds whether frames have {@link TableFrames#LIBRARY_ID}
 * @param known deviations of frames that were evaluated before
 * @param frames counts what is evaluated
 * @param atoms counts theirs
 */
record UnitTask(
    FrameEngine engine,
    UnknownTypes unknown,
    ScreenColumns columns,
    Borderline borderline,
    SerializableConfiguration configuration,
    String folder,
    Map<String, String> names,
    boolean withIds,
    KnownDeviations known,
    LongAccumulator frames,
    LongAccumulator atoms)
    implements Serializable {

  /**
   * @param rows of one unit, in order
   * @return the file, or nothing for a unit without frames
   */
  Iterator<DeviationFile.Part> run(Iterator<Row> rows) throws IOException {
    if (!rows.hasNext()) {
      return List.<DeviationFile.Part>of().iterator();
    }
    Frames unit = new Frames(rows, unknown, columns);
    String name = names.get(unit.unit);
    unit.known = known.of(name);
    if (!borderline.equals(Borderline.NONE)) {
      unit.known.values().removeIf(this::onTheBorder);
    }
    Path target = new Path(folder, name);
    try (DeviationFile file =
        new DeviationFile(
            configuration.value(),
            target.getParent(),
            name,
            TaskContext.get().taskAttemptId(),
            withIds,
            columns)) {
      Iterator<Row> evaluated = engine.evaluate(unit);
      while (evaluated.hasNext()) {
        double[] deviation = numbers(evaluated.next());
        unit.writeKnown(file);
        Row frame = unit.waiting.remove();
        file.add(frame, deviation);
        frames.add(1);
        atoms.add(frame.<Integer>getAs("natoms"));
      }
      unit.writeKnown(file);
      return List.of(file.commit(target)).iterator();
    }
  }

  private boolean onTheBorder(double[] deviation) {
    return borderline.holds(
        deviation[columns.place("max_devi_f")], deviation[columns.place("devi_e")]);
  }

  /** As {@link DeviationFile#add} takes them. */
  private double[] numbers(Row deviation) {
    int count = columns.numbers().size();
    double[] list =
        columns.list() == null ? new double[0] : (double[]) deviation.get(deviation.length() - 1);
    double[] numbers = new double[count + list.length];
    for (int k = 0; k < count; k++) {
      numbers[k] = deviation.getDouble(k + 1);
    }
    System.arraycopy(list, 0, numbers, count, list.length);
    return numbers;
  }

  /** Hands on the frames that are to be evaluated, and remembers all that were passed. */
  private static final class Frames implements Iterator<Row> {
    private final Iterator<Row> rows;
    private final String unit;
    private final UnknownTypes unknown;
    private final ScreenColumns columns;
    private final Queue<Row> waiting = new ArrayDeque<>();
    private Map<String, double[]> known = Map.of();
    private Row next;

    Frames(Iterator<Row> rows, UnknownTypes unknown, ScreenColumns columns) {
      this.rows = rows;
      this.unknown = unknown;
      this.columns = columns;
      this.next = rows.next();
      this.unit = next.getAs(Library.UNIT);
    }

    @Override
    public boolean hasNext() {
      while (next != null && numbers(next) != null) {
        waiting.add(next);
        advance();
      }
      return next != null;
    }

    @Override
    public Row next() {
      if (!hasNext()) {
        throw new NoSuchElementException();
      }
      Row row = next;
      waiting.add(row);
      advance();
      return row;
    }

    private void advance() {
      next = rows.hasNext() ? rows.next() : null;
    }

    /** Of a frame that is not to be evaluated; {@code null} of others. */
    private double[] numbers(Row frame) {
      double[] before = known.get(frame.<String>getAs("frame_id"));
      return before != null || !unknown.areIn(frame) ? before : unknown.notANumber(frame, columns);
    }

    /** The frames at the head of those that wait that are not evaluated. */
    void writeKnown(DeviationFile file) throws IOException {
      while (!waiting.isEmpty()) {
        double[] deviation = numbers(waiting.peek());
        if (deviation == null) {
          return;
        }
        file.add(waiting.remove(), deviation);
      }
    }
  }
}
