package org.dpsieve.spark.rescreen;

import java.util.Iterator;
import java.util.List;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Row;
import org.dpsieve.spark.deviation.DeviationEngine;

/** How fast one core of an executor evaluates some frames. */
final class Speed {
  /** Enough for a second or so with four models, the time that the compiler takes included. */
  static final int ATOMS = 4096;

  private static final int ROUNDS = 3;

  private Speed() {}

  /** Atoms per second of the last of some rounds: in the first the code is still being compiled. */
  static double measure(JavaSparkContext context, List<Row> frames, DeviationEngine engine) {
    if (frames.isEmpty()) {
      return 1;
    }
    context.setJobDescription("rescreen: speed of one core");
    return context
        .parallelize(List.of(0), 1)
        .map(
            ignored -> {
              double speed = 0;
              for (int round = 0; round < ROUNDS; round++) {
                long start = System.nanoTime();
                long atoms = frames.stream().mapToLong(row -> row.<Integer>getAs("natoms")).sum();
                Iterator<Row> evaluated = engine.evaluate(frames.iterator(), false);
                while (evaluated.hasNext()) {
                  evaluated.next();
                }
                speed = atoms / ((System.nanoTime() - start) / 1e9);
              }
              return speed;
            })
        .first();
  }
}
