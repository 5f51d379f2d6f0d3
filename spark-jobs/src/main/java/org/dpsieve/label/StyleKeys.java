package org.dpsieve.label;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.dpsieve.config.reading.Block;
import org.dpsieve.config.reading.Paths;
import org.dpsieve.config.reading.Problems;
import org.dpsieve.frame.TypeElements;
import org.dpsieve.text.Counted;

/**
 * What a style reads its settings from.
 *
 * @param file the parameter file
 * @param typeMap {@code type_map}; empty where it is missing or wrong
 * @param elements of its names that are no elements
 */
public record StyleKeys(
    Block file, Paths paths, List<String> typeMap, TypeElements elements, Problems problems) {
  /** A file that has to be there; empty, and reported, where it is not. */
  public Optional<Path> file(String key, String text) {
    Path path = paths.resolve(text);
    if (!Files.isRegularFile(path)) {
      file.error(key, "no such file: " + paths.lookedFor(text));
      return Optional.empty();
    }
    return Optional.of(path);
  }

  /** {@code fp_pp_path}/{@code key}, where they are there. */
  public List<Path> elementFiles(String key, String what) {
    return elementNames(key, what).stream().flatMap(text -> file(key, text).stream()).toList();
  }

  /**
   * A list of file names of {@code fp_pp_path}, one per element of {@code type_map}, in its order:
   * {@code fp_pp_path}/name, whether or not the files are there; empty where a key is missing or
   * wrong, which is reported.
   *
   * @param what the files hold, for messages
   */
  public List<String> elementNames(String key, String what) {
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
          "found %s, expected %d: one per element of type_map %s, in its order"
              .formatted(Counted.of(names.get().size(), "file"), typeMap.size(), typeMap));
      return List.of();
    }
    return names.get().stream().map(name -> Paths.within(path.get(), name)).toList();
  }
}
