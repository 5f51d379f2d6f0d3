package org.dpsieve.spark.loop;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.dpsieve.config.Engine;
import org.dpsieve.config.RunConfig;
import org.dpsieve.config.SimplifyConfig;
import org.dpsieve.config.TrainConfig;
import org.dpsieve.config.TrainingInput;
import org.dpsieve.digest.Sha256;
import org.dpsieve.error.InputException;
import org.dpsieve.io.RegularFile;
import org.dpsieve.loop.Facts;
import org.dpsieve.model.DeepPotential;
import org.dpsieve.model.format.ModelFiles;
import org.dpsieve.outputlayer.LabelKind;
import org.dpsieve.outputlayer.LossPrefactors;
import org.dpsieve.outputlayer.OldShare;
import org.dpsieve.outputlayer.OutputParameters;
import org.dpsieve.outputlayer.TransferFit;
import org.dpsieve.spark.transfer.KnownSums;
import org.dpsieve.spark.transfer.ModelErrors;
import org.dpsieve.spark.transfer.OldLabelUse;
import org.dpsieve.spark.transfer.OldLabels;
import org.dpsieve.spark.transfer.OutputLayerSolution;
import org.dpsieve.spark.transfer.OutputLayerStage;
import org.dpsieve.spark.transfer.SigmaWeights;

/**
 * The output layers solved for all labels so far. Each solution starts from the model the run was
 * given, not from the last iteration's: it is the optimum for all labels either way, and so the
 * ridge pulls towards a model that has not seen them.
 */
final class Training {
  private static final Facts.Errors NO_MODEL = new Facts.Errors(Double.NaN, Double.NaN, Double.NaN);

  private final SparkSession spark;
  private final TrainConfig config;
  private final double content; // with an error of forces below this, eV/Å
  private final StartModels start;
  private final Engine evaluates;
  private final List<String> typeMap;
  private final long seed;

  /** Which trains. */
  Training(SparkSession spark, RunConfig config) {
    this(spark, config.simplify(), StartModels.of(config), config.machine().modelDevi().engine());
  }

  private Training(SparkSession spark, SimplifyConfig config, StartModels start, Engine evaluates) {
    this.spark = spark;
    this.start = start;
    this.evaluates = evaluates;
    this.config = config.train();
    this.content = config.trust().force().lo();
    this.typeMap = config.typeMap();
    this.seed = config.pick().seed();
  }

