package org.dpsieve.spark.frames;

import static org.apache.spark.sql.types.DataTypes.DoubleType;
import static org.apache.spark.sql.types.DataTypes.IntegerType;
import static org.apache.spark.sql.types.DataTypes.StringType;
import static org.apache.spark.sql.types.DataTypes.createArrayType;

import java.util.List;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.StructType;
import org.dpsieve.frame.Formula;
import org.dpsieve.frame.Frame;
import org.dpsieve.frame.FrameId;
import org.dpsieve.frame.Labels;

/** {@link Frame} to the row of the frames dataset and back, without loss. */
public final class FrameRows {
  private static final ArrayType INTS = createArrayType(IntegerType, false);
  private static final ArrayType DOUBLES = createArrayType(DoubleType, false);

  /**
   * Å, eV, eV/Å; matrices row-major; {@code cell} null when not periodic, labels null when missing.
   */
  public static final StructType SCHEMA =
      new StructType()
          .add("frame_id", StringType, false)
          .add("system", StringType, false)
          .add("index", IntegerType, false)
          .add("formula", StringType, false)
          .add("natoms", IntegerType, false)
          .add("z", INTS, false)
          .add("coord", DOUBLES, false)
          .add("cell", DOUBLES, true)
          .add("energy", DoubleType, true)
          .add("force", DOUBLES, true)
          .add("virial", DOUBLES, true)
          .add("fparam", DOUBLES, true)
          .add("aparam", DOUBLES, true);

  private FrameRows() {}

  public static Row toRow(Frame frame) {
    Labels labels = frame.labels();
    return RowFactory.create(
        FrameId.of(frame),
        frame.system(),
        frame.index(),
        Formula.of(frame.z()),
        frame.atomCount(),
        frame.z(),
        frame.coord(),
        frame.cell(),
        labels.energy(),
        labels.force(),
        labels.virial(),
        frame.fparam(),
        frame.aparam());
  }

  /**
   * Of a row that has at least {@code system, index, z, coord, cell}; what else is absent is taken
   * as missing.
   */
  public static Frame toFrame(Row row) {
    return toFrame(row, "");
  }

  /**
   * As {@link #toFrame(Row)}, with labels from other columns.
   *
   * @param labels what the names of these columns begin with
   */
  public static Frame toFrame(Row row, String labels) {
    return new Frame(
        row.getString(row.fieldIndex("system")),
        row.getInt(row.fieldIndex("index")),
        ints(row.getList(row.fieldIndex("z"))),
        doubles(row, "coord"),
        doubles(row, "cell"),
        new Labels(
            number(row, labels + "energy"),
            doubles(row, labels + "force"),
            doubles(row, labels + "virial")),
        doubles(row, "fparam"),
        doubles(row, "aparam"));
  }

  private static int[] ints(List<Integer> values) {
    int[] array = new int[values.size()];
    for (int i = 0; i < array.length; i++) {
      array[i] = values.get(i);
    }
    return array;
  }

  private static boolean missing(Row row, String column) {
    return !List.of(row.schema().fieldNames()).contains(column)
        || row.isNullAt(row.fieldIndex(column));
  }

  private static Double number(Row row, String column) {
    return missing(row, column) ? null : Double.valueOf(row.getDouble(row.fieldIndex(column)));
  }

  private static double[] doubles(Row row, String column) {
    if (missing(row, column)) {
      return null;
    }
    List<Double> values = row.getList(row.fieldIndex(column));
    double[] array = new double[values.size()];
    for (int i = 0; i < array.length; i++) {
      array[i] = values.get(i);
    }
    return array;
  }
}
