package org.dpsieve.config;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.dpsieve.config.mapping.FrameMapping;
import org.dpsieve.config.mapping.MappingReader;
import org.dpsieve.config.reading.Block;
import org.dpsieve.config.reading.Paths;
import org.dpsieve.config.reading.Problems;

/**
 * A pool whose frames are rows of tables.
 *
 * @param mapping {@code mapping}: how their columns become frames
 * @param format {@code table_format}: parquet, delta, iceberg; {@code null} to find out
 */
public record TablePool(FrameMapping mapping, String format) {
  private static final List<String> FORMATS = List.of("parquet", "delta", "iceberg");

  /** Empty where {@code pick_data} names systems. */
  static Optional<TablePool> read(Block file, Paths paths, Problems problems) {
    Optional<String> mapping = file.text("mapping");
    Optional<String> format = file.choice("table_format", FORMATS);
    if (mapping.isEmpty()) {
      if (format.isPresent()) {
        file.error("table_format", "is about a pool of tables, which needs a mapping; add mapping");
      }
      return Optional.empty();
    }
    return MappingReader.read(mapping.get(), paths.resolve(mapping.get()), problems)
        .map(found -> new TablePool(found, format.orElse(null)));
  }

  /** Absolute paths; URIs, and what may be a name in a catalog, as they are. */
  static List<String> resolve(Block file, List<String> tables, Paths paths, Problems problems) {
    List<String> resolved = new ArrayList<>();
    for (String table : tables) {
      Path path = paths.resolve(table);
      boolean remote = Paths.isRemote(table);
      if (!remote && !Files.exists(path) && table.contains("/")) {
        file.error("pick_data", "there is no %s".formatted(paths.lookedFor(table)));
      }
      resolved.add(!remote && Files.exists(path) ? path.toString() : table);
      problems.note("pick_data: the table %s is looked at when the run starts".formatted(table));
    }
    return resolved;
  }

  /** Reports what a run needs and the mapping does not read. */
  void requireLabels(Block file, String why) {
    if (mapping.energy() == null || mapping.forces() == null) {
      file.error(
          "mapping",
          "reads no %s; %s".formatted(mapping.energy() == null ? "energy" : "forces", why));
    }
  }
}
