package org.dpsieve.node;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/** The end of what a program printed. */
final class LogTail {
  private static final int BYTES = 4096;
  private static final int SHOWN = 300;

  private LogTail() {}

  /** The last line that is not blank, shortened; empty when there is none. */
  static String lastLine(Path log) {
    try (RandomAccessFile file = new RandomAccessFile(log.toFile(), "r")) {
      byte[] end = new byte[(int) Math.min(BYTES, file.length())];
      file.seek(file.length() - end.length);
      file.readFully(end);
      List<String> lines =
          new String(end, StandardCharsets.UTF_8).lines().filter(l -> !l.isBlank()).toList();
      String last = lines.isEmpty() ? "" : lines.get(lines.size() - 1).strip();
      return last.length() <= SHOWN ? last : last.substring(0, SHOWN) + "...";
    } catch (IOException e) {
      return "";
    }
  }
}
