package org.dpsieve.spark.loop;

import static org.apache.spark.sql.functions.col;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.dpsieve.config.SimplifyConfig;
import org.dpsieve.loop.Stages;
import org.dpsieve.outputlayer.TransferFit;
import org.dpsieve.pick.Decision;
import org.dpsieve.pick.FrameClass;
import org.dpsieve.spark.frames.FramesDataset;
import org.dpsieve.spark.pick.PickStage;
import org.dpsieve.spark.transfer.OldLabels;

/** Which frames a stage is about: those with labels, those left to look at, those that left. */
final class RunFrames {
  private final SparkSession spark;
  private final SimplifyConfig config;

  RunFrames(SparkSession spark, SimplifyConfig config) {
    this.spark = spark;
    this.config = config;
  }

  /** Whether models learn from labels of an old level; fits to those are made once a run. */
  static boolean wantsOld(SimplifyConfig config) {
    return config.pool().mayHaveOld() && config.train().oldLabels() != TransferFit.Mode.IGNORE;
  }

  /**
   * Labelled frames as they came: those given, then those of each iteration.
   *
   * @param frames the folder of the pool
   * @param labels folders of labels
   */
  List<Dataset<Row>> groups(Path frames, List<Path> labels) {
    List<Dataset<Row>> groups = new ArrayList<>();
    Pool.initial(spark, frames).ifPresent(groups::add);
    labels.forEach(folder -> groups.add(FramesDataset.read(spark, folder.toString())));
    return groups;
  }

  /** All of them; {@code null} without one. */
  Dataset<Row> labelled(Path frames, List<Path> labels) {
    return groups(frames, labels).stream().reduce(Tables::union).orElse(null);
  }

  /**
   * Labels of an old level; {@code null} where there are none, or nobody wants them.
   *
   * @param picks tables of picks, whose candidates they are for above all
   */
  OldLabels old(Path frames, List<Path> picks) {
    return wantsOld(config)
        ? new OldLabels(
            Pool.old(spark, frames),
            config.train().oldLabels(),
            config.pick().seed(),
            picks.stream().map(this::candidates).toList())
        : null;
  }

  /** What models disagreed on, labelled or not. */
  private Dataset<Row> candidates(Path picks) {
    return Tables.read(spark, picks)
        .where(col("class").equalTo(FrameClass.CANDIDATE.key()))
        .select("frame_id");
  }

  /** What is left of the pool, for models to evaluate. */
  Dataset<Row> left(Stages.Remaining remaining) {
    Dataset<Row> decisions = Tables.read(spark, remaining.picks());
    return Tables.in(
        Pool.readByFile(spark, remaining.frames()),
        PickStage.remaining(
            decisions,
            remaining.labels() == null
                ? decisions.limit(0)
                : Tables.read(spark, remaining.labels())));
  }

  /** All that could be picked, for models to evaluate: neither labelled nor unfit. */
  Dataset<Row> pickable(Path frames, List<Path> picks, List<Path> labels) {
    Dataset<Row> all = Pool.readByFile(spark, frames);
    for (Path folder : labels) {
      all = Tables.notIn(all, Tables.read(spark, folder));
    }
    return Tables.notIn(all, Decisions.unfit(spark, picks));
  }

  /**
   * What errors are expected of the frames that left the pool as accurate, by the models of then
   * and by how far those were off on labels left out; {@code null} without any.
   */
  Dataset<Row> accurate(List<Path> picks) {
    Dataset<Row> all = null;
    for (Path folder : picks) {
      Dataset<Row> table = Tables.read(spark, folder);
      UncertaintyFiles.Numbers then =
          UncertaintyFiles.numbers(folder.getParent().resolveSibling("00.train")).orElse(null);
      if (then != null && Set.of(table.columns()).contains("rms_sigma_f")) {
        Dataset<Row> some =
            Tables.told(
                table.where(col("decision").equalTo(Decision.ACCURATE.key())), then.reliability());
        all = all == null ? some : all.unionByName(some);
      }
    }
    return all;
  }
}
