package org.dpsieve.spark.deviation;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.util.CollectionAccumulator;
import org.dpsieve.deviation.PropertyDeviation;
import org.dpsieve.frame.Frame;
import org.dpsieve.frame.Property;
import org.dpsieve.infer.PropertyPrediction;
import org.dpsieve.resident.DpProgram;
import org.dpsieve.resident.DpProperties;
import org.dpsieve.resident.Question;
import org.dpsieve.resident.ResidentModels.Known;

/**
 * Models of a property, evaluated by DeePMD-kit in processes beside Spark's tasks: for those that
 * our own reader does not know.
 */
public final class DpPropertyModels implements FrameEngine {
  private static final long serialVersionUID = 1;
  private static final int ATOMS_AT_ONCE = 100_000;
  private static final int MOST_PROBLEMS = 20;

  private final DpModels models;
  private final CollectionAccumulator<String[]> problems;

  private DpPropertyModels(DpModels models, CollectionAccumulator<String[]> problems) {
    this.models = models;
    this.problems = problems;
  }

  /**
   * @param typeMap what types 0, 1 ... are for models that do not name theirs; may be empty for
   *     others
   * @throws org.dpsieve.error.UnnamedTypesException when neither says it
   */
  public static DpPropertyModels of(
      SparkSession spark, List<Path> models, DpProgram program, List<String> typeMap) {
    return new DpPropertyModels(
        DpModels.ofProperty(spark, models, program, typeMap),
        spark.sparkContext().collectionAccumulator("frames without numbers"));
  }

  /**
   * What the models say of themselves.
   *
   * @param property of frames, as the program names it
   * @param typeMap empty where they name no types
   */
  public record About(Property property, List<String> typeMap) {}

  /**
   * Starts the program once, in a task, and has it load the models.
   *
   * @throws org.dpsieve.error.InputException when it is not there, or does not take these models
   */
  public About about(SparkSession spark) {
    DpPropertyModels sent = this;
    List<String> told =
        JavaSparkContext.fromSparkContext(spark.sparkContext())
            .parallelize(List.of(0), 1)
            .map(ignored -> sent.loaded())
            .first();
    return new About(Property.of(told.get(0)), told.subList(1, told.size()));
  }

  private List<String> loaded() {
    try (TaskModels task = models.task()) {
      List<String> told = new ArrayList<>();
      told.add(task.loaded().property());
      told.addAll(task.loaded().typeMap());
      return told;
    }
  }

  @Override
  public Iterator<Row> evaluate(Iterator<Row> frames) {
    return new Answers(frames);
  }

  /** Rows of {@link PropertyStage#screened}. */
  private final class Answers extends FrameBatches {
    private final TaskModels task = models.task();
    private int told;

    Answers(Iterator<Row> frames) {
      super(frames, ATOMS_AT_ONCE);
    }

    @Override
    protected List<Row> rows(List<Row> source, List<Frame> batch) {
      List<Known> found = task.ask(batch, Question.VALUES);
      List<PropertyPrediction[]> said = DpProperties.of(found, models.count());
      List<Row> rows = new ArrayList<>();
      for (int i = 0; i < batch.size(); i++) {
        String id = id(source.get(i));
        List<Object> values = PropertyStage.numbers(id, said.get(i));
        values.add(PropertyDeviation.mean(said.get(i)));
        rows.add(RowFactory.create(values.toArray()));
        if (found.get(i).problem() != null && told++ < MOST_PROBLEMS) {
          problems.add(new String[] {id, found.get(i).problem()});
        }
      }
      return rows;
    }
  }

  @Override
  public Map<String, String> problems() {
    return NotEvaluated.byFrame(problems.value());
  }

  @Override
  public void close() {
    models.close();
  }
}
