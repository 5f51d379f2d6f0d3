package org.dpsieve.config;

import com.fasterxml.jackson.databind.node.ArrayNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.dpsieve.config.reading.Block;
import org.dpsieve.config.reading.Paths;
import org.dpsieve.config.reading.Problems;
import org.dpsieve.error.InputException;
import org.dpsieve.io.extxyz.ExtxyzKeys;

/** Where frames come from, and what becomes of them in the end. */
final class PoolReader {
  static final List<String> KEYS =
      List.of(
          "init_data_prefix",
          "init_data_sys",
          "pick_data",
          "extxyz_keys",
          "old_data",
          "result_pool");

  private final Block file;
  private final Paths paths;
  private final Problems problems;

  PoolReader(Block file, Paths paths, Problems problems) {
    this.file = file;
    this.paths = paths;
    this.problems = problems;
  }

  PoolConfig read(boolean labeled) {
    List<String> pick = List.of();
    if (file.require("pick_data", "the path of the pool, or a list of paths")) {
      pick = file.textOrTexts("pick_data").orElse(List.of());
      if (file.node().get("pick_data") instanceof ArrayNode array && array.isEmpty()) {
        file.error("pick_data", "is empty, expected the path of the pool, or a list of paths");
      }
    }
    String prefix = file.text("init_data_prefix").orElse("");
    List<String> init = new ArrayList<>();
    for (String system : file.texts("init_data_sys").orElse(List.of())) {
      boolean absolute = system.startsWith("/") || Paths.isRemote(system) || prefix.isEmpty();
      init.add(absolute ? system : prefix.endsWith("/") ? prefix + system : prefix + "/" + system);
    }
    PoolFiles files = new PoolFiles(paths, problems);
    Optional<TablePool> tables = TablePool.read(file, paths, problems);
    return new PoolConfig(
        tables.isPresent()
            ? TablePool.resolve(file, pick, paths, problems)
            : files.resolve(file, "pick_data", pick),
        tables,
        labeled,
        files.resolve(file, "init_data_sys", init),
        files.resolve(
            file,
            "old_data",
            file.given("old_data") ? file.textOrTexts("old_data").orElse(List.of()) : List.of()),
        extxyzKeys(),
        resultPool());
  }

  private ResultPool resultPool() {
    String found = file.text("result_pool").orElse(ResultPool.DEEPMD_NPY.key());
    for (ResultPool format : ResultPool.values()) {
      if (format.key().equals(found)) {
        return format;
      }
    }
    file.error(
        "result_pool", "unknown format '%s'; known: %s".formatted(found, ResultPool.known()));
    return ResultPool.NONE;
  }

  private ExtxyzKeys extxyzKeys() {
    try {
      return ExtxyzKeys.of(file.text("extxyz_keys").orElse(""));
    } catch (InputException e) {
      file.error("extxyz_keys", e.getMessage());
      return ExtxyzKeys.DEFAULT;
    }
  }
}
