package org.dpsieve.spark.frames;

import static org.apache.spark.sql.functions.array_join;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.concat_ws;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.sha2;
import static org.apache.spark.sql.functions.size;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;

/**
 * Which frames may share a system on disk: those of one {@code system} with the same atoms in the
 * same order, cell or none, and the same labels and parameters ({@code io.deepmd.FrameKind}, in
 * SQL). A system that was uniform when it was imported is one group and keeps its name; of others
 * each group is named by its formula too.
 */
final class ExportGroups {
  /**
   * One group.
   *
   * @param number in the order of systems and of their first frames
   * @param system name of the system
   * @param part formula, numbered where one system has several groups of it; {@code ""} when the
   *     group is the whole system
   */
  record Group(
      int number, int systemNumber, String system, String part, String formula, long frames)
      implements Serializable {
    /** Where the system's name and part put it; what becomes of that is {@code SafePaths}' rule. */
    String name() {
      return part.isEmpty() ? system : system + "/" + part;
    }
  }

  private ExportGroups() {}

  /** Names the group of a frame of some frames. */
  static Column key(Dataset<Row> frames) {
    List<Column> parts =
        new ArrayList<>(
            List.of(
                col("system"),
                array_join(col("z"), ","),
                col("cell").isNull(),
                col("energy").isNull(),
                col("force").isNull(),
                col("virial").isNull(),
                functions.coalesce(size(col("fparam")), lit(0)),
                functions.coalesce(size(col("aparam")), lit(0))));
    FrameRows.properties(frames.schema())
        .keySet()
        .forEach(property -> parts.add(col(property.name()).isNull()));
    return sha2(concat_ws("|", parts.toArray(Column[]::new)), 256);
  }

  /** All groups by their key. */
  static Map<String, Group> of(Dataset<Row> frames) {
    List<Row> rows =
        frames
            .groupBy(key(frames).as("key"))
            .agg(
                functions.first("system").as("system"),
                functions.first("formula").as("formula"),
                functions.count("index").as("frames"),
                functions.min("index").as("start"))
            .orderBy("system", "start", "key")
            .collectAsList();
    Map<String, List<Row>> systems = new TreeMap<>();
    rows.forEach(
        row -> systems.computeIfAbsent(row.getAs("system"), s -> new ArrayList<>()).add(row));
    Map<String, Group> groups = new HashMap<>();
    int systemNumber = 0;
    for (List<Row> system : systems.values()) {
      Map<String, Long> seen = new HashMap<>();
      for (Row row : system) {
        String formula = row.getAs("formula");
        long same = system.stream().filter(r -> formula.equals(r.getAs("formula"))).count();
        long turn = seen.merge(formula, 1L, Long::sum) - 1;
        String part =
            system.size() == 1 ? "" : same == 1 ? formula : "%s.%03d".formatted(formula, turn);
        groups.put(
            row.getAs("key"),
            new Group(
                groups.size(),
                systemNumber,
                row.getAs("system"),
                part,
                formula,
                row.<Long>getAs("frames")));
      }
      systemNumber++;
    }
    return groups;
  }
}
