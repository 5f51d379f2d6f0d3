package org.dpsieve.io;

import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The one rule by which a name out of data (a system, a group of an HDF5 file, a formula) becomes a
 * path below a folder: whatever the name says, the path stays in that folder, is one on every file
 * system, and is found again by {@code SystemFinder}. A name that obeys the rule already is its own
 * path.
 *
 * <ul>
 *   <li>{@code /} separates folders. A part that is empty is left out ({@code /etc//x} is {@code
 *       etc/x}); of {@code .} and {@code ..} each dot becomes {@code _}; a name without parts is
 *       {@code _}.
 *   <li>Characters that some file system or URI takes for its own ({@code \ : * ? " < > | #}),
 *       control and format characters become {@code _}; so do a dot in front (hidden), a dot or
 *       space at the end and the first letter of what DeePMD-kit's layout has for itself ({@code
 *       set.000}, {@code type.raw}, {@code nopbc}); {@code con}, {@code nul} ... get one at the
 *       end.
 *   <li>A part of more than 200 bytes of UTF-8 is cut; a path of more than 1,000 bytes becomes one
 *       part.
 * </ul>
 */
public final class SafePaths {
  private static final int LONGEST_PART = 200;
  private static final int LONGEST_PATH = 1000;
  private static final String FOREIGN = "\\:*?\"<>|#";

  /** Names of devices on Windows, with any ending. */
  private static final String DEVICE = "(?i)(con|prn|aux|nul|com\\d|lpt\\d)(\\..*)?";

  private final String suffix;
  private final Set<String> leaves = new HashSet<>();
  private final Set<String> folders = new HashSet<>();
  private final Map<String, Integer> turns = new HashMap<>();

  private SafePaths(String suffix) {
    this.suffix = suffix;
  }

  /** The path that a name becomes; other names may become the same. */
  public static String of(String name) {
    List<String> parts =
        Arrays.stream(name.split("/"))
            .filter(part -> !part.isEmpty())
            .map(SafePaths::part)
            .collect(Collectors.toList());
    String path = parts.isEmpty() ? "_" : String.join("/", parts);
    return bytes(path) <= LONGEST_PATH ? path : part(path.replace('/', '_'));
  }

  /**
   * A folder for each name, in the order of the names. No two are the same, even where upper and
   * lower case are; one may lie in another. Of names that ask for the same folder the first whose
   * name it is has it, and the others are numbered: {@code Ag8-2}.
   */
  public static List<String> folders(List<String> names) {
    return of(names, "");
  }

  /** As {@link #folders}, of files whose names end in {@code suffix}; no folder is a file, too. */
  public static List<String> files(List<String> names, String suffix) {
    return of(names, suffix);
  }

  private static List<String> of(List<String> names, String suffix) {
    SafePaths paths = new SafePaths(suffix);
    String[] found = new String[names.size()];
    for (boolean ownName : new boolean[] {true, false}) {
      for (int i = 0; i < found.length; i++) {
        String path = of(names.get(i));
        if (path.equals(names.get(i)) == ownName) {
          found[i] = paths.take(path);
        }
      }
    }
    return new ArrayList<>(Arrays.asList(found));
  }

  private String take(String wanted) {
    String free = suffix.isEmpty() ? wanted : besideFiles(wanted);
    String path = free + suffix;
    while (!suffix.isEmpty() && folders.contains(key(path)) || !leaves.add(key(path))) {
      path = "%s-%d%s".formatted(free, turns.merge(key(free), 1, Integer::sum) + 1, suffix);
    }
    for (int end = path.lastIndexOf('/'); end > 0; end = path.lastIndexOf('/', end - 1)) {
      folders.add(key(path.substring(0, end)));
    }
    return path;
  }

  /** No folder above it has the name of a file: those all end in the suffix. */
  private String besideFiles(String path) {
    for (int end = path.indexOf('/'); end > 0; end = path.indexOf('/', end + 1)) {
      if (leaves.contains(key(path.substring(0, end)))) {
        return besideFiles(path.substring(0, end) + "_" + path.substring(end));
      }
    }
    return path;
  }

  /** What is the same name to a file system that knows neither case nor composed letters. */
  private static String key(String path) {
    return Normalizer.normalize(path, Normalizer.Form.NFC)
        .toUpperCase(Locale.ROOT)
        .toLowerCase(Locale.ROOT);
  }

  private static String part(String name) {
    StringBuilder safe = new StringBuilder();
    name.codePoints()
        .map(c -> FOREIGN.indexOf(c) >= 0 || isInvisible(c) ? '_' : c)
        .forEach(safe::appendCodePoint);
    while (bytes(safe) > LONGEST_PART) {
      safe.setLength(safe.offsetByCodePoints(safe.length(), -1));
    }
    for (int at = 0; at < safe.length() && safe.charAt(at) == '.'; at++) {
      safe.setCharAt(at, '_');
    }
    for (int at = safe.length() - 1;
        at >= 0 && (safe.charAt(at) == '.' || safe.charAt(at) == ' ');
        at--) {
      safe.setCharAt(at, '_');
    }
    String lower = safe.toString().toLowerCase(Locale.ROOT);
    if (lower.startsWith("set.") || lower.endsWith(".raw") || lower.equals("nopbc")) {
      safe.setCharAt(0, '_');
    }
    return lower.matches(DEVICE) ? "_" + safe : safe.toString();
  }

  private static boolean isInvisible(int c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.UNASSIGNED ->
          true;
      default -> false;
    };
  }

  private static int bytes(CharSequence text) {
    return text.toString().getBytes(StandardCharsets.UTF_8).length;
  }
}
