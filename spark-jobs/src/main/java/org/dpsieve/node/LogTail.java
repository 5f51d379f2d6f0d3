package org.dpsieve.node;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
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

  /** A line without a letter or digit, or Open MPI's {@code [host:123] 1 more process ...}. */
  private static final Pattern NO_REASON =
      Pattern.compile("[^\\p{L}\\p{N}]*|\\[[^\\]\\s]+:\\d+\\] .*");

  private static final Pattern FRAME = Pattern.compile("-{20,}");

  /** What Open MPI says when it ends the others, whatever the reason. */
  private static final Pattern FAREWELL =
      Pattern.compile(
          "MPI_ABORT was invoked.*|Primary job +terminated normally.*|mpi(run|exec) (noticed|detected) .*");

  /**
   * The last line that names an error, else the last that says anything by itself, not in a
   * launcher's farewell; shortened.
   */
  static String lastLine(Path log) {
    try {
      byte[] end = RegularFile.tail(log, BYTES);
      List<String> all =
          new String(end, StandardCharsets.UTF_8).lines().filter(l -> !l.isBlank()).toList();
      List<String> program = withoutFarewell(all);
      List<String> lines = program.isEmpty() ? all : program;
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

  private static List<String> withoutFarewell(List<String> lines) {
    List<String> kept = new ArrayList<>();
    for (int i = 0; i < lines.size(); i++) {
      if (frames(lines, i)
          && i + 1 < lines.size()
          && FAREWELL.matcher(lines.get(i + 1)).matches()) {
        i++;
        while (i < lines.size() && !frames(lines, i)) {
          i++;
        }
      } else if (!NO_REASON.matcher(lines.get(i)).matches()) {
        kept.add(lines.get(i));
      }
    }
    return kept;
  }

  private static boolean frames(List<String> lines, int i) {
    return FRAME.matcher(lines.get(i).strip()).matches();
  }
}
