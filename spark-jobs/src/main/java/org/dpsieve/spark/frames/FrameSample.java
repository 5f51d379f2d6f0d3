package org.dpsieve.spark.frames;

import static org.apache.spark.sql.functions.broadcast;
import static org.apache.spark.sql.types.DataTypes.StringType;

import java.util.Collection;
import java.util.SortedSet;
import java.util.TreeSet;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.StructType;

/** Few frames of many, for people to look at. */
public final class FrameSample {
  /** A cloud to the eye, seconds to compute. */
  private static final int MOST_FRAMES = 400;

  private static final long MOST_ATOMS = 20_000;

  private FrameSample() {}

  /**
   * The first frames by id, as many as stay within the number of atoms: ids are hashes, so these
   * are as good as at random, and the same every time.
   *
   * @param frames rows with {@code frame_id, natoms}
   */
  public static SortedSet<String> ids(Dataset<Row> frames) {
    SortedSet<String> ids = new TreeSet<>();
    long atoms = 0;
    for (Row row :
        frames
            .select("frame_id", "natoms")
            .orderBy("frame_id")
            .limit(MOST_FRAMES)
            .collectAsList()) {
      atoms += row.getInt(1);
      if (!ids.isEmpty() && atoms > MOST_ATOMS) {
        break;
      }
      ids.add(row.getString(0));
    }
    return ids;
  }

  /**
   * Those of the frames that have one of these ids.
   *
   * @param frames rows with {@code frame_id}
   */
  public static Dataset<Row> of(Dataset<Row> frames, Collection<String> ids) {
    Dataset<Row> wanted =
        frames
            .sparkSession()
            .createDataFrame(
                ids.stream().map(id -> RowFactory.create(id)).toList(),
                new StructType().add("frame_id", StringType, false));
    return frames.join(broadcast(wanted), new String[] {"frame_id"}, "left_semi");
  }
}
