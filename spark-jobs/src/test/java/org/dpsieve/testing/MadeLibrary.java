package org.dpsieve.testing;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.dpsieve.frame.Frame;
import org.dpsieve.spark.frames.FrameRows;

/** Frames of the built-in pool as a table of LeMat-Traj's published columns. */
public final class MadeLibrary {
  private static final double KBAR = 1602.1766339999999;
  private static final DataType VECTORS =
      DataTypes.createArrayType(DataTypes.createArrayType(DataTypes.DoubleType));

  private static final StructType LEMAT =
      new StructType()
          .add("id", DataTypes.StringType)
          .add("immutable_id", DataTypes.StringType)
          .add("species_at_sites", DataTypes.createArrayType(DataTypes.StringType))
          .add("nsites", DataTypes.IntegerType)
          .add("cartesian_site_positions", VECTORS)
          .add("lattice_vectors", VECTORS)
          .add("energy", DataTypes.DoubleType)
          .add("forces", VECTORS)
          .add("stress_tensor", VECTORS)
          .add("functional", DataTypes.StringType)
          .add("relaxation_step", DataTypes.IntegerType);

  private MadeLibrary() {}

  /** The first frames of some systems of a tree, in order. */
  public static List<Frame> frames(SparkSession spark, Path tree, int each) {
    return spark
        .read()
        .format("deepmd")
        .load(tree.toString())
        .where("index < " + each)
        .orderBy("system", "index")
        .collectAsList()
        .stream()
        .map(FrameRows::toFrame)
        .toList();
  }

  /** A row for each frame; ids are {@code SYSTEM-pbe-INDEX}. */
  public static Dataset<Row> lemat(SparkSession spark, List<Frame> frames) {
    List<Row> rows = new ArrayList<>();
    for (Frame frame : frames) {
      double[] h = frame.cell();
      double volume =
          Math.abs(
              h[0] * (h[4] * h[8] - h[5] * h[7])
                  - h[1] * (h[3] * h[8] - h[5] * h[6])
                  + h[2] * (h[3] * h[7] - h[4] * h[6]));
      double[] virial = frame.labels().virial();
      rows.add(
          RowFactory.create(
              frame.system() + "-pbe-" + frame.index(),
              frame.system(),
              java.util.stream.IntStream.range(0, frame.atomCount())
                  .mapToObj(frame::type)
                  .toArray(String[]::new),
              frame.atomCount(),
              vectors(frame.coord(), 1),
              vectors(frame.cell(), 1),
              frame.labels().energy(),
              vectors(frame.labels().force(), 1),
              virial == null ? null : vectors(virial, KBAR / volume),
              "pbe",
              frame.index()));
    }
    return spark.createDataFrame(rows, LEMAT);
  }

  private static double[][] vectors(double[] flat, double factor) {
    double[][] rows = new double[flat.length / 3][3];
    for (int i = 0; i < flat.length; i++) {
      rows[i / 3][i % 3] = flat[i] * factor;
    }
    return rows;
  }
}
