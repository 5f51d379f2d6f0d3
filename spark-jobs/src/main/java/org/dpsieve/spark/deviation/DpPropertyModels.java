package org.dpsieve.spark.deviation;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.dpsieve.deviation.PropertyDeviation;
import org.dpsieve.frame.Frame;
import org.dpsieve.frame.Property;
import org.dpsieve.infer.PropertyPrediction;
import org.dpsieve.resident.DpProgram;
import org.dpsieve.resident.DpProperties;
import org.dpsieve.resident.Question;

/**
 * Models of a property, evaluated by DeePMD-kit in processes beside Spark's tasks: for those that
 * our own reader does not know.
 */
public final class DpPropertyModels extends DpEngine {
  private static final long serialVersionUID = 1;

  private DpPropertyModels(SparkSession spark, DpModels models) {
    super(spark, models);
  }

  /**
   * @param typeMap what types 0, 1 ... are for models that do not name theirs; may be empty for
   *     others
   * @throws org.dpsieve.error.UnnamedTypesException when neither says it
   */
  public static DpPropertyModels of(
      SparkSession spark, List<Path> models, DpProgram program, List<String> typeMap) {
    return new DpPropertyModels(spark, DpModels.ofProperty(spark, models, program, typeMap));
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
    try (TaskModels task = task()) {
      List<String> told = new ArrayList<>();
      told.add(task.loaded().property());
      told.addAll(task.loaded().typeMap());
      return told;
    }
  }

  @Override
  public Iterator<Row> evaluate(Iterator<Row> frames) {
    return new Answers(frames, this);
  }

  /** Rows of {@link PropertyStage#screened}. */
  private static final class Answers extends Batches {
    private final int models;

    Answers(Iterator<Row> frames, DpPropertyModels engine) {
      super(frames, engine);
      this.models = engine.modelCount();
    }

    @Override
    protected List<Row> rows(List<Row> source, List<Frame> batch) {
      List<PropertyPrediction[]> said =
          DpProperties.of(ask(source, batch, Question.VALUES), models);
      List<Row> rows = new ArrayList<>();
      for (int i = 0; i < batch.size(); i++) {
        List<Object> values = PropertyStage.numbers(id(source.get(i)), said.get(i));
        values.add(PropertyDeviation.mean(said.get(i)));
        rows.add(RowFactory.create(values.toArray()));
      }
      return rows;
    }
  }
}
