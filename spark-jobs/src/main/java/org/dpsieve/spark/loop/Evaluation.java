package org.dpsieve.spark.loop;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;
import org.dpsieve.config.DpTrainConfig;
import org.dpsieve.config.Engine;
import org.dpsieve.config.MachineConfig;
import org.dpsieve.config.RunConfig;
import org.dpsieve.config.SimplifyConfig;
import org.dpsieve.config.TrainingInput;
import org.dpsieve.error.UnsupportedModelException;
import org.dpsieve.infer.EnsembleOptions;
import org.dpsieve.loop.Facts;
import org.dpsieve.model.Precision;
import org.dpsieve.model.format.ModelFiles;
import org.dpsieve.model.format.TorchCheckpoint;
import org.dpsieve.pick.Borderline;
import org.dpsieve.pick.Measure;
import org.dpsieve.pick.PickStrategy;
import org.dpsieve.pick.TrustLevels;
import org.dpsieve.resident.DpProgram;
import org.dpsieve.spark.deviation.DeviationEngine;
import org.dpsieve.spark.deviation.DeviationStage;
import org.dpsieve.spark.deviation.DpModelDevi;
import org.dpsieve.spark.deviation.EnsembleHandle;
import org.dpsieve.spark.deviation.LabelPredictor;
import org.dpsieve.spark.deviation.NotEvaluated;
import org.dpsieve.spark.transfer.OldLabels;
import org.dpsieve.text.Counted;
import org.dpsieve.uncertainty.ExpectedError;

/** The ensemble's deviation on frames: the deviation table. */
final class Evaluation {
  /** Of frames without numbers, with their reasons. */
  private static final int MOST_REASONS = 3;

  private final SparkSession spark;
  private final SimplifyConfig simplify;
  private final OldLabels old; // null without any
  private final TrustLevels trust;
  private final MachineConfig.Section section;
  private final EnsembleOptions options;
  private final boolean uncertain;
  private final StartModels start;
  private final Borderline borderline;
  private final List<String> typeMap;
  private final TrainingInput training;
  private final Optional<DpTrainConfig> trainer;
  private final Consumer<String> notes;

  /**
   * @param old labels by which errors are expected; {@code null} where there are none, or nobody
   *     wants them
   * @param notes hears what a person should know
   */
  Evaluation(SparkSession spark, RunConfig config, OldLabels old, Consumer<String> notes) {
    this.spark = spark;
    this.simplify = config.simplify();
    this.old = old;
    this.trust = config.simplify().trust();
    this.section = config.machine().modelDevi();
    this.options =
        new EnsembleOptions(
            true,
            config.simplify().train().members() > 0
                ? Precision.FLOAT64 // members are read beside their model
                : config.machine().precision());
    this.uncertain = uncertain(config);
    this.start = StartModels.of(config);
    this.borderline =
        new Borderline(trust, config.simplify().pick().strategy() == PickStrategy.DEVIATION);
    this.typeMap = config.simplify().typeMap();
    this.training = config.simplify().train().input(0);
    this.trainer = config.simplify().train().dp();
    this.notes = notes;
  }

  /**
   * Whether deviations come with standard deviations, where training says how large. Draws from the
   * posterior have large weights that cancel: not in single precision. DeePMD-kit says it of models
   * that it alone evaluates and whose output layers are solved for.
   */
  static boolean uncertain(RunConfig config) {
    return config.machine().modelDevi().engine() == Engine.JVM
        ? config.machine().precision() == Precision.FLOAT64
        : config.simplify().train().dp().isEmpty() && StartModels.of(config).areForeign();
  }

  /**
   * @param most frames that there can be
   * @param models in the folder that training wrote, or others
   * @param gone of frames that left the pool earlier: what errors were expected of them then, as
   *     {@link Tables#told} has it; {@code null} for none
   * @param evaluated a table that this wrote of these models and some of the frames, which are not
   *     evaluated again; {@code null} for none
   */
  Facts.Deviation write(
      Path target,
      Dataset<Row> frames,
      long most,
      List<Path> models,
      Dataset<Row> gone,
      Path evaluated) {
    Path folder = models.get(0).toAbsolutePath().getParent();
    Optional<UncertaintyFiles.Known> known =
        uncertain || simplify.train().members() > 0
            ? UncertaintyFiles.read(folder)
            : Optional.empty();
    Optional<LabelPredictor> predictor =
        known.isPresent() && old != null
            ? OldLayerFiles.predictor(folder, start, models)
            : Optional.empty();
    Dataset<Row> asked =
        predictor.isPresent() ? old.besideAll(frames, simplify.pool().labelsAreOld()) : frames;
    boolean answered;
    boolean ours;
    Map<String, String> problems;
    try (DeviationEngine engine = engine(models, known.orElse(null), predictor.orElse(null))) {
      answered = engine.isUncertain();
      ours = engine instanceof EnsembleHandle && section.engine() != Engine.DP;
      Tables.write(
          evaluated == null
              ? rows(asked, engine)
              : rows(asked, engine, Tables.read(spark, evaluated)),
          most,
          target);
      problems = engine.problems();
    }
    Dataset<Row> written = Tables.read(spark, target);
    Facts.Deviation deviation = Tables.deviation(written);
    if (deviation.notANumber() > 0) {
      notes.accept(
          "%,d of %s could not be evaluated, so the deviation is NaN and the class failed: %s"
              .formatted(
                  deviation.notANumber(),
                  Counted.of(deviation.frames(), "frame"),
                  String.join(
                      "; ", firstNotEvaluated(written, frames, ours ? models : null, problems))));
    }
    return answered
        ? deviation.with(Tables.expected(written, gone, known.orElseThrow().numbers()))
        : deviation;
  }

