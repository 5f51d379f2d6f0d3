package org.dpsieve.spark.study;

import static org.apache.spark.sql.types.DataTypes.IntegerType;
import static org.apache.spark.sql.types.DataTypes.LongType;
import static org.apache.spark.sql.types.DataTypes.StringType;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Predicate;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.StructType;
import org.dpsieve.outputlayer.RandomKey;

/**
 * How the loop ends with one way of training: random picks, trust levels on the force deviation.
 * Frames once accurate are left alone, and asked about again as soon as the others fill no
 * iteration any more.
 *
 * @param iterations in which frames were labelled; {@link #MOST} where it had not converged then
 * @param labels by the end
 */
record StudyLoop(String trainer, long seed, int iterations, int labels) implements Serializable {
  static final StructType SCHEMA =
      new StructType()
          .add("trainer", StringType, false)
          .add("seed", LongType, false)
          .add("iterations", IntegerType, false)
          .add("labels", IntegerType, false);

  /** The method's published example: {@code iter_pick_number} and {@code model_devi_f_trust_lo}. */
  private static final int PICKS = 100;

  private static final double TRUST_LO = 0.20; // eV/Å

  static final int MOST = 20;

  static StudyLoop of(StudyPool data, StudyTrainer trainer, long seed) {
    StudyTraining training = new StudyTraining(data, trainer);
    List<StudyFrame> left = new ArrayList<>(data.pool());
    List<StudyFrame> accurate = new ArrayList<>();
    int iteration = 0;
    for (; iteration < MOST; iteration++) {
      if (iteration > 0) {
        double[][] parameters = training.parameters();
        Predicate<StudyFrame> isAccurate = frame -> frame.maxForceDeviation(parameters) < TRUST_LO;
        move(left, isAccurate, accurate);
        if (left.size() < PICKS) {
          move(accurate, isAccurate.negate(), left);
        }
      }
      String salt = seed + ":" + iteration + ":";
      left.sort(
          Comparator.<StudyFrame>comparingDouble(f -> RandomKey.uniform(salt + f.id()))
              .thenComparing(StudyFrame::id));
      List<StudyFrame> picks = left.subList(0, Math.min(PICKS, left.size()));
      if (picks.isEmpty()) {
        break;
      }
      picks.forEach(training::add);
      picks.clear();
    }
    return new StudyLoop(trainer.name(), seed, iteration, training.frames());
  }

  private static void move(
      List<StudyFrame> from, Predicate<StudyFrame> which, List<StudyFrame> to) {
    from.removeIf(frame -> which.test(frame) && to.add(frame));
  }

  Row row() {
    return RowFactory.create(trainer, seed, iterations, labels);
  }
}
