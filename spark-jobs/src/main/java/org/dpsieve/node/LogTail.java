package org.dpsieve.node;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.dpsieve.io.RegularFile;

/** What a program said last. */
final class LogTail {
  private static final int BYTES = 16384;
  private static final int SHOWN = 300;

  private LogTail() {}

  /** As Python begins the last line of a trace; more may be printed after it. */
  private static final Pattern ERROR = Pattern.compile("[\\w.]*(Error|Exception|Interrupt): .*");

  /** The last line that names an error, else the last that is not blank; shortened. */
  static String lastLine(Path log) {
    try {
      byte[] end = RegularFile.tail(log, BYTES);
      List<String> lines =
          new String(end, StandardCharsets.UTF_8).lines().filter(l -> !l.isBlank()).toList();
      String last =
          lines.stream()
              .filter(line -> ERROR.matcher(line).matches())
              .reduce((a, b) -> b)
              .orElse(lines.isEmpty() ? "" : lines.get(lines.size() - 1).strip());
      return last.length() <= SHOWN ? last : last.substring(0, SHOWN) + "...";
    } catch (IOException e) {
      return "";
    }
  }
}