  /**
   * Writes {@code graph.000.pb} and so on.
   *
   * @param labelled in groups, as they came
   * @param judge see {@link OutputLayerStage#train}
   * @param uncertain whether somebody reads how far off the models may be
   * @param old {@code null} where there are no labels of an old level
   * @param previous the folder of the training before, whose sums are taken over; {@code null}
   *     without one
   */
  Facts.Training train(
      Path target,
      List<Dataset<Row>> labelled,
      int judge,
      boolean uncertain,
      OldLabels old,
      Path previous) {
    List<DeepPotential> models = start.read();
    boolean known =
        uncertain
            || config.members() > 0
            || old != null && old.asked(); // for the labels predicted from them
    OutputLayerStage.Trained trained =
        OutputLayerStage.train(
            spark,
            labelled.stream().map(group -> SigmaWeights.beside(group, content)).toList(),
            judge,
            models,
            prefactors(models.size()),
            new OutputLayerStage.Asked(known, config.members(), seed),
            old,
            previous == null ? KnownSums.NONE : SumsFiles.read(previous, sumsKey(old, labelled)));
    List<OutputLayerSolution> solutions = trained.solutions();
    String beside =
        old == null
            ? ""
            : beside(
                trained.sums().leftOut(),
                trained.oldUnit() == null
                    ? old.otherUnit(labelled.stream().reduce(Tables::union).orElseThrow())
                    : trained.oldUnit());
    long frames = solutions.get(0).after().frames();
    List<Facts.ModelFit> fits = new ArrayList<>();
    try {
      Files.createDirectories(target);
      for (int m = 0; m < models.size(); m++) {
        OutputLayerSolution solution = solutions.get(m);
        start.write(m, solution.model(), target.resolve(config.modelName(m)));
        fits.add(
            new Facts.ModelFit(
                solution.ridge(),
                errors(solution.before()),
                errors(solution.after()),
                solution.unfitted().stream().map(LabelKind::key).toList(),
                old == null ? null : oldLabels(solution.old(), beside)));
      }
      if (trained.members() != null && evaluates == Engine.DP) {
        Dataset<Row> all = labelled.stream().reduce(Dataset::unionByName).orElseThrow();
        OutputParameters parameters =
            OutputParameters.of(
                models.get(0), OutputLayerStage.typesIn(labels(all), models.get(0)));
        MemberFiles.write(target, start, solutions.get(0).model(), parameters, trained.members());
      }
      OldLayerFiles.write(target, trained.old());
      SumsFiles.write(target, sumsKey(old, labelled), trained.sums());
      if (trained.labels() != null) {
        OldLayerFiles.writeLabels(
            target, new OldLayerFiles.LabelNumbers(shares(solutions), trained.labels()));
      }
      if (known) {
        UncertaintyFiles.write(target, frames, trained);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new Facts.Training(frames, fits);
  }

  /**
   * Trains on these frames alone, writing nothing.
   *
   * @param trained the folder of a training, whose sums of old labels are taken over
   */
  OutputLayerStage.Trained few(Dataset<Row> labelled, OldLabels old, Path trained) {
    List<DeepPotential> models = start.read();
    return OutputLayerStage.train(
        spark,
        List.of(SigmaWeights.beside(labelled, content)),
        0,
        models,
        prefactors(models.size()),
        new OutputLayerStage.Asked(true, 0, 0),
        old,
        SumsFiles.read(trained, sumsKey(old, List.of(labelled))).ofOld());
  }

  private static Dataset<Row> labels(Dataset<Row> frames) {
    return frames.filter("energy is not null or force is not null or virial is not null");
  }

  private static double[][] shares(List<OutputLayerSolution> solutions) {
    return solutions.stream()
        .map(OutputLayerSolution::old)
        .map(
            old ->
                old.used()
                    ? new double[] {old.share().energy(), old.share().force(), old.share().virial()}
                    : null)
        .toArray(double[][]::new);
  }

  /** What is to be said of the old labels of all models. */
  private static String beside(long leftOut, Optional<String> unit) {
    return (leftOut <= 0 ? "" : "; " + OldLabelUse.leftOut(leftOut))
        + unit.map(text -> "; " + text).orElse("");
  }

  private static Facts.OldLabels oldLabels(OldLabelUse use, String beside) {
    String text = OldLabelUse.text(use) + beside;
    if (use == null) {
      return new Facts.OldLabels(false, 0, 0, 0, 0, Double.NaN, Double.NaN, text);
    }
    OldShare share = use.share() == null ? OldShare.NONE : use.share();
    return new Facts.OldLabels(
        use.used(),
        use.frames(),
        share.energy(),
        share.force(),
        share.virial(),
        use.with(),
        use.without(),
        text);
  }

  /** What the sums depend on and may change between two calls. */
  private String sumsKey(OldLabels old, List<Dataset<Row>> labelled) {
    List<String> parts = new ArrayList<>();
    config.models().forEach(model -> parts.add(RegularFile.sha256(model)));
    boolean asked = old != null && config.oldLabels() != TransferFit.Mode.IGNORE;
    if (!config.branch().isEmpty()) {
      parts.add(config.branch());
    }
    parts.add(asked ? "old labels" : "no old labels");
    if (labelled.stream().anyMatch(SigmaWeights::known)) {
      parts.add("weighed by their sigma beside " + content);
    }
    return Sha256.hex(String.join("\n", parts));
  }

  /** Of each model's loss. */
  private List<LossPrefactors> prefactors(int models) {
    List<LossPrefactors> prefactors = new ArrayList<>();
    for (int m = 0; m < models; m++) {
      TrainingInput.Loss loss = config.input(m).loss();
      prefactors.add(new LossPrefactors(loss.limitPrefE(), loss.limitPrefF(), loss.limitPrefV()));
    }
    return prefactors;
  }

  /** What a training by somebody else came to: of models that can be read, how well they fit. */
  Facts.Training facts(Dataset<Row> labelled, List<Path> models) {
    List<Facts.ModelFit> fits = new ArrayList<>();
    if (readable(models, typeMap) && readable(config.models(), typeMap)) {
      for (Facts.BeforeAfter pair : errors(labelled, models)) {
        fits.add(new Facts.ModelFit(0, pair.before(), pair.after()));
      }
    }
    return new Facts.Training(labelled.count(), fits);
  }

  /** Whether our own reader knows these models. */
  static boolean readable(List<Path> models, List<String> typeMap) {
    try {
      models.forEach(model -> ModelFiles.read(model, typeMap));
      return true;
    } catch (InputException e) {
      return false;
    }
  }

  /**
   * Errors of the models the run was given, NaN where it was given none, and of these, on labelled
   * frames.
   */
  List<Facts.BeforeAfter> errors(Dataset<Row> labelled, List<Path> models) {
    return pairs(ModelErrors.of(spark, labelled, both(models)));
  }

  /**
   * Errors on the same frames.
   *
   * @param models as {@link #errors(Dataset, List)} has them
   * @param others of other models, in their order
   */
  record Found(List<Facts.BeforeAfter> models, List<ModelErrors> others) {}

  /**
   * The same, of other models too, every frame evaluated once.
   *
   * @param others that differ from those the run was given in their output layers alone
   * @param largest hears of each frame the largest error of a force that {@code models} have, eV/Å,
   *     by {@code frame_id}
   */
  Found errors(
      Dataset<Row> labelled,
      List<Path> models,
      List<DeepPotential> others,
      Map<String, Double> largest) {
    List<DeepPotential> all = both(models);
    int ours = all.size();
    all.addAll(others);
    ModelErrors.Found found = ModelErrors.find(spark, labelled, all, config.models().size(), ours);
    largest.putAll(found.largest());
    return new Found(
        pairs(found.errors().subList(0, ours)), found.errors().subList(ours, all.size()));
  }

  private List<DeepPotential> both(List<Path> models) {
    List<DeepPotential> both = start.read();
    for (int m = 0; m < models.size(); m++) {
      both.add(
          config.dp().isPresent()
              ? ModelFiles.read(models.get(m), typeMap)
              : start.read(m, models.get(m)));
    }
    return both;
  }

  /** The models as the run was given them. */
  StartModels start() {
    return start;
  }

  /**
   * Whether the errors of such models can be found: ones that were solved, or that are read here.
   */
  boolean knows(List<Path> models) {
    return config.dp().isEmpty() || readable(models, typeMap);
  }

  private List<Facts.BeforeAfter> pairs(List<ModelErrors> errors) {
    int given = config.models().size();
    List<Facts.BeforeAfter> pairs = new ArrayList<>();
    for (int m = given; m < errors.size(); m++) {
      pairs.add(
          new Facts.BeforeAfter(
              given == 0 ? NO_MODEL : errors(errors.get(m - given)), errors(errors.get(m))));
    }
    return pairs;
  }

  private static Facts.Errors errors(ModelErrors errors) {
    return new Facts.Errors(errors.energyPerAtom(), errors.force(), errors.virialPerAtom());
  }
}
