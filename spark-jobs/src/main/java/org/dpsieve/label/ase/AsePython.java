package org.dpsieve.label.ase;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.dpsieve.config.reading.Block;
import org.dpsieve.label.StyleKeys;

/** Which Python has ASE. */
public final class AsePython {
  private AsePython() {}

  /** The one that {@code python} of a style's parameters names, else the default. */
  public static String named(StyleKeys keys, Block params) {
    Optional<String> given = params.text("python");
    if (given.isEmpty()) {
      return byDefault();
    }
    Path path = keys.paths().resolve(given.get());
    return given.get().contains("/") && Files.isExecutable(path)
        ? quoted(path.toString())
        : given.get();
  }

  /** The one that {@code DPSIEVE_PYTHON} names, else {@code python3}. */
  public static String byDefault() {
    String path = System.getenv("DPSIEVE_PYTHON");
    return path == null || path.isBlank() ? "python3" : quoted(path);
  }

  public static String quoted(String path) {
    return path.contains("'") ? "\"" + path + "\"" : "'" + path + "'";
  }
}
