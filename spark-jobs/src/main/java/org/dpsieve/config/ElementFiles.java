package org.dpsieve.config;

import java.nio.file.Files;
import java.util.List;
import java.util.Optional;

/**
 * A list of file names of {@code fp_pp_path}, one per element of {@code type_map}, in its order.
 */
final class ElementFiles {
  private ElementFiles() {}

  /**
   * The files as {@code fp_pp_path}/name, whether or not they are there; empty where a key is
   * missing or wrong, which is reported.
   *
   * @param what the files hold, for messages
   */
  static List<String> read(Block file, Paths paths, List<String> typeMap, String key, String what) {
    boolean folder = file.require("fp_pp_path", "the folder of the " + what);
    if (!file.require(key, "the names of the " + what + ", one per element of type_map")
        || !folder) {
      return List.of();
    }
    Optional<String> path = file.text("fp_pp_path");
    Optional<List<String>> names = file.texts(key);
    if (path.isEmpty() || names.isEmpty()) {
      return List.of();
    }
    if (!Files.isDirectory(paths.resolve(path.get()))) {
      file.error("fp_pp_path", "no such folder: %s".formatted(paths.lookedFor(path.get())));
      return List.of();
    }
    if (!typeMap.isEmpty() && names.get().size() != typeMap.size()) {
      file.error(
          key,
          "found %d files, expected %d: one per element of type_map %s, in its order"
              .formatted(names.get().size(), typeMap.size(), typeMap));
      return List.of();
    }
    return names.get().stream().map(name -> Paths.within(path.get(), name)).toList();
  }
}
