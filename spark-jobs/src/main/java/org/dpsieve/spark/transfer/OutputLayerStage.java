package org.dpsieve.spark.transfer;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.stream.Collectors;
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
import org.dpsieve.outputlayer.OutputParameters;
import org.dpsieve.outputlayer.TransferFit;
import org.dpsieve.spark.frames.FrameRows;
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
   */
  public record Trained(
      List<OutputLayerSolution> solutions,
      Uncertainty uncertainty,
      Reliability reliability,
      LearningCurve curve,
      List<OldLayer> old,
      LabelUncertainty labels) {}

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
    return run(
            spark,
            labelled,
            models,
            Collections.nCopies(models.size(), prefactors),
            ridge,
            false,
            old,
            List.of())
        .solutions();
  }

  /**
   * As {@link #solve} with a ridge chosen by cross-validation.
   *
   * @param prefactors of each model's loss
   * @param uncertain whether what the labels leave open is asked for too; without, of the result
   *     only the solutions and old layers are there, the rest is {@code null}
   * @param old {@code null} where there are no old labels
   * @param known old layers that an earlier training found, of these models; those whose size still
   *     fits are taken as they are
   */
  public static Trained train(
      SparkSession spark,
      Dataset<Row> labelled,
      List<DeepPotential> models,
      List<LossPrefactors> prefactors,
      boolean uncertain,
      OldLabels old,
      List<OldLayer> known) {
    return run(spark, labelled, models, prefactors, OptionalDouble.empty(), uncertain, old, known);
  }

  private static Trained run(
      SparkSession spark,
      Dataset<Row> labelled,
      List<DeepPotential> models,
      List<LossPrefactors> prefactors,
      OptionalDouble ridge,
      boolean uncertain,
      OldLabels old,
      List<OldLayer> known) {
    Dataset<Row> withLabels =
        labelled
            .filter("energy is not null or force is not null or virial is not null")
            .persist(StorageLevel.MEMORY_AND_DISK());
    try {
      boolean[] present = typesIn(withLabels, models.get(0));
      boolean asked = old != null && old.mode() != TransferFit.Mode.IGNORE;
      LabelledFrames frames = LabelledFrames.of(spark, asked ? old.beside(withLabels) : withLabels);
      List<OldLayer> layers =
          !asked
              ? List.of()
              : fits(known, models, present)
                  ? known
                  : oldLayers(spark, old, models, present, prefactors);
      List<FoldedFit> fits = new ArrayList<>();
      List<DeepPotential> beforeAndAfter = new ArrayList<>(models);
      for (int m = 0; m < models.size(); m++) {
        DeepPotential model = models.get(m);
        OutputParameters parameters = OutputParameters.of(model, present);
        OldLayer layer = layers.isEmpty() ? null : layers.get(m);
        NormalEquations[] folds =
            sums(spark, frames, model, present, layer == null ? null : layer.change());
        TransferFit fit =
            TransferFit.of(
                folds,
                prefactors.get(m),
                parameters.biases(),
                layer,
                asked ? old.mode() : TransferFit.Mode.IGNORE,
                ridge);
        fits.add(new FoldedFit(model, parameters, prefactors.get(m), layer, fit));
        beforeAndAfter.add(fits.get(m).trained());
      }
      List<ModelErrors> errors = ModelErrors.of(spark, frames, beforeAndAfter);
      List<OutputLayerSolution> solutions = new ArrayList<>();
      int count = models.size();
      for (int m = 0; m < count; m++) {
        TransferFit fit = fits.get(m).fit();
        OldLayer layer = fits.get(m).old();
        solutions.add(
            new OutputLayerSolution(
                beforeAndAfter.get(count + m),
                fit.fit().ridge(),
                fit.fit().chosen(),
                errors.get(m),
                errors.get(count + m),
                fit.fit().unfitted(),
                layer == null ? null : OldLabelUse.of(layer, fit)));
      }
      if (!uncertain) {
        return new Trained(List.copyOf(solutions), null, null, null, layers, null);
      }
      FoldCalibration.Calibrated calibrated = FoldCalibration.of(spark, frames, present, fits);
      return new Trained(
          List.copyOf(solutions),
          calibrated.uncertainty(),
          calibrated.reliability(),
          FoldedFit.curve(fits),
          layers,
          LabelCalibration.of(spark, frames, present, fits));
    } finally {
      withLabels.unpersist();
    }
  }

  private static boolean fits(List<OldLayer> known, List<DeepPotential> models, boolean[] present) {
    boolean fits = known.size() == models.size();
    for (int m = 0; fits && m < models.size(); m++) {
      int size = OutputParameters.of(models.get(m), present).size();
      fits = known.get(m).change().length == size;
    }
    return fits;
  }

  /**
   * Each model's output layer by a sample of the old labels.
   *
   * @param present which types of the models are solved for; frames with others are left out
   * @return empty where no frame has an old label
   */
  public static List<OldLayer> oldLayers(
      SparkSession spark,
      OldLabels old,
      List<DeepPotential> models,
      boolean[] present,
      List<LossPrefactors> prefactors) {
    List<OutputParameters> parameters =
        models.stream().map(model -> OutputParameters.of(model, present)).toList();
    int most = parameters.stream().mapToInt(OutputParameters::size).max().orElseThrow();
    Set<String> types = new HashSet<>();
    for (int type = 0; type < present.length; type++) {
      if (present[type]) {
        types.add(models.get(0).typeMap().get(type));
      }
    }
    Dataset<Row> sample =
        old.sample(OldLayer.FRAMES_PER_PARAMETER * most, types)
            .persist(StorageLevel.MEMORY_AND_DISK());
    try {
      if (sample.isEmpty()) {
        return List.of();
      }
      LabelledFrames frames = LabelledFrames.of(spark, sample);
      List<OldLayer> layers = new ArrayList<>();
      for (int m = 0; m < models.size(); m++) {
        layers.add(
            OldLayer.of(
                sums(spark, frames, models.get(m), present, null),
                prefactors.get(m),
                parameters.get(m).biases()));
      }
      return List.copyOf(layers);
    } finally {
      sample.unpersist();
    }
  }

  /**
   * @param oldChange of the model's parameters to those fitted to old labels; {@code null} without
   */
  private static NormalEquations[] sums(
      SparkSession spark,
      LabelledFrames frames,
      DeepPotential model,
      boolean[] present,
      double[] oldChange) {
    int size = OutputParameters.of(model, present).size();
    Broadcast<DeepPotential> shared =
        JavaSparkContext.fromSparkContext(spark.sparkContext()).broadcast(model);
    try {
      return frames
          .rows()
          .mapPartitions(
              rows -> {
                if (!rows.hasNext()) {
                  return List.<FoldSums.Term>of().iterator();
                }
                Iterator<FoldSums.Term> terms =
                    new TermIterator(
                        rows,
                        shared.value(),
                        OutputParameters.of(shared.value(), present),
                        oldChange);
                return terms;
              })
          .treeAggregate(new FoldSums(), FoldSums::add, FoldSums::add, DEPTH)
          .totals(size);
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
          "labelled frames hold %s, which the type map of %s does not: %s"
              .formatted(
                  unknown.stream().sorted().collect(Collectors.joining(", ")),
                  model.name(),
                  String.join(" ", model.typeMap())));
    }
    return present;
  }
}
