package org.dpsieve.spark.loop;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.concat;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.sha2;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.dpsieve.config.SimplifyConfig;
import org.dpsieve.loop.Facts;
import org.dpsieve.model.DeepPotential;
import org.dpsieve.spark.deviation.LabelPredictor;
import org.dpsieve.spark.frames.FramesDataset;
import org.dpsieve.spark.transfer.ModelErrors;
import org.dpsieve.spark.transfer.OldLabels;
import org.dpsieve.spark.transfer.OutputLayerSolution;
import org.dpsieve.spark.transfer.OutputLayerStage;

/**
 * What a few of the first labels would have made of the models, on the frames that the run never
 * labelled: whether the labels after them were worth it. Old labels are not summed up again.
 */
final class FirstLabels {
  static final int LABELS = 25;

  private final SparkSession spark;
  private final SimplifyConfig config;
  private final Training training;

  FirstLabels(SparkSession spark, SimplifyConfig config, Training training) {
    this.spark = spark;
    this.config = config;
    this.training = training;
  }

  /**
   * What training on a few of the first labels alone comes to.
   *
   * @param labels folders of all labels; of the first iteration's, which stand for the pool, {@link
   *     #LABELS} are drawn
   * @param old {@code null} where there are none, or nobody wants them
   * @param trained the folder of the last training
   * @return empty where the first iteration has no more labels, or output layers are not solved
   */
  Optional<OutputLayerStage.Trained> trained(List<Path> labels, OldLabels old, Path trained) {
    if (labels.isEmpty() || trained == null || config.train().dp().isPresent()) {
      return Optional.empty();
    }
    Dataset<Row> first = FramesDataset.read(spark, labels.get(0).toString());
    if (first.count() <= LABELS) {
      return Optional.empty();
    }
    Dataset<Row> some =
        first
            .orderBy(
                sha2(
                    concat(lit(config.pick().seed() + ":few:"), col("frame_id")).cast("binary"),
                    256),
                col("frame_id"))
            .limit(LABELS);
    return Optional.of(training.few(some, old, trained));
  }

  /** The models of such a training. */
  static List<DeepPotential> models(OutputLayerStage.Trained few) {
    return few.solutions().stream().map(OutputLayerSolution::model).toList();
  }

  /**
   * How far off these are.
   *
   * @param errors of its models
   * @param unseen rows of the frames dataset with new labels, of frames never labelled
   */
  Facts.Few of(
      OutputLayerStage.Trained few, List<ModelErrors> errors, OldLabels old, Dataset<Row> unseen) {
    return new Facts.Few(LABELS, mean(errors), predicted(few, old, unseen));
  }

  private static Facts.Errors mean(List<ModelErrors> models) {
    return new Facts.Errors(
        models.stream().mapToDouble(ModelErrors::energyPerAtom).average().orElse(Double.NaN),
        models.stream().mapToDouble(ModelErrors::force).average().orElse(Double.NaN),
        models.stream().mapToDouble(ModelErrors::virialPerAtom).average().orElse(Double.NaN));
  }

  private Facts.Errors predicted(OutputLayerStage.Trained few, OldLabels old, Dataset<Row> unseen) {
    if (few.labels() == null) {
      return null;
    }
    LabelPredictor predictor = OldLayerFiles.predictor(few, training.start().read());
    return new RelabelledPool(spark, config, training.start()).errors(unseen, old, predictor);
  }
}
