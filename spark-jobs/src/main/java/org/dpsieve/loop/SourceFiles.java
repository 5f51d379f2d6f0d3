package org.dpsieve.loop;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.dpsieve.digest.Sha256;
import org.dpsieve.error.InputException;
import org.dpsieve.io.JsonFile;

/**
 * The files that the frames of a run were imported from, to tell when they have changed: names,
 * sizes and times, of this machine's only. It stands beside the frames and decides nothing.
 */
final class SourceFiles {
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
  private static final int DEEPEST = 32;
  private static final int SHOWN = 5;

  /** By folder of a system, or file: a checksum of what is there. */
  private final SortedMap<String, String> folders;

  private SourceFiles(SortedMap<String, String> folders) {
    this.folders = folders;
  }

  /**
   * As they are now; what cannot be listed is left out.
   *
   * @param sources paths of files and folders; others, such as URIs, are not looked at
   */
  static SourceFiles of(List<String> sources) {
    SortedMap<String, StringBuilder> lines = new TreeMap<>();
    for (String source : sources) {
      if (!source.startsWith("/")) {
        continue;
      }
      Path root = Path.of(source.replaceFirst("#.*", ""));
      try (Stream<Path> files =
          Files.find(root, DEEPEST, (p, a) -> a.isRegularFile(), FileVisitOption.FOLLOW_LINKS)) {
        for (Path file : (Iterable<Path>) files.sorted()::iterator) {
          BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
          lines
              .computeIfAbsent(name(root, file), folder -> new StringBuilder())
              .append(
                  "%s %d %d%n"
                      .formatted(
                          root.relativize(file),
                          attributes.size(),
                          attributes.lastModifiedTime().toMillis()));
        }
      } catch (IOException | UncheckedIOException e) {
        // the import says what is wrong
      }
    }
    SortedMap<String, String> folders = new TreeMap<>();
    lines.forEach((name, text) -> folders.put(name, Sha256.hex(text.toString()).substring(0, 16)));
    return new SourceFiles(folders);
  }

  /** The system that a file belongs to, below the source's own name: all may be moved together. */
  private static String name(Path root, Path file) {
    Path above = root.getParent() == null ? root : root.getParent();
    Path folder = file.equals(root) ? file : file.getParent();
    boolean set = !folder.equals(root) && String.valueOf(folder.getFileName()).startsWith("set.");
    return above.relativize(set ? folder.getParent() : folder).toString();
  }

  /** As {@link #write} kept them; empty where there is no such file, or it is none. */
  static Optional<SourceFiles> read(Workdir workdir) {
    try {
      return Optional.of(
          new SourceFiles(
              JsonFile.read(workdir.sources(), new TypeReference<TreeMap<String, String>>() {})));
    } catch (InputException e) {
      return Optional.empty();
    }
  }

  void write(Workdir workdir) {
    if (folders.isEmpty()) {
      return;
    }
    try {
      Workdir.replace(workdir.sources(), JSON.writeValueAsString(folders) + "\n");
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  /** What is different now, in a few words; empty when nothing is. */
  Optional<String> difference(SourceFiles now) {
    TreeSet<String> gone = new TreeSet<>(folders.keySet());
    gone.removeAll(now.folders.keySet());
    TreeSet<String> fresh = new TreeSet<>(now.folders.keySet());
    fresh.removeAll(folders.keySet());
    TreeSet<String> changed = new TreeSet<>();
    for (Map.Entry<String, String> folder : folders.entrySet()) {
      String other = now.folders.get(folder.getKey());
      if (other != null && !other.equals(folder.getValue())) {
        changed.add(folder.getKey());
      }
    }
    List<String> parts = new ArrayList<>();
    add(parts, "gone", gone);
    add(parts, "new", fresh);
    add(parts, "changed", changed);
    return parts.isEmpty() ? Optional.empty() : Optional.of(String.join(", ", parts));
  }

  private static void add(List<String> parts, String what, TreeSet<String> names) {
    if (!names.isEmpty()) {
      String some = String.join(" ", names.stream().limit(SHOWN).toList());
      parts.add(
          "%d %s (%s%s)".formatted(names.size(), what, some, names.size() > SHOWN ? " ..." : ""));
    }
  }
}