  private Dataset<Row> rows(Dataset<Row> asked, DeviationEngine engine) {
    return trust.usesTrueError()
        ? DeviationStage.applyWithTrueError(asked, engine)
        : DeviationStage.apply(asked, engine);
  }

  /** Frames without numbers are asked of again: somebody may want to know why. */
  private Dataset<Row> rows(Dataset<Row> asked, DeviationEngine engine, Dataset<Row> evaluated) {
    StructType schema = rows(asked, engine).schema();
    if (!List.of(schema.fieldNames()).equals(List.of(evaluated.columns()))) {
      return rows(asked, engine);
    }
    Dataset<Row> known = evaluated.where("NOT isnan(max_devi_f)");
    Dataset<Row> all = rows(Tables.notIn(asked, known), engine).union(known);
    return spark.createDataFrame(all.toJavaRDD(), schema); // of which nothing is missing
  }

  private List<String> firstNotEvaluated(
      Dataset<Row> written, Dataset<Row> frames, List<Path> models, Map<String, String> problems) {
    return NotEvaluated.first(
        MOST_REASONS,
        written,
        Measure.FORCE,
        frames,
        models == null
            ? null
            : models.stream().map(model -> ModelFiles.read(model, typeMap)).toList(),
        options,
        problems);
  }

  /**
   * Before any work.
   *
   * @param models none where the first are still to be trained
   * @throws org.dpsieve.error.InputException when DeePMD-kit's program is asked for and cannot be
   *     had, or does not take the models
   */
  void check(List<Path> models) {
    if (section.engine() == Engine.DP && models.isEmpty()) {
      trainer.ifPresent(dp -> DpModelDevi.check(spark, program(), dp.suffix()));
      List<Path> pretrained = trainer.map(DpTrainConfig::pretrained).orElse(List.of());
      if (!pretrained.isEmpty()) {
        String branch = branch(pretrained.get(0));
        try (DpModelDevi dp = DpModelDevi.of(spark, pretrained, branch, program(), typeMap)) {
          dp.checkLoads(spark);
        }
      }
    } else if (section.engine() == Engine.DP) {
      try (DpModelDevi dp = dp(models)) {
        check(dp);
      }
    }
  }

  /** Of a checkpoint that is trained on: any, where training asks for none of them. */
  private String branch(Path checkpoint) {
    String named = trainer.orElseThrow().fineTuning().branch();
    return named.equals(TorchCheckpoint.RANDOM)
        ? TorchCheckpoint.read(checkpoint)
            .filter(TorchCheckpoint::multiTask)
            .map(found -> found.branches().keySet().iterator().next())
            .orElse("")
        : named;
  }

  private void check(DpModelDevi dp) {
    dp.check(
        spark, typeMap, training.parameters("numb_fparam"), training.parameters("numb_aparam"));
  }

  private DeviationEngine engine(
      List<Path> models, UncertaintyFiles.Known known, LabelPredictor predictor) {
    if (section.engine() == Engine.DP) {
      return known == null || !uncertain
          ? dp(models)
          : with(known, predictor, EnsembleHandle.of(spark, start.read(models)));
    }
    try {
      EnsembleHandle ensemble =
          EnsembleHandle.of(
              spark,
              models.stream().map(file -> ModelFiles.read(file, typeMap)).toList(),
              options,
              borderline);
      return known == null ? ensemble : with(known, predictor, ensemble);
    } catch (UnsupportedModelException e) {
      // Of models that DeePMD-kit has trained from ones we know, with another activation function.
      notes.accept("deviation by DeePMD-kit's own dp model-devi: " + e.feature());
      DpModelDevi dp = dp(models);
      check(dp);
      return dp;
    }
  }

  private EnsembleHandle with(
      UncertaintyFiles.Known known, LabelPredictor predictor, EnsembleHandle ensemble) {
    return ensemble.with(
        spark,
        known.uncertainty(),
        ExpectedError.Scale.of(known.numbers().reliability()),
        predictor,
        known.members());
  }

  private DpModelDevi dp(List<Path> models) {
    return DpModelDevi.of(
        spark,
        simplify.train().members() > 0 ? MemberFiles.orElse(models) : models,
        simplify.train().branch(),
        program(),
        typeMap);
  }

  private DpProgram program() {
    return StartModels.program(section);
  }
}
