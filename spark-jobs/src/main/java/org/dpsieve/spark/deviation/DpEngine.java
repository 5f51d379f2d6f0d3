package org.dpsieve.spark.deviation;

import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.util.CollectionAccumulator;
import org.dpsieve.frame.Frame;
import org.dpsieve.resident.Question;
import org.dpsieve.resident.ResidentModels.Known;

/**
 * DeePMD-kit's own evaluation, in processes beside Spark's tasks, and why frames have no numbers.
 */
abstract class DpEngine implements FrameEngine {
  private static final long serialVersionUID = 1;
  private static final int ATOMS_AT_ONCE = 100_000;
  private static final int MOST_PROBLEMS = 20; // of a task

  private final DpModels models;
  private final CollectionAccumulator<String[]> problems;

  DpEngine(SparkSession spark, DpModels models) {
    this.models = models;
    this.problems = spark.sparkContext().collectionAccumulator("frames without numbers");
  }

  final int modelCount() {
    return models.count();
  }

  final TaskModels task() {
    return models.task();
  }

  /** A partition's frames; their first problems are kept. */
  abstract static class Batches extends FrameBatches {
    private final TaskModels task;
    private final CollectionAccumulator<String[]> problems;
    private int told;

    Batches(Iterator<Row> frames, DpEngine engine) {
      super(frames, ATOMS_AT_ONCE);
      this.task = engine.task();
      this.problems = engine.problems;
    }

    final List<Known> ask(List<Row> source, List<Frame> batch, Question question) {
      List<Known> found = task.ask(batch, question);
      for (int i = 0; i < found.size(); i++) {
        if (found.get(i).problem() != null && told++ < MOST_PROBLEMS) {
          problems.add(new String[] {id(source.get(i)), found.get(i).problem()});
        }
      }
      return found;
    }
  }

  /** Why frames have no numbers, by {@code frame_id}; of some tasks that have ended. */
  @Override
  public final Map<String, String> problems() {
    return NotEvaluated.byFrame(problems.value());
  }

  @Override
  public final void close() {
    models.close();
  }
}
