package org.dpsieve.spark.transfer;

import java.util.ArrayList;
import java.util.Collections;
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
import org.dpsieve.outputlayer.OutputLayerFit;
import org.dpsieve.outputlayer.OutputParameters;
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
   */
  public record Trained(
      List<OutputLayerSolution> solutions,
      Uncertainty uncertainty,
      Reliability reliability,
      LearningCurve curve) {}

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
    return run(
            spark, labelled, models, Collections.nCopies(models.size(), prefactors), ridge, false)
        .solutions();
  }

  /**
   * As {@link #solve} with a ridge chosen by cross-validation.
   *
   * @param prefactors of each model's loss
   * @param uncertain whether what the labels leave open is asked for too; without, of the result
   *     only the solutions are there, the rest is {@code null}
   */
  public static Trained train(
      SparkSession spark,
      Dataset<Row> labelled,
      List<DeepPotential> models,
      List<LossPrefactors> prefactors,
      boolean uncertain) {
    return run(spark, labelled, models, prefactors, OptionalDouble.empty(), uncertain);
  }

  private static Trained run(
      SparkSession spark,
      Dataset<Row> labelled,
      List<DeepPotential> models,
      List<LossPrefactors> prefactors,
      OptionalDouble ridge,
      boolean uncertain) {
    Dataset<Row> withLabels =
        labelled
            .filter("energy is not null or force is not null or virial is not null")
            .persist(StorageLevel.MEMORY_AND_DISK());
    try {
      boolean[] present = typesIn(withLabels, models.get(0));
      LabelledFrames frames = LabelledFrames.of(spark, withLabels);
      List<FoldedFit> fits = new ArrayList<>();
      List<DeepPotential> beforeAndAfter = new ArrayList<>(models);
      for (int m = 0; m < models.size(); m++) {
        DeepPotential model = models.get(m);
        OutputParameters parameters = OutputParameters.of(model, present);
        NormalEquations[] folds = sums(spark, frames, model, present, parameters.size());
        OutputLayerFit fit =
            OutputLayerFit.of(folds, prefactors.get(m), parameters.biases(), ridge);
        fits.add(new FoldedFit(model, parameters, folds, prefactors.get(m), fit));
        beforeAndAfter.add(fits.get(m).trained());
      }
      List<ModelErrors> errors = ModelErrors.of(spark, frames, beforeAndAfter);
      List<OutputLayerSolution> solutions = new ArrayList<>();
      int count = models.size();
      for (int m = 0; m < count; m++) {
        OutputLayerFit fit = fits.get(m).fit();
        solutions.add(
            new OutputLayerSolution(
                beforeAndAfter.get(count + m),
                fit.ridge(),
                fit.chosen(),
                errors.get(m),
                errors.get(count + m),
                fit.unfitted()));
      }
      if (!uncertain) {
        return new Trained(List.copyOf(solutions), null, null, null);
      }
      FoldCalibration.Calibrated calibrated = FoldCalibration.of(spark, frames, present, fits);
      return new Trained(
          List.copyOf(solutions),
          calibrated.uncertainty(),
          calibrated.reliability(),
          FoldedFit.curve(fits));
    } finally {
      withLabels.unpersist();
    }
  }

  private static NormalEquations[] sums(
      SparkSession spark, LabelledFrames frames, DeepPotential model, boolean[] present, int size) {
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
                        rows, shared.value(), OutputParameters.of(shared.value(), present));
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
