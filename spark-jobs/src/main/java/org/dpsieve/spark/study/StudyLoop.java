package org.dpsieve.spark.study;

import static org.apache.spark.sql.types.DataTypes.IntegerType;
import static org.apache.spark.sql.types.DataTypes.LongType;
import static org.apache.spark.sql.types.DataTypes.StringType;

import java.io.Serializable;
import java.util.Arrays;
import java.util.BitSet;
import java.util.function.IntPredicate;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.StructType;
import org.dpsieve.pick.FrameClass;
import org.dpsieve.pick.TrustBand;
import org.dpsieve.pick.TrustLevels;

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

  private static final TrustLevels LEVELS =
      new TrustLevels(new TrustBand(0.20, TrustBand.OFF.hi()), TrustBand.OFF);

  static final int MOST = 20;

  /**
   * @param order of {@link StudyPicks#random} for {@link #MOST} iterations
   */
  static StudyLoop of(StudyPool data, StudyTrainer trainer, long seed, int[][] order) {
    StudyTraining training = new StudyTraining(data, trainer);
    BitSet left = new BitSet();
    left.set(0, data.pool().size());
    BitSet accurate = new BitSet();
    int iteration = 0;
    for (; iteration < MOST; iteration++) {
      if (iteration > 0) {
        double[][] parameters = training.parameters();
        IntPredicate isAccurate =
            place ->
                LEVELS.classify(data.pool().get(place).maxForceDeviation(parameters), 0)
                    == FrameClass.ACCURATE;
        move(left, isAccurate, accurate);
        if (left.cardinality() < PICKS) {
          move(accurate, isAccurate.negate(), left);
        }
      }
      int[] picks = Arrays.stream(order[iteration]).filter(left::get).limit(PICKS).toArray();
      if (picks.length == 0) {
        break;
      }
      for (int pick : picks) {
        training.add(data.pool().get(pick));
        left.clear(pick);
      }
    }
    return new StudyLoop(trainer.name(), seed, iteration, training.frames());
  }

  private static void move(BitSet from, IntPredicate which, BitSet to) {
    from.stream()
        .filter(which)
        .forEach(
            place -> {
              from.clear(place);
              to.set(place);
            });
  }

  Row row() {
    return RowFactory.create(trainer, seed, iterations, labels);
  }
}
