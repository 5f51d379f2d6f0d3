package org.dpsieve.config.reading;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Paths as parameter files give them: relative ones are taken from the current folder, as DP-GEN
 * does; where nothing is there, from the folder of the file, so that a file with its data beside it
 * works from anywhere.
 */
public final class Paths {
  private static final Pattern SCHEME = Pattern.compile("[A-Za-z][A-Za-z0-9+.-]+:/.*");
  private static final String MAGIC = "*?[";

  private final Path current;
  private final Path besideFile;

  public Paths(Path current, Path file) {
    this.current = current.toAbsolutePath().normalize();
    this.besideFile = file.toAbsolutePath().normalize().getParent();
  }

  /** Whether the path names a file system other than this machine's: {@code hdfs://host/data}. */
  public static boolean isRemote(String path) {
    return SCHEME.matcher(path).matches() && !path.startsWith("file:");
  }

  /** Where a path leads, whether or not there is something. */
  public Path resolve(String text) {
    String path = text.startsWith("file:") ? URI.create(text).getPath() : text;
    Path here = current.resolve(path).normalize();
    if (Files.exists(here) || here.equals(Path.of(path))) {
      return here;
    }
    Path beside = besideFile.resolve(path).normalize();
    return Files.exists(beside) ? beside : here;
  }

  /**
   * A file of a folder, both as given. To be looked for as a whole: the folder alone (".") may be
   * in both places, the file in one.
   */
  public static String within(String folder, String name) {
    return Path.of(folder, name).toString();
  }

  /** Where was looked, for messages about what is not there. */
  public String lookedFor(String text) {
    String hint = text.startsWith("~") ? "; ~ is not expanded, write the whole path" : "";
    Path here = current.resolve(text).normalize();
    Path beside = besideFile.resolve(text).normalize();
    return here.equals(beside) ? here + hint : here + " and " + beside + hint;
  }

  /** What a glob matches, as Python's {@code glob}, sorted; empty when nothing. */
  public List<Path> glob(String pattern) {
    List<Path> matches = expand(current, pattern);
    return matches.isEmpty() ? expand(besideFile, pattern) : matches;
  }

  private static List<Path> expand(Path folder, String pattern) {
    List<Path> found = List.of(pattern.startsWith("/") ? Path.of("/") : folder);
    for (String part : pattern.split("/")) {
      if (part.isEmpty()) {
        continue;
      }
      List<Path> next = new ArrayList<>();
      for (Path path : found) {
        if (part.chars().anyMatch(c -> MAGIC.indexOf(c) >= 0)) {
          next.addAll(matching(path, regex(part), part.startsWith(".")));
        } else if (Files.exists(path.resolve(part))) {
          next.add(path.resolve(part).normalize());
        }
      }
      found = next;
    }
    return found.stream().sorted((a, b) -> a.toString().compareTo(b.toString())).toList();
  }

  private static List<Path> matching(Path folder, Pattern name, boolean hidden) {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> children = Files.list(folder)) {
      return children
          .filter(child -> hidden || !child.getFileName().toString().startsWith("."))
          .filter(child -> name.matcher(child.getFileName().toString()).matches())
          .toList();
    } catch (IOException e) {
      return List.of(); // a folder that may not be read matches nothing, as in Python
    }
  }

  /** Python's {@code fnmatch}: {@code *}, {@code ?}, {@code [abc]}, {@code [!a-c]}. */
  private static Pattern regex(String glob) {
    StringBuilder regex = new StringBuilder();
    for (int i = 0; i < glob.length(); i++) {
      char c = glob.charAt(i);
      int first = glob.startsWith("!", i + 1) ? i + 2 : i + 1; // may be a bracket itself
      int close = c == '[' ? glob.indexOf(']', first + 1) : -1;
      if (c == '*') {
        regex.append(".*");
      } else if (c == '?') {
        regex.append('.');
      } else if (close > 0) {
        regex.append(oneOf(glob.substring(first, close), first == i + 2));
        i = close;
      } else {
        regex.append(Pattern.quote(String.valueOf(c)));
      }
    }
    return Pattern.compile(regex.toString(), Pattern.DOTALL);
  }

  /** A range that runs backwards holds nothing. */
  private static String oneOf(String set, boolean not) {
    StringBuilder members = new StringBuilder();
    for (int k = 0; k < set.length(); k++) {
      boolean range = k + 2 < set.length() && set.charAt(k + 1) == '-';
      char low = set.charAt(k);
      char high = range ? set.charAt(k + 2) : low;
      if (low <= high) {
        members.append("\\x{%x}-\\x{%x}".formatted((int) low, (int) high));
      }
      k += range ? 2 : 0;
    }
    if (members.isEmpty()) {
      return not ? "." : "(?!)";
    }
    return (not ? "[^" : "[") + members + "]";
  }
}
