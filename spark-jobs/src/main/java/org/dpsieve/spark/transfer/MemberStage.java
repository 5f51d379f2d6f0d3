package org.dpsieve.spark.transfer;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.dpsieve.frame.Frame;
import org.dpsieve.model.DeepPotential;
import org.dpsieve.neighbor.GeometryException;
import org.dpsieve.outputlayer.ErrorDirections;
import org.dpsieve.outputlayer.ErrorSpread;
import org.dpsieve.outputlayer.FeatureKernel;
import org.dpsieve.outputlayer.NormalEquations;
import org.dpsieve.outputlayer.OutputLayerFit;
import org.dpsieve.outputlayer.OutputParameters;
import org.dpsieve.spark.frames.FrameRows;
import scala.Tuple2;

/**
 * An ensemble out of one model: members that differ in their output layers, as far apart as the
 * model's errors are large on labelled frames that were left out of its training.
 */
final class MemberStage {
  /** What the executors need: the model, and its parameters trained without each fold. */
  private record Sent(
      DeepPotential model, boolean[] present, double[][] without, ErrorDirections directions)
      implements Serializable {}

  private MemberStage() {}

  /**
   * @param members how many
   * @param seed of the draws
   * @return changes of the trained parameters, [members][size]
   */
  static double[][] of(
      SparkSession spark,
      FoldedFrames labelled,
      FoldedFit fit,
      boolean[] present,
      int members,
      long seed) {
    OutputParameters parameters = fit.parameters();
    NormalEquations all = OutputLayerFit.sum(fit.fit().folds(), -1);
    ErrorDirections directions = ErrorDirections.of(all, parameters.biases());
    double[][] without = new double[OutputLayerFit.FOLDS][];
    for (int fold = 0; fold < without.length; fold++) {
      boolean alone = OutputLayerFit.sum(fit.fit().folds(), fold).frames() == 0;
      without[fold] = parameters.read(fit.trainedWithout(alone ? -1 : fold));
    }
    Broadcast<Sent> sent =
        JavaSparkContext.fromSparkContext(spark.sparkContext())
            .broadcast(new Sent(fit.model(), present, without, directions));
    try {
      List<Tuple2<FoldedFrames.Place, ErrorDirections.Observation>> found =
          new ArrayList<>(
              labelled
                  .rows()
                  .filter(row -> row._1().index() < FoldCalibration.MOST)
                  .mapPartitions(rows -> observations(rows, sent.value()))
                  .collect());
      found.sort(Comparator.comparing(Tuple2::_1)); // the same bits on any partitions
      return ErrorSpread.of(directions, found.stream().map(Tuple2::_2).toList())
          .members(members, seed);
    } finally {
      sent.destroy();
    }
  }

  private static Iterator<Tuple2<FoldedFrames.Place, ErrorDirections.Observation>> observations(
      Iterator<Tuple2<FoldedFrames.Place, Row>> rows, Sent sent) {
    List<Tuple2<FoldedFrames.Place, ErrorDirections.Observation>> found = new ArrayList<>();
    if (!rows.hasNext()) {
      return found.iterator();
    }
    OutputParameters parameters = OutputParameters.of(sent.model(), sent.present());
    try (FeatureKernel kernel = FeatureKernel.of(sent.model(), parameters)) {
      while (rows.hasNext()) {
        List<Tuple2<FoldedFrames.Place, Frame>> some = new ArrayList<>();
        while (rows.hasNext() && some.size() < FoldedFrames.TERM) {
          Tuple2<FoldedFrames.Place, Row> row = rows.next();
          some.add(new Tuple2<>(row._1(), FrameRows.toFrame(row._2())));
        }
        kernel.prepare(some.stream().map(Tuple2::_2).toList());
        some.forEach(one -> observe(one, kernel, sent, found));
      }
    }
    return found.iterator();
  }

  private static void observe(
      Tuple2<FoldedFrames.Place, Frame> one,
      FeatureKernel kernel,
      Sent sent,
      List<Tuple2<FoldedFrames.Place, ErrorDirections.Observation>> found) {
    Frame frame = one._2();
    try {
      found.add(
          new Tuple2<>(
              one._1(),
              sent.directions().observe(frame, kernel.of(frame), sent.without()[one._1().fold()])));
    } catch (GeometryException e) {
      // Training has said so, and does without it.
    }
  }
}
