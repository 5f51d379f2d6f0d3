package org.dpsieve.spark.frames;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.api.java.UDF1;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.unsafe.types.UTF8String;

/**
 * Where to cut a sorted dataset so that all parts are of about the same size: the sort key of each
 * part's first row. Exact, unlike Spark's sampled ranges; small enough for the driver (one key per
 * part file).
 */
final class PartBoundaries implements Serializable {
  /** Up to so many keys are sorted by one task: Spark's sampled ranges cost three more jobs. */
  private static final int KEYS_PER_TASK = 1 << 20;

  private final List<String> columns;
  private final Object[][] firstKeys;

  private PartBoundaries(List<String> columns, Object[][] firstKeys) {
    this.columns = columns;
    this.firstKeys = firstKeys;
  }

  /**
   * @param columns of type string, int or long; together they tell every two rows apart
   * @param count the number of rows
   */
  static PartBoundaries of(Dataset<Row> rows, List<String> columns, PartSize size, long count) {
    Column[] key = columns.stream().map(functions::col).toArray(Column[]::new);
    Column[] weighed = Arrays.copyOf(key, key.length + 1);
    weighed[key.length] = size.weightOfRow().as("weight of the row");
    Dataset<Row> keys = rows.select(weighed);
    JavaRDD<Row> sorted =
        count <= KEYS_PER_TASK
            ? keys.coalesce(1).sortWithinPartitions(key).javaRDD()
            : keys.sort(key).javaRDD();
    long[] before = before(sorted);
    long most = size.most();
    List<Row> firsts =
        sorted
            .mapPartitionsWithIndex(
                (partition, some) -> firsts(some, before[partition], most), true)
            .collect();
    return new PartBoundaries(
        columns,
        firsts.stream()
            .map(PartBoundaries::key)
            .map(first -> Arrays.copyOf(first, key.length))
            .toArray(Object[][]::new));
  }

  /** What the rows of the partitions before each weigh. */
  private static long[] before(JavaRDD<Row> sorted) {
    long[] before = new long[sorted.getNumPartitions()];
    if (before.length > 1) {
      List<Long> sums =
          sorted
              .mapPartitions(
                  some -> {
                    long sum = 0;
                    while (some.hasNext()) {
                      sum += weight(some.next());
                    }
                    return List.of(sum).iterator();
                  })
              .collect();
      for (int i = 1; i < before.length; i++) {
        before[i] = before[i - 1] + sums.get(i - 1);
      }
    }
    return before;
  }

  /** The rows that end in another multiple of the size than the row before. */
  private static Iterator<Row> firsts(Iterator<Row> rows, long before, long most) {
    List<Row> firsts = new ArrayList<>();
    long sum = before;
    while (rows.hasNext()) {
      Row row = rows.next();
      long end = sum + weight(row);
      if (sum == 0 || (end - 1) / most != (sum - 1) / most) {
        firsts.add(row);
      }
      sum = end;
    }
    return firsts.iterator();
  }

  private static long weight(Row row) {
    return row.getLong(row.length() - 1);
  }

  /** The rows, each in the partition of its part file. */
  Dataset<Row> partition(Dataset<Row> rows) {
    Column[] key = columns.stream().map(functions::col).toArray(Column[]::new);
    UDF1<Row, Integer> part = this::part;
    return rows.repartitionById(
        firstKeys.length, functions.udf(part, DataTypes.IntegerType).apply(functions.struct(key)));
  }

  /** The last part whose first key is not beyond the row's. */
  private int part(Row row) {
    Object[] key = key(row);
    int low = 0;
    int high = firstKeys.length - 1;
    while (low < high) {
      int middle = (low + high + 1) >>> 1;
      if (compare(firstKeys[middle], key) <= 0) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return low;
  }

  private static Object[] key(Row row) {
    Object[] key = new Object[row.length()];
    for (int i = 0; i < key.length; i++) {
      // Spark sorts strings by their UTF-8 bytes, Java by UTF-16
      key[i] = row.get(i) instanceof String text ? text : ((Number) row.get(i)).longValue();
    }
    return key;
  }

  private static int compare(Object[] a, Object[] b) {
    for (int i = 0; i < a.length; i++) {
      int order =
          a[i] instanceof String text
              ? UTF8String.fromString(text).compareTo(UTF8String.fromString((String) b[i]))
              : Long.compare((Long) a[i], (Long) b[i]);
      if (order != 0) {
        return order;
      }
    }
    return 0;
  }
}
