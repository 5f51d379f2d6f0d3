package org.dpsieve.spark.frames;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.when;

import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.storage.StorageLevel;
import org.dpsieve.error.InputException;
import org.dpsieve.frame.DuplicateKey;
import org.dpsieve.frame.Frame;
import org.dpsieve.frame.FrameCheck;
import org.dpsieve.frame.Property;
import org.dpsieve.frame.TypeElements;
import org.dpsieve.text.Counted;

/**
 * The second half of every import: bad frames and duplicates go to the quarantine, the others
 * become the dataset.
 */
final class ImportWrite {
  /** Beside the columns of the frames. */
  private static final StructType READ =
      new StructType()
          .add("system_number", DataTypes.IntegerType, false)
          .add("file", DataTypes.StringType, false)
          .add("reason", DataTypes.StringType, true)
          .add("duplicate_key", DataTypes.BinaryType, true)
          .add("state", DataTypes.StringType, true);

  /** Part files hold this many atoms (some twelve megabytes), fewer in small datasets. */
  private static final long MOST_ATOMS_PER_FILE = 1 << 18;

  private static final long LEAST_ATOMS_PER_FILE = 1 << 12;

  /** A small pool is cut into about this many files, so that many cores have work. */
  private static final long FILES_OF_SMALL_DATASET = 64;

  private static final int QUARANTINE_ROWS_PER_FILE = 100_000;

  private static final StructType QUARANTINE =
      new StructType()
          .add("file", DataTypes.StringType, false)
          .add("frame", DataTypes.IntegerType, false)
          .add("reason", DataTypes.StringType, true)
          .add("system", DataTypes.StringType, false)
          .add("frame_id", DataTypes.StringType, false);

  private static final String NUMBER = "(?<![\\w.])[-+]?\\d+(\\.\\d+)?([eE][-+]?\\d+)?(?![\\w.])";

  /** How many frames one task looks through for duplicates: few tasks for few frames. */
  private static final long KEYS_PER_TASK = 1 << 18;

  private final SparkSession spark;
  private final String target;
  private final TypeElements elements;
  private final boolean labelsCount;

  /**
   * @param target folder to make
   * @param labelsCount whether a frame with a label that is no number is set aside
   */
  ImportWrite(SparkSession spark, String target, TypeElements elements, boolean labelsCount) {
    this.spark = spark;
    this.target = target;
    this.elements = elements;
    this.labelsCount = labelsCount;
  }

  /** The columns of rows of {@link #row}. */
  static StructType withRead(StructType frames) {
    StructType schema = frames;
    for (StructField field : READ.fields()) {
      schema = schema.add(field);
    }
    return schema;
  }

  /**
   * A frame and what the import has to know of it.
   *
   * @param number of its system, in order
   * @param file where it lies, for messages
   * @param known what is wrong with it; {@code null} for nothing so far
   */
  static Row row(
      Frame frame,
      Collection<Property> properties,
      int number,
      String file,
      String known,
      boolean labelsCount) {
    Row row = FrameRows.toRow(frame, properties);
    Object[] values = new Object[row.length() + READ.length()];
    for (int i = 0; i < row.length(); i++) {
      values[i] = row.get(i);
    }
    values[row.length()] = number;
    values[row.length() + 1] = file;
    String problem =
        known != null
            ? known
            : (labelsCount ? FrameCheck.problem(frame) : FrameCheck.problemBesideLabels(frame))
                .orElse(null);
    values[row.length() + 2] = problem;
    values[row.length() + 3] = problem == null ? DuplicateKey.of(frame) : null;
    values[row.length() + 4] = frame.state();
    return RowFactory.create(values);
  }

