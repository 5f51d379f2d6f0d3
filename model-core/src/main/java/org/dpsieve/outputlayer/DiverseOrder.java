package org.dpsieve.outputlayer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * Farthest points first (Gonzalez 1985, doi:10.1016/0304-3975(85)90224-5): each pick is the frame
 * farthest from all labelled and picked ones. The distance is Euclidean, between what the frames'
 * energies per atom are made of, each feature measured by its standard deviation over the
 * candidates. (Measured by the features' covariance, the farthest are those that differ in its
 * smallest directions, which are rounding.)
 */
public final class DiverseOrder {
  private DiverseOrder() {}

  /**
   * @param candidates to pick from
   * @param labelled frames that have a label already; none of them is kept
   * @param number most to pick
   * @param seed chooses the first pick where nothing is labelled
   * @return places in {@code candidates}, in the order of picking
   */
  public static List<Integer> of(
      List<FrameSketch> candidates, Stream<FrameSketch> labelled, int number, long seed) {
    List<Integer> picks = new ArrayList<>();
    if (candidates.isEmpty()) {
      return picks;
    }
    double[] scale = scale(candidates);
    double[] distance = new double[candidates.size()];
    Arrays.fill(distance, Double.POSITIVE_INFINITY);
    labelled.forEachOrdered(frame -> approach(candidates, frame, scale, distance));
    int wanted = Math.min(number, candidates.size());
    while (picks.size() < wanted) {
      int farthest = distance[0] == Double.POSITIVE_INFINITY ? first(candidates, seed) : 0;
      for (int k = 0; k < distance.length; k++) {
        farthest = distance[k] > distance[farthest] ? k : farthest;
      }
      picks.add(farthest);
      approach(candidates, candidates.get(farthest), scale, distance);
      distance[farthest] = -1;
    }
    return picks;
  }

  private static int first(List<FrameSketch> candidates, long seed) {
    int first = 0;
    double smallest = 1;
    for (int k = 0; k < candidates.size(); k++) {
      double key = RandomKey.uniform(seed + ":" + candidates.get(k).id());
      if (key < smallest) {
        smallest = key;
        first = k;
      }
    }
    return first;
  }

  /** One over each feature's standard deviation; 0 where it does not vary. */
  private static double[] scale(List<FrameSketch> candidates) {
    int size = candidates.get(0).size();
    double[] mean = new double[size];
    double[] variance = new double[size];
    for (FrameSketch frame : candidates) {
      for (int j = 0; j < size; j++) {
        mean[j] += frame.energy()[j] / candidates.size();
      }
    }
    for (FrameSketch frame : candidates) {
      for (int j = 0; j < size; j++) {
        double difference = frame.energy()[j] - mean[j];
        variance[j] += difference * difference / candidates.size();
      }
    }
    double[] scale = new double[size];
    for (int j = 0; j < size; j++) {
      scale[j] = variance[j] > 0 ? 1 / Math.sqrt(variance[j]) : 0;
    }
    return scale;
  }

  /** Nothing is farther from a frame than its distance to {@code from}. */
  private static void approach(
      List<FrameSketch> candidates, FrameSketch from, double[] scale, double[] distance) {
    for (int k = 0; k < distance.length; k++) {
      double[] energy = candidates.get(k).energy();
      double square = 0;
      for (int j = 0; j < scale.length; j++) {
        double difference = scale[j] * (energy[j] - from.energy()[j]);
        square += difference * difference;
      }
      distance[k] = Math.min(distance[k], square);
    }
  }
}
