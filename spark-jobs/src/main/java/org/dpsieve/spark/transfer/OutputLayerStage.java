package org.dpsieve.spark.transfer;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.storage.StorageLevel;
import org.dpsieve.error.InputException;
import org.dpsieve.model.DeepPotential;
import org.dpsieve.outputlayer.LearningCurve;
import org.dpsieve.outputlayer.LossPrefactors;
import org.dpsieve.outputlayer.NormalEquations;
import org.dpsieve.outputlayer.OldLayer;
import org.dpsieve.outputlayer.OldLayers;
import org.dpsieve.outputlayer.OutputLayerFit;
import org.dpsieve.outputlayer.OutputParameters;
import org.dpsieve.outputlayer.TransferFit;
import org.dpsieve.spark.frames.FrameRows;
import org.dpsieve.uncertainty.Calibrated;
import org.dpsieve.uncertainty.FrameErrors;
import org.dpsieve.uncertainty.Reliability;
import org.dpsieve.uncertainty.Uncertainty;

/**
 * Trains models whose embedding nets and hidden layers are frozen: the best output layer for all
 * labelled frames is the solution of a linear problem. The executors add up the normal equations of
 * their frames, the driver solves them, one model after the other. Same bits whatever the
 * partitions and the number of executors.
 */
public final class OutputLayerStage {
  /** Levels of the tree that sums travel up. */
  private static final int DEPTH = 2;

  /** Of the sums of a task, 8 bytes each. */
  private static final long MOST_NUMBERS = 1 << 24;

  private OutputLayerStage() {}

  /**
   * What training came to.
   *
   * @param solutions in the models' order
   * @param uncertainty of the new models, calibrated on labelled frames left out
   * @param reliability of that uncertainty, on those frames
   * @param curve how errors fall with labels; {@code null} where those are too few
   * @param old each model's output layer fitted to the old labels; empty without old labels
   * @param labels how far labels predicted from old ones are off; {@code null} where no model uses
   *     old labels
   * @param members of an ensemble out of the one model, as changes of its parameters,
   *     [members][size]; {@code null} where none were asked for
   * @param sums what the next training does not have to sum up again
   * @param oldUnit whether old labels look like another unit's, in a sentence; empty where they do
   *     not; {@code null} where nobody looked
   */
  public record Trained(
      List<OutputLayerSolution> solutions,
      Uncertainty uncertainty,
      Reliability reliability,
      LearningCurve curve,
      List<OldLayer> old,
      LabelUncertainty labels,
      double[][] members,
      KnownSums sums,
      Optional<String> oldUnit) {}

  /**
   * What is asked for beside solutions.
   *
   * @param uncertain what the labels leave open; without, of the result only solutions, old layers
   *     and sums are there, the rest is {@code null}
   * @param members of an ensemble out of the one model; 0 for none
   * @param seed of their draws
   */
  public record Asked(boolean uncertain, int members, long seed) {
    public static final Asked SOLUTIONS = new Asked(false, 0, 0);
  }

  /**
   * @param labelled rows of the frames dataset; what a frame has no label for does not count
   * @param models of one type map; types without a labelled atom keep their output layer
   * @param ridge 0 for none; empty to let cross-validation choose, for each model
   * @throws InputException without labels, with an element the models do not know, or where a
   *     model's energy is not linear in its last layer
   */
  public static List<OutputLayerSolution> solve(
      SparkSession spark,
      Dataset<Row> labelled,
      List<DeepPotential> models,
      LossPrefactors prefactors,
      OptionalDouble ridge) {
    return solve(spark, labelled, models, prefactors, ridge, null);
  }

  /**
   * As the above, from old labels where they help.
   *
   * @param old {@code null} where there are none
   */
  public static List<OutputLayerSolution> solve(
      SparkSession spark,
      Dataset<Row> labelled,
      List<DeepPotential> models,
      LossPrefactors prefactors,
      OptionalDouble ridge,
      OldLabels old) {
    return solve(spark, labelled, models, prefactors, ridge, old, Asked.SOLUTIONS).solutions();
  }

  /** As the above, with what else is asked for. */
  public static Trained solve(
      SparkSession spark,
      Dataset<Row> labelled,
      List<DeepPotential> models,
      LossPrefactors prefactors,
      OptionalDouble ridge,
      OldLabels old,
      Asked asked) {
    return run(
        spark,
        List.of(labelled),
        0,
        models,
        Collections.nCopies(models.size(), prefactors),
        ridge,
        asked,
        old,
        KnownSums.NONE);
  }

  /**
   * As {@link #solve} with a ridge chosen by cross-validation.
   *
   * @param labelled rows of the frames dataset in groups, as they came
   * @param judge number of the group that stands for all frames: by its errors old labels are used
   *     or not
   * @param prefactors of each model's loss
   * @param asked beside solutions
   * @param old {@code null} where there are no old labels
   * @param known what an earlier training of these models summed up, over the first groups; taken
   *     over where it still fits
   */
  public static Trained train(
      SparkSession spark,
      List<Dataset<Row>> labelled,
      int judge,
      List<DeepPotential> models,
      List<LossPrefactors> prefactors,
      Asked asked,
      OldLabels old,
      KnownSums known) {
    return run(
        spark, labelled, judge, models, prefactors, OptionalDouble.empty(), asked, old, known);
  }

