package org.dpsieve.spark.frames;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.storage.StorageLevel;
import org.dpsieve.config.mapping.FrameMapping;
import org.dpsieve.frame.ElementMap;
import org.dpsieve.frame.Frame;
import org.dpsieve.frame.TypeElements;
import org.dpsieve.frame.TypeNames;
import org.dpsieve.spark.table.TableFrames;

/**
 * Somebody's tables to a frames dataset, which keeps the library's own id of each frame. Rows that
 * are no frames go to the quarantine, as bad frames of systems do.
 */
public final class TableImport {
  private TableImport() {}

  /**
   * Imports all rows of some tables.
   *
   * @param tables names in a catalog, or paths
   * @param format parquet, delta, iceberg; {@code null} to find out
   * @param target folder to make; the quarantine is {@code target + ".quarantine"}
   * @param replaced what frames of other types lose their labels by
   * @param labelsCount whether a frame with a label that is no number, or of a wrong length, is set
   *     aside
   * @throws org.dpsieve.error.InputException listing what does not fit, or when the target exists
   */
  public static ImportReport run(
      SparkSession spark,
      List<String> tables,
      String format,
      FrameMapping mapping,
      String target,
      ElementMap replaced,
      TypeElements elements,
      boolean labelsCount) {
    String bare = target.replaceFirst("(?<=[^/])/+$", "");
    ParquetCommit.requireFree(spark, bare);
    Dataset<Row> frames = null;
    List<TableFrames> opened = new ArrayList<>();
    for (String table : tables) {
      opened.add(TableFrames.open(spark, table, format, mapping, null));
    }
    for (TableFrames table : opened) {
      Dataset<Row> rows = rows(spark, table, replaced, labelsCount, tables.indexOf(table.name()));
      frames = frames == null ? rows : frames.unionByName(rows);
    }
    frames = frames.persist(StorageLevel.DISK_ONLY());
    try {
      Set<String> types = FrameRows.types(frames.where("size(z) > 0"));
      elements.requireKnown(types, String.join(", ", tables));
      TypeNames.of(types);
      return new ImportWrite(spark, bare, elements, labelsCount)
          .write(
              frames,
              frames.select("system").distinct().count(),
              List.copyOf(types),
              new TreeMap<>(),
              Map.of(),
              mapping.id() == null ? List.of() : List.of(TableFrames.LIBRARY_ID));
    } finally {
      frames.unpersist();
    }
  }

  private static Dataset<Row> rows(
      SparkSession spark, TableFrames table, ElementMap map, boolean labelsCount, int tableNumber) {
    // files by their place: of equal frames the first stays
    Map<String, Integer> order = new LinkedHashMap<>();
    if (table.systemsAreFiles()) {
      table.systems().forEach(file -> order.put(file, order.size()));
    }
    String name = table.name();
    String prefix = tableNumber == 0 ? "" : tableNumber + "/";
    JavaRDD<Row> rows =
        table
            .frames(true, labelsCount)
            .javaRDD()
            .map(
                row -> {
                  String id = row.getAs(TableFrames.LIBRARY_ID);
                  Frame read = FrameRows.toFrame(row);
                  Row made =
                      ImportWrite.row(
                          map.apply(
                              new Frame(
                                  prefix + read.system(),
                                  read.index(),
                                  read.z(),
                                  read.coord(),
                                  read.cell(),
                                  read.labels(),
                                  read.fparam(),
                                  read.aparam(),
                                  read.names())),
                          List.of(),
                          order.getOrDefault(read.system(), 0),
                          id == null ? name + "/" + read.system() : name + "#" + id,
                          row.getAs(TableFrames.REASON),
                          labelsCount);
                  Object[] values = new Object[made.length() + 1];
                  for (int i = 0; i < made.length(); i++) {
                    values[i] = made.get(i);
                  }
                  values[made.length()] = id;
                  return RowFactory.create(values);
                });
    StructType schema =
        ImportWrite.withRead(FrameRows.SCHEMA)
            .add(TableFrames.LIBRARY_ID, DataTypes.StringType, true);
    return spark.createDataFrame(rows, schema);
  }
}
