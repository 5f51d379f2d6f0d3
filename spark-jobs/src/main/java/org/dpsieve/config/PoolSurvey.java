package org.dpsieve.config;

import java.io.IOException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.dpsieve.error.InputException;
import org.dpsieve.io.FrameSystem;
import org.dpsieve.io.LocalStorage;
import org.dpsieve.io.deepmd.DeepmdSystems;

/** Counts what data hold, for the plan: folders of this machine only, headers only. */
final class PoolSurvey {
  private PoolSurvey() {}

  /** {@code "25 systems, 2600 frames in /data/pbe"}, paths separated by {@code "; "}. */
  static String of(List<String> data) {
    List<String> parts = new ArrayList<>();
    for (String path : data) {
      parts.add(Paths.isRemote(path) || !Files.isDirectory(Path.of(path)) ? path : count(path));
    }
    return String.join("; ", parts);
  }

  private static String count(String path) {
    int systems = 0;
    long frames = 0;
    int unreadable = 0;
    List<Path> found;
    try (Stream<Path> files =
        Files.find(
            Path.of(path),
            PoolFiles.DEEPEST,
            (file, attributes) -> file.endsWith("type.raw"),
            FileVisitOption.FOLLOW_LINKS)) {
      found = files.map(Path::getParent).sorted().toList();
    } catch (IOException | java.io.UncheckedIOException e) {
      return "%s (cannot be listed: %s)".formatted(path, e.getMessage());
    }
    for (Path folder : found) {
      systems++;
      try (FrameSystem system =
          DeepmdSystems.openNpy(
              new LocalStorage(), folder.toString(), folder.toString(), List.of())) {
        frames += system.frameCount();
      } catch (InputException | IOException e) {
        unreadable++;
      }
    }
    return "%d system%s, %d frame%s in %s%s"
        .formatted(
            systems,
            systems == 1 ? "" : "s",
            frames,
            frames == 1 ? "" : "s",
            path,
            unreadable == 0
                ? ""
                : " (%d of the systems cannot be read; the import sets them aside and says why)"
                    .formatted(unreadable));
  }
}