  private static Trained run(
      SparkSession spark,
      List<Dataset<Row>> labelled,
      int judge,
      List<DeepPotential> models,
      List<LossPrefactors> prefactors,
      OptionalDouble ridge,
      Asked asked,
      OldLabels old,
      KnownSums known) {
    boolean useOld = old != null && old.mode() != TransferFit.Mode.IGNORE;
    List<Dataset<Row>> groups = new ArrayList<>();
    Dataset<Row> all = null;
    for (Dataset<Row> group : labelled) {
      Dataset<Row> labels =
          group.filter("energy is not null or force is not null or virial is not null");
      Dataset<Row> some =
          (useOld ? old.beside(labels) : labels).persist(StorageLevel.MEMORY_AND_DISK());
      groups.add(some);
      all = all == null ? some : all.unionByName(some, true);
    }
    try {
      boolean[] present = typesIn(all, models.get(0));
      KnownSums sums =
          (known.fits(models, present, groups.size()) ? known : KnownSums.NONE)
              .with(group -> sums(spark, groups.get(group), models, present), groups.size(), judge);
      if (useOld) {
        sums = withOld(spark, sums, old, models, present).withLeftOut(old::leftOut);
      }
      List<OldLayers> layers = layers(sums, models, present, prefactors);
      FoldedFrames frames = FoldedFrames.of(spark, groups);
      KnownSums summed = sums;
      List<FoldedFit> fits =
          IntStream.range(0, models.size())
              .parallel() // the driver has nothing else to do
              .mapToObj(
                  m -> {
                    OutputParameters parameters = OutputParameters.of(models.get(m), present);
                    TransferFit fit =
                        TransferFit.of(
                            summed.labelled().get(m),
                            summed.judges(m),
                            prefactors.get(m),
                            parameters.biases(),
                            layers.isEmpty() ? null : layers.get(m),
                            useOld ? old.mode() : TransferFit.Mode.IGNORE,
                            ridge);
                    return new FoldedFit(models.get(m), parameters, prefactors.get(m), fit);
                  })
              .toList();
      List<DeepPotential> beforeAndAfter = new ArrayList<>(models);
      fits.forEach(fit -> beforeAndAfter.add(fit.trained()));
      List<ModelErrors> errors = ModelErrors.of(spark, frames, beforeAndAfter);
      List<OutputLayerSolution> solutions = new ArrayList<>();
      int count = models.size();
      for (int m = 0; m < count; m++) {
        TransferFit fit = fits.get(m).fit();
        solutions.add(
            new OutputLayerSolution(
                beforeAndAfter.get(count + m),
                fit.fit().ridge(),
                fit.fit().chosen(),
                errors.get(m),
                errors.get(count + m),
                fit.fit().unfitted(),
                fit.old() == null ? null : OldLabelUse.of(fit)));
      }
      double[][] members =
          asked.members() == 0
              ? null
              : MemberStage.of(spark, frames, fits.get(0), present, asked.members(), asked.seed());
      if (!asked.uncertain()) {
        return new Trained(
            List.copyOf(solutions), null, null, null, old(fits), null, members, sums, null);
      }
      List<FoldCalibration.LeftOut> own = FoldCalibration.folds(frames, present, fits, members);
      List<FoldCalibration.LeftOut> labels = LabelCalibration.folds(frames, present, fits);
      List<FoldCalibration.LeftOut> both = new ArrayList<>(own);
      both.addAll(labels == null ? List.of() : labels);
      List<List<FrameErrors>> found = FoldCalibration.errors(spark, both); // in one job
      Calibrated calibrated = Calibrated.of(found.subList(0, own.size()));
      return new Trained(
          List.copyOf(solutions),
          FoldCalibration.of(calibrated, present, fits),
          calibrated.reliability(),
          FoldedFit.curve(fits),
          old(fits),
          labels == null ? null : LabelCalibration.of(found.subList(own.size(), found.size())),
          members,
          sums,
          useOld ? OldScale.text(frames.some().stream().map(scala.Tuple2::_2).toList()) : null);
    } finally {
      groups.forEach(Dataset::unpersist);
    }
  }

  /** With the sums of old labels: a sample's, and what further frames there are by now. */
  private static KnownSums withOld(
      SparkSession spark,
      KnownSums sums,
      OldLabels old,
      List<DeepPotential> models,
      boolean[] present) {
    int most =
        OldLayer.FRAMES_PER_PARAMETER
            * models.stream()
                .mapToInt(model -> OutputParameters.of(model, present).size())
                .max()
                .orElseThrow();
    Set<String> types = new HashSet<>();
    for (int type = 0; type < present.length; type++) {
      if (present[type]) {
        types.add(models.get(0).typeMap().get(type));
      }
    }
    return sums.withOld(
        group -> {
          Dataset<Row> some =
              (group == 0 ? old.sample(most, types) : old.further(group - 1, most, types))
                  .persist(StorageLevel.MEMORY_AND_DISK());
          try {
            return sums(spark, some, models, present);
          } finally {
            some.unpersist();
          }
        },
        1 + old.groups());
  }

