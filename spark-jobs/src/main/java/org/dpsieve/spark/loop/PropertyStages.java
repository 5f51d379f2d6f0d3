package org.dpsieve.spark.loop;

import static org.apache.spark.sql.functions.col;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.dpsieve.config.RunConfig;
import org.dpsieve.error.InputException;
import org.dpsieve.frame.Property;
import org.dpsieve.infer.EnsembleOptions;
import org.dpsieve.loop.Facts;
import org.dpsieve.loop.Summary;
import org.dpsieve.loop.Workdir;
import org.dpsieve.model.PropertyModel;
import org.dpsieve.model.format.ModelFiles;
import org.dpsieve.model.format.ModelSuffix;
import org.dpsieve.outputlayer.property.PropertySpread;
import org.dpsieve.pick.Decision;
import org.dpsieve.pick.Measure;
import org.dpsieve.spark.deviation.NotEvaluated;
import org.dpsieve.spark.deviation.PropertyHandle;
import org.dpsieve.spark.deviation.PropertyStage;
import org.dpsieve.spark.frames.FrameRows;
import org.dpsieve.text.Counted;

/**
 * The stages of a run for another property than energy and forces: training and evaluation are of
 * models of the property, all else is as in any run.
 */
final class PropertyStages extends SparkStages {
  private static final int MOST_REASONS = 3;

  PropertyStages(
      RunConfig config,
      Workdir workdir,
      Supplier<SparkSession> open,
      Consumer<String> progress,
      Consumer<String> notes) {
    super(config, workdir, open, progress, notes);
  }

  /** Models of energies know nothing of the property before the first training. */
  @Override
  public boolean modelsGiven() {
    return config().train().models().stream().allMatch(ModelFiles::isOfProperty);
  }

  @Override
  public Facts.Training train(
      Path target, int iteration, Path frames, List<Path> labels, List<Path> picks, Path previous) {
    return new PropertyTraining(spark(), config(), this::note)
        .train(
            target,
            Pool.read(spark(), frames),
            frames().groups(frames, labels),
            Pool.initialSize(spark(), frames)
                + labels.stream().mapToLong(folder -> Tables.size(spark(), folder)).sum(),
            old(frames),
            IntStream.range(0, iteration).mapToObj(workdir()::train).toList());
  }

  /** Frames with values of the property at another level; {@code null} where there are none. */
  private Dataset<Row> old(Path frames) {
    String name = config().property().orElseThrow().label().name();
    if (!RunFrames.wantsOld(config())) {
      return null;
    }
    Dataset<Row> all = Pool.old(spark(), frames);
    return List.of(all.columns()).contains(name) ? all : null;
  }

  /** All labels of a run have as many numbers as the first. */
  @Override
  Labelling labelling(Path frames, int iteration) {
    Property label = config().property().orElseThrow().label();
    List<Path> earlier =
        IntStream.range(0, iteration)
            .mapToObj(workdir()::labels)
            .filter(Files::isDirectory)
            .toList();
    int before =
        frames().groups(frames, earlier).stream()
            .mapToInt(group -> FrameRows.properties(group.schema()).getOrDefault(label, 0))
            .filter(numbers -> numbers > 0)
            .findFirst()
            .orElse(0);
    return new Labelling(spark(), label, before, resources());
  }

  /** Copies keep their format. */
  @Override
  String modelName(int model, Path source) {
    return "graph.%03d.%s"
        .formatted(model, ModelSuffix.of(source).map(ModelSuffix::key).orElse("dp"));
  }

  @Override
  List<Path> models(Path folder) {
    return IntStream.range(0, config().train().modelCount())
        .mapToObj(model -> model(folder, model))
        .toList();
  }

  /** Trained, or a copy of one that was given. */
  private static Path model(Path folder, int model) {
    return ModelSuffix.keys().stream()
        .map(suffix -> folder.resolve("graph.%03d.%s".formatted(model, suffix)))
        .filter(Files::exists)
        .findFirst()
        .orElse(folder.resolve(PropertyTraining.name(model)));
  }

  @Override
  Facts.Deviation evaluate(
      Path target, Dataset<Row> asked, Path frames, Path models, List<Path> accurate) {
    List<PropertySpread> spreads = SpreadFiles.read(models, config().train().modelCount());
    List<PropertyModel> read =
        models(models).stream()
            .map(file -> ModelFiles.readProperty(file, config().typeMap()))
            .toList();
    Tables.write(
        PropertyStage.deviations(asked, PropertyHandle.of(spark(), read, spreads)),
        Pool.size(spark(), frames),
        target);
    Measure measure = config().trust().measure();
    Dataset<Row> written = Tables.read(spark(), target);
    if (!List.of(written.columns()).contains(measure.column())) {
      throw new InputException(
          "model_devi_p_by sigma: the models given say nothing of their errors before the first"
              + " training; set init_pick_number to 3 or more, or model_devi_p_by to deviation");
    }
    Facts.Deviation deviation = Tables.deviation(written, measure);
    if (deviation.notANumber() > 0) {
      sayNotEvaluated(written, asked, read, deviation);
    }
    return spreads.isEmpty()
        ? deviation
        : deviation.with(
            new ExpectedProperty(spreads).of(written, gone(accurate, written.columns())));
  }

  private void sayNotEvaluated(
      Dataset<Row> written,
      Dataset<Row> asked,
      List<PropertyModel> models,
      Facts.Deviation deviation) {
    List<String> first =
        NotEvaluated.first(
            MOST_REASONS,
            written,
            Measure.PROPERTY,
            asked,
            models.stream().map(PropertyModel::body).toList(),
            EnsembleOptions.DEFAULT,
            Map.of());
    note(
        "%,d of %s could not be evaluated, so the deviation is NaN and the class failed: %s"
            .formatted(
                deviation.notANumber(),
                Counted.of(deviation.frames(), "frame"),
                String.join("; ", first)));
  }

  /** Frames that left the pool as accurate, as they were then; {@code null} without any. */
  private Dataset<Row> gone(List<Path> picks, String[] columns) {
    Dataset<Row> all = null;
    for (Path folder : picks) {
      Dataset<Row> table = Tables.read(spark(), folder);
      if (List.of(table.columns()).contains(PropertyStage.RMS_SIGMA)) {
        Dataset<Row> some =
            table
                .where(col("decision").equalTo(Decision.ACCURATE.key()))
                .select(columns[0], Arrays.copyOfRange(columns, 1, columns.length));
        all = all == null ? some : all.union(some);
      }
    }
    return all;
  }

  @Override
  public Facts.Result result(Path target, Path frames, Summary summary) {
    return new PropertyResults(spark(), config(), this).write(target, frames, summary);
  }

  @Override
  public String resultPool() {
    return "";
  }
}