  /**
   * @param frames rows of {@link #row}
   * @param more names of columns that are kept beside those of frames
   */
  ImportReport write(
      Dataset<Row> frames,
      long systems,
      List<String> typeMap,
      SortedMap<Property, Integer> properties,
      Map<String, Long> ignored,
      List<String> more) {
    Dataset<Row> keys =
        frames.select(
            "frame_id",
            "system",
            "index",
            "natoms",
            "energy",
            "system_number",
            "file",
            "reason",
            "duplicate_key",
            "state");
    Dataset<Row> good = keys.where(col("reason").isNull());
    Dataset<Row> bad = keys.where(col("reason").isNotNull());
    Row totals =
        keys.agg(
                functions.count(when(col("reason").isNull(), 1)),
                functions.sum(when(col("reason").isNull(), col("natoms"))),
                functions.count("reason"))
            .head();
    long goodFrames = totals.getLong(0);
    Dataset<Row> duplicates =
        Duplicates.of(good, (int) (1 + goodFrames / KEYS_PER_TASK))
            .persist(StorageLevel.MEMORY_AND_DISK());
    try {
      long equal = duplicates.count();
      if (labelsCount && equal > 0) { // else they get the same new label
        Duplicates.requireNoOtherStates(duplicates);
      }
      ImportReport report =
          new ImportReport(
              systems,
              goodFrames - equal,
              equal,
              totals.getLong(2),
              target + ".quarantine",
              equal + totals.getLong(2) == 0 ? Map.of() : reasons(bad, duplicates),
              typeMap,
              elements,
              properties,
              ignored);
      if (report.frames() == 0) {
        Row example = bad.orderBy("system_number", "index").head();
        throw new InputException(
            "%s: all %s are bad, so there is nothing to import; the first: frame %d: %s"
                .formatted(
                    example.<String>getAs("file"),
                    Counted.of(report.badFrames(), "frame"),
                    example.<Integer>getAs("index"),
                    example.<String>getAs("reason")));
      }
      writeQuarantine(
          equal + report.badFrames(),
          report.duplicates() + report.badFrames() == 0
              ? spark.createDataFrame(List.of(), QUARANTINE)
              : bad.unionByName(duplicates.drop("kind", "other_state"))
                  .withColumnRenamed("index", "frame")
                  .select(columns(QUARANTINE)));
      Dataset<Row> unique = frames.where(col("reason").isNull());
      if (report.duplicates() > 0) {
        Dataset<Row> dropped =
            duplicates.select(
                col("system_number").as("dropped_number"),
                col("system").as("dropped_system"),
                col("index").as("dropped"));
        unique =
            unique.join(
                dropped,
                col("system_number")
                    .equalTo(col("dropped_number"))
                    .and(col("system").equalTo(col("dropped_system")))
                    .and(col("index").equalTo(col("dropped"))),
                "left_anti");
      }
      ParquetCommit.writeKept(
          unique.select(
              Stream.concat(Stream.of(FrameRows.schema(properties).fieldNames()), more.stream())
                  .map(functions::col)
                  .toArray(Column[]::new)),
          List.of("formula", "frame_id"),
          PartSize.atoms(atomsPerFile(totals.getLong(1))),
          target,
          report.toMetadata());
      return report;
    } finally {
      duplicates.unpersist();
    }
  }

  /** How many frames are set aside for each reason; numbers in it (which atom) left out. */
  private static Map<String, Long> reasons(Dataset<Row> bad, Dataset<Row> duplicates) {
    Map<String, Long> reasons = new TreeMap<>();
    bad.select(functions.regexp_replace(col("reason"), NUMBER, "N").as("kind"))
        .union(duplicates.select("kind"))
        .groupBy("kind")
        .count()
        .collectAsList()
        .forEach(row -> reasons.put(row.getString(0), row.getLong(1)));
    return reasons;
  }

  private static Column[] columns(StructType schema) {
    return Arrays.stream(schema.fieldNames()).map(functions::col).toArray(Column[]::new);
  }

  private void writeQuarantine(long count, Dataset<Row> setAside) {
    String quarantine = target + ".quarantine";
    if (ParquetCommit.isComplete(spark, quarantine)) { // of an import that was killed after this
      ParquetCommit.remove(spark, quarantine);
    }
    List<String> order = List.of("file", "frame");
    Map<String, String> metadata = Map.of("kind", "quarantine");
    if (count <= QUARANTINE_ROWS_PER_FILE) {
      ParquetCommit.writeOne(setAside, order, quarantine, metadata);
    } else {
      ParquetCommit.write(
          setAside, order, PartSize.rows(QUARANTINE_ROWS_PER_FILE), quarantine, metadata);
    }
  }

  private static long atomsPerFile(long atoms) {
    return Math.min(
        MOST_ATOMS_PER_FILE, Math.max(LEAST_ATOMS_PER_FILE, atoms / FILES_OF_SMALL_DATASET));
  }
}
