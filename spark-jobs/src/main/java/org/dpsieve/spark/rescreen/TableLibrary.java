package org.dpsieve.spark.rescreen;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.dpsieve.digest.Sha256;
import org.dpsieve.spark.table.TableFrames;
import org.dpsieve.spark.table.TableResult;

/** Rows of somebody's table; a unit is one of its files, or a block of one. */
final class TableLibrary implements Library {
  private final TableFrames table;
  private final String mapping;
  private final Map<String, TableFrames.Unit> units = new LinkedHashMap<>();

  /** {@code null} for none. */
  private final TableResult result;

  private TableLibrary(TableFrames table, String mapping, TableResult result) {
    this.table = table;
    this.mapping = mapping;
    this.result = result;
  }

  /**
   * @throws org.dpsieve.error.InputException listing all that is wrong with table and mapping
   */
  static TableLibrary open(SparkSession spark, RescreenOptions options) {
    RescreenOptions.Table given = options.table();
    TableFrames table =
        TableFrames.open(spark, options.frames(), given.format(), given.mapping(), options.where());
    TableResult result =
        given.output() == null ? null : new TableResult(spark, table.format(), given.output());
    if (result != null) {
      result.require(options.frames());
    }
    TableLibrary library = new TableLibrary(table, given.mapping().toString(), result);
    spark.sparkContext().setJobDescription("rescreen: files of the table");
    library.table.units().forEach(unit -> library.units.put(unit.name(), unit));
    return library;
  }

  /** Where the result goes as a table, of the library's format; empty for nowhere. */
  Optional<TableResult> result() {
    return Optional.ofNullable(result);
  }

  @Override
  public Map<String, String> contents() {
    Map<String, String> contents = new LinkedHashMap<>();
    units.forEach(
        (name, unit) -> contents.put(name, Sha256.hex(unit.content() + "\n" + mapping + "\n")));
    return contents;
  }

  @Override
  public long bytes(Collection<String> wanted) {
    return wanted.stream().mapToLong(unit -> units.get(unit).bytes()).sum();
  }

  @Override
  public Dataset<Row> frames(List<String> wanted) {
    return table.frames(
        wanted.size() == units.size() ? null : wanted.stream().map(units::get).toList(), UNIT);
  }

  @Override
  public Dataset<Row> labelled(Collection<String> systems) {
    return table.labelled(systems);
  }

  @Override
  public boolean hasIds() {
    return table.hasIds();
  }

  @Override
  public Map<String, String> metadata() {
    Map<String, String> metadata = new TreeMap<>();
    metadata.put("format", table.format().key());
    metadata.put("mapping", mapping);
    table.snapshot().ifPresent(snapshot -> metadata.put("snapshot", snapshot));
    return metadata;
  }
}
