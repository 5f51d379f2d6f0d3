package org.dpsieve.spark.rescreen;

import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Row;
import org.dpsieve.spark.deviation.FrameEngine;

/** How fast one core of an executor evaluates some frames. */
final class Speed {
  /** Enough for a second or so with four models, the time that the compiler takes included. */
  static final int ATOMS = 4096;

  private static final int ROUNDS = 3;

  private Speed() {}

  /**
   * Atoms per second of the last of some rounds: in the first the code is still being compiled. All
   * cores do so at once, because they will, and so that every executor has compiled its code then;
   * the median counts.
   *
   * @param tasks at most so many cores, for a library that is smaller than the cluster
   */
  static double measure(JavaSparkContext context, List<Row> frames, FrameEngine engine, int tasks) {
    if (frames.isEmpty()) {
      return 1;
    }
    context.setJobDescription("rescreen: speed of a core");
    int cores = Math.min(tasks, context.defaultParallelism());
    Broadcast<List<Row>> shared = context.broadcast(frames);
    double[] speeds =
        context
            .parallelize(Collections.nCopies(cores, 0), cores)
            .mapToDouble(ignored -> measure(shared.value(), engine))
            .collect()
            .stream()
            .mapToDouble(speed -> speed)
            .sorted()
            .toArray();
    shared.destroy();
    return speeds[speeds.length / 2];
  }

  private static double measure(List<Row> frames, FrameEngine engine) {
    double speed = 0;
    for (int round = 0; round < ROUNDS; round++) {
      long start = System.nanoTime();
      long atoms = frames.stream().mapToLong(row -> row.<Integer>getAs("natoms")).sum();
      Iterator<Row> evaluated = engine.evaluate(frames.iterator());
      while (evaluated.hasNext()) {
        evaluated.next();
      }
      speed = atoms / ((System.nanoTime() - start) / 1e9);
    }
    return speed;
  }
}