  /** The layers that the fits tried. */
  private static List<OldLayer> old(List<FoldedFit> fits) {
    return fits.stream().map(fit -> fit.fit().old()).filter(Objects::nonNull).toList();
  }

  private static List<OldLayers> layers(
      KnownSums sums,
      List<DeepPotential> models,
      boolean[] present,
      List<LossPrefactors> prefactors) {
    List<OldLayers> layers = new ArrayList<>();
    for (int m = 0; m < sums.old().size(); m++) {
      layers.add(
          new OldLayers(
              sums.old().get(m),
              prefactors.get(m),
              OutputParameters.of(models.get(m), present).biases()));
    }
    return List.copyOf(layers);
  }

  /**
   * Each model's output layers by a sample of the old labels.
   *
   * @param present which types of the models are solved for; frames with others are left out
   * @return empty where no frame has an old label
   */
  public static List<OldLayers> oldLayers(
      SparkSession spark,
      OldLabels old,
      List<DeepPotential> models,
      boolean[] present,
      List<LossPrefactors> prefactors) {
    return layers(
        withOld(spark, KnownSums.NONE, old, models, present), models, present, prefactors);
  }

  /**
   * Of every model, residuals at its own parameters.
   *
   * @param rows of the frames dataset; read twice
   * @return empty where there are no frames
   */
  private static List<NormalEquations[]> sums(
      SparkSession spark, Dataset<Row> rows, List<DeepPotential> models, boolean[] present) {
    FoldedFrames frames = FoldedFrames.find(spark, List.of(rows)).orElse(null);
    if (frames == null) {
      return List.of();
    }
    List<NormalEquations[]> sums = new ArrayList<>();
    for (List<DeepPotential> some : atOnce(models, present)) {
      sums.addAll(sums(spark, frames, some, present));
    }
    return sums;
  }

  /** Models whose sums fit into a task's memory together, in their order. */
  private static List<List<DeepPotential>> atOnce(List<DeepPotential> models, boolean[] present) {
    List<List<DeepPotential>> all = new ArrayList<>();
    long numbers = 0;
    for (DeepPotential model : models) {
      long size = OutputParameters.of(model, present).size();
      numbers += OutputLayerFit.FOLDS * size * size;
      if (all.isEmpty() || numbers > MOST_NUMBERS) {
        all.add(new ArrayList<>());
        numbers = OutputLayerFit.FOLDS * size * size;
      }
      all.get(all.size() - 1).add(model);
    }
    return all;
  }

  private static List<NormalEquations[]> sums(
      SparkSession spark, FoldedFrames frames, List<DeepPotential> models, boolean[] present) {
    int count = models.size();
    Broadcast<List<DeepPotential>> shared =
        JavaSparkContext.fromSparkContext(spark.sparkContext()).broadcast(List.copyOf(models));
    try {
      FoldSums sums =
          frames
              .rows()
              .mapPartitions(
                  rows -> {
                    if (!rows.hasNext()) {
                      return List.<FoldSums.Term>of().iterator();
                    }
                    Iterator<FoldSums.Term> terms = new TermIterator(rows, shared.value(), present);
                    return terms;
                  })
              .treeAggregate(new FoldSums(count), FoldSums::add, FoldSums::add, DEPTH);
      List<NormalEquations[]> totals = new ArrayList<>();
      for (int m = 0; m < count; m++) {
        totals.add(sums.totals(m, OutputParameters.of(models.get(m), present).size()));
      }
      return totals;
    } finally {
      shared.destroy();
    }
  }

  /**
   * Which types of the model the frames have.
   *
   * @param labelled rows of the frames dataset
   */
  public static boolean[] typesIn(Dataset<Row> labelled, DeepPotential model) {
    Set<String> types = FrameRows.types(labelled);
    if (types.isEmpty()) {
      throw new InputException(
          "no frame has an energy, force or virial label: nothing to fit the output layer to");
    }
    boolean[] present = new boolean[model.typeCount()];
    List<String> unknown = new ArrayList<>();
    for (String name : types) {
      int type = model.typeMap().indexOf(name);
      if (type < 0) {
        unknown.add(name);
      } else {
        present[type] = true;
      }
    }
    if (!unknown.isEmpty()) {
      throw new InputException(
          "labelled frames hold %s, which the type map of %s does not: %s; leave such frames out, or take a model that knows them"
              .formatted(
                  unknown.stream().sorted().collect(Collectors.joining(", ")),
                  model.name(),
                  String.join(" ", model.typeMap())));
    }
    return present;
  }
}
