package org.dpsieve.testing;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;

/**
 * The project's shared folder of data, trained models and expected numbers, beside the checkout
 * where there is one.
 */
public final class Shared {
  private Shared() {}

  /** A path in the shared folder; without that folder the calling test is skipped and says so. */
  public static Path path(String relative) {
    Path path = repository().resolveSibling("shared").resolve(relative);
    Assumptions.assumeTrue(
        Files.exists(path),
        () -> "skipped: no " + relative + " in a shared/ folder beside the checkout");
    return path;
  }

  /** The checkout's top folder; Maven runs tests in the module's own. */
  public static Path repository() {
    Path folder = Path.of("").toAbsolutePath();
    while (!Files.isDirectory(folder.resolve("model-core"))) {
      folder = folder.getParent();
    }
    return folder;
  }
}
