package org.dpsieve.spark.study;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.dpsieve.error.InputException;
import org.dpsieve.frame.Frame;
import org.dpsieve.frame.FrameId;
import org.dpsieve.frame.Labels;
import org.dpsieve.frame.TypeMap;
import org.dpsieve.model.DeepPotential;
import org.dpsieve.outputlayer.FeatureKernel;
import org.dpsieve.outputlayer.LossPrefactors;
import org.dpsieve.outputlayer.OldLayers;
import org.dpsieve.outputlayer.OutputParameters;
import org.dpsieve.outputlayer.RandomKey;
import org.dpsieve.outputlayer.TransferFit;
import org.dpsieve.spark.frames.FrameRows;
import org.dpsieve.spark.transfer.OldLabels;
import org.dpsieve.spark.transfer.OutputLayerStage;
import org.dpsieve.text.Counted;

/**
 * Frames whose labels are all known, with their features computed once: a pool to pick from, and a
 * part held out that no strategy and no training sees.
 *
 * @param pool sorted by id
 * @param heldOut sorted by id
 * @param start each model's own parameters
 * @param biases each model's places of the biases
 * @param old each model's output layers by the old labels; empty without old labels
 */
record StudyPool(
    List<StudyFrame> pool,
    List<StudyFrame> heldOut,
    double[][] start,
    int[][] biases,
    List<OldLayers> old)
    implements Serializable {
  private static final int TOGETHER = 32; // frames that features are found of

  /** Of an unfair pool, the part that is not a near-duplicate, and what that is copied from. */
  private static final int GENUINE = 10;

  private static final int COPIED = 10;

  /** Standard deviation of a near-duplicate's displacements, Å. */
  private static final double DISPLACEMENT = 0.001;

  /**
   * @param frames all with energy, force and virial; of equal ones the first counts
   * @param heldOutPart of the frames, the same for every seed and strategy
   * @param validation whether that part is left out altogether, and the next as large held out
   * @param old frames with labels at the old level, those of {@code frames} and any others
   * @param unfair whether nine tenths of the pool become near-duplicates of a hundredth of it
   */
  static StudyPool of(
      SparkSession spark,
      List<Frame> frames,
      List<DeepPotential> models,
      double heldOutPart,
      boolean unfair,
      boolean validation,
      List<Frame> old,
      LossPrefactors prefactors) {
    frames.forEach(StudyPool::requireLabels);
    boolean[] present = present(frames, models.get(0));
    Map<String, Frame> each = new LinkedHashMap<>();
    frames.forEach(frame -> each.putIfAbsent(FrameId.of(frame), frame));
    List<Frame> order = new ArrayList<>(each.values());
    order.sort(
        Comparator.<Frame>comparingDouble(f -> RandomKey.uniform("held-out:" + FrameId.of(f)))
            .thenComparing(FrameId::of));
    int heldOut = (int) Math.round(order.size() * heldOutPart);
    if (validation) {
      order.subList(0, Math.min(heldOut, order.size())).clear();
    }
    if (heldOut < 1 || heldOut >= order.size()) {
      throw new InputException(
          Counted.of(frames.size(), "labelled frame is", "labelled frames are")
              + " too few to hold some out");
    }
    List<Frame> pool = order.subList(heldOut, order.size());
    List<OutputParameters> parameters =
        models.stream().map(model -> OutputParameters.of(model, present)).toList();
    double[][] start = new double[models.size()][];
    int[][] biases = new int[models.size()][];
    for (int m = 0; m < models.size(); m++) {
      start[m] = parameters.get(m).read(models.get(m));
      biases[m] = parameters.get(m).biases();
    }
    Map<String, Labels> before = new HashMap<>();
    old.forEach(frame -> before.put(FrameId.of(frame), frame.labels()));
    return new StudyPool(
        features(spark, unfair ? unfair(pool) : pool, models, present, before),
        features(spark, order.subList(0, heldOut), models, present, before),
        start,
        biases,
        old.isEmpty() ? List.of() : layers(spark, old, models, present, prefactors));
  }

  private static List<OldLayers> layers(
      SparkSession spark,
      List<Frame> old,
      List<DeepPotential> models,
      boolean[] present,
      LossPrefactors prefactors) {
    OldLabels labels =
        new OldLabels(
            spark
                .createDataFrame(old.stream().map(FrameRows::toRow).toList(), FrameRows.SCHEMA)
                .dropDuplicates("frame_id"),
            TransferFit.Mode.USE,
            0);
    return OutputLayerStage.oldLayers(
        spark, labels, models, present, Collections.nCopies(models.size(), prefactors));
  }

  private static void requireLabels(Frame frame) {
    Labels labels = frame.labels();
    if (labels.energy() == null || labels.force() == null || labels.virial() == null) {
      throw new InputException(
          "Frame %s lacks a label: a study needs energy, force and virial of every frame; leave its system out of -s"
              .formatted(frame.name()));
    }
  }

  private static boolean[] present(List<Frame> frames, DeepPotential model) {
    boolean[] present = new boolean[model.typeCount()];
    TypeMap types = TypeMap.of(model.typeMap(), "the type map of " + model.name());
    for (Frame frame : frames) {
      for (int type : types.types(frame)) {
        present[type] = true;
      }
    }
    return present;
  }

  /**
   * As many frames as before: a tenth of them as they are, the rest near-duplicates of a tenth of
   * these, as a long trajectory beside few other frames would be.
   */
  static List<Frame> unfair(List<Frame> pool) {
    List<Frame> all = new ArrayList<>(pool.subList(0, Math.max(1, pool.size() / GENUINE)));
    int copied = Math.max(1, all.size() / COPIED);
    for (int k = 0; all.size() < pool.size(); k++) {
      all.add(nearDuplicate(all.get(k % copied), k));
    }
    return all;
  }

  /**
   * The frame with displaced atoms. Its energy changes by the forces' work; force and virial keep
   * their labels (displacements of 0.001 Å change a force by some meV/Å).
   */
  private static Frame nearDuplicate(Frame frame, long seed) {
    Random random = new Random(seed);
    double[] coord = frame.coord().clone();
    Labels labels = frame.labels();
    double energy = labels.energy();
    for (int k = 0; k < coord.length; k++) {
      double displacement = DISPLACEMENT * random.nextGaussian();
      coord[k] += displacement;
      energy -= displacement * labels.force()[k];
    }
    return new Frame(
        frame.system() + " near-duplicate " + seed,
        frame.index(),
        frame.z(),
        coord,
        frame.cell(),
        new Labels(energy, labels.force(), labels.virial()),
        frame.fparam(),
        frame.aparam(),
        frame.names());
  }

  private static List<StudyFrame> features(
      SparkSession spark,
      List<Frame> frames,
      List<DeepPotential> models,
      boolean[] present,
      Map<String, Labels> old) {
    JavaSparkContext context = JavaSparkContext.fromSparkContext(spark.sparkContext());
    var shared = context.broadcast(models.toArray(new DeepPotential[0]));
    int parts = Math.max(1, Math.min(4 * context.defaultParallelism(), frames.size() / 32));
    try {
      List<StudyFrame> all =
          new ArrayList<>(
              context
                  .parallelize(new ArrayList<>(frames), parts)
                  .mapPartitions(
                      part -> {
                        List<Frame> mine = new ArrayList<>();
                        part.forEachRemaining(mine::add);
                        return features(mine, shared.value(), present).iterator();
                      })
                  .collect());
      all.replaceAll(frame -> frame.withOld(old.getOrDefault(frame.id(), Labels.NONE)));
      all.sort(Comparator.comparing(StudyFrame::id).thenComparing(f -> f.frame().name()));
      return all;
    } finally {
      shared.destroy();
    }
  }

  private static List<StudyFrame> features(
      List<Frame> frames, DeepPotential[] models, boolean[] present) {
    StudyFrame.Features[][] features = new StudyFrame.Features[frames.size()][models.length];
    for (int m = 0; m < models.length; m++) {
      try (FeatureKernel kernel =
          FeatureKernel.of(models[m], OutputParameters.of(models[m], present))) {
        for (int k = 0; k < frames.size(); k++) {
          if (k % TOGETHER == 0) {
            kernel.prepare(frames.subList(k, Math.min(k + TOGETHER, frames.size())));
          }
          features[k][m] = StudyFrame.Features.of(kernel.of(frames.get(k)));
        }
      }
    }
    List<StudyFrame> result = new ArrayList<>();
    for (int k = 0; k < features.length; k++) {
      Frame frame = frames.get(k);
      result.add(new StudyFrame(FrameId.of(frame), frame, Labels.NONE, features[k]));
    }
    return result;
  }
}
