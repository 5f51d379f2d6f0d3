package org.dpsieve.cli;

import org.dpsieve.config.mapping.FrameMapping;
import org.dpsieve.config.mapping.MappingReader;
import org.dpsieve.error.InputException;
import org.dpsieve.spark.table.TableFormat;
import picocli.CommandLine.Option;

/** Frames that are rows of somebody's table. */
final class TableOptions {
  @Option(
      names = "--table",
      paramLabel = "TABLE",
      description =
          "The library is a table of Parquet, Delta or Iceberg: its name in a catalog, or its path.")
  private String table;

  @Option(
      names = "--format",
      paramLabel = "FORMAT",
      description = "Of the table: parquet, delta, iceberg. Default: what lies there.")
  private String format;

  @Option(
      names = "--mapping",
      paramLabel = "MAPPING",
      description = {
        "How the table's columns become frames: a file (JSON or YAML), or colabfit, dpsieve, lemat-traj,",
        "materials-project, omat. Default: dpsieve, the columns of a frames dataset."
      })
  private String mapping;

  /** {@code null} where there is none. */
  String name() {
    return table;
  }

  /** {@code null} to find out. */
  String format() {
    return format;
  }

  /** Before Spark starts: settings that the format's library needs, where it is there. */
  void prepare(SparkOptions spark) {
    if (format != null) {
      spark.add(TableFormat.named(format));
    }
  }

  /**
   * @param other option that names a library of another kind
   * @param given whether it is there
   * @throws InputException when there is neither of both, or parts of both
   */
  void check(String other, boolean given) {
    if (given && table != null) {
      throw new InputException(
          "%s and --table: one library at a time; leave one out".formatted(other));
    }
    if (!given && table == null) {
      throw new InputException("%s or --table is missing: which library?".formatted(other));
    }
    if (table == null && (format != null || mapping != null)) {
      throw new InputException("--format and --mapping are about a --table, and there is none");
    }
  }

  FrameMapping mapping() {
    return MappingReader.read(mapping == null ? "dpsieve" : mapping);
  }
}
