package org.dpsieve.label;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.NoSuchElementException;

/** The lines of an output file, and the numbers in them as Fortran prints them. */
public final class OutputText {
  /** Bytes; a single point's output is a thousandth of it. */
  private static final int LARGEST = 512 << 20;

  private final List<String> lines;

  private OutputText(List<String> lines) {
    this.lines = lines;
  }

  /**
   * Reads a file that is there.
   *
   * @throws UnexpectedText when it is too large for memory
   */
  public static OutputText of(TaskOutputs folder, String name) throws IOException {
    try (InputStream in =
        folder.open(name).orElseThrow(() -> new NoSuchElementException("no file " + name))) {
      byte[] bytes = in.readNBytes(LARGEST);
      if (bytes.length == LARGEST) {
        throw new UnexpectedText("larger than %d MB".formatted(LARGEST >> 20));
      }
      return of(new String(bytes, StandardCharsets.ISO_8859_1));
    }
  }

  /** Of a text that is here. */
  public static OutputText of(String text) {
    return new OutputText(text.lines().toList());
  }

  public int size() {
    return lines.size();
  }

  /** Line {@code i} from 0; empty beyond the end, where a killed program stopped. */
  public String line(int i) {
    return i < lines.size() ? lines.get(i) : "";
  }

  /** Whether some line has this text. */
  public boolean has(String text) {
    return lines.stream().anyMatch(line -> line.contains(text));
  }

  /** {@code count} numbers of a line's words, from word {@code first} on. */
  public double[] numbers(int i, int first, int count) {
    String[] words = line(i).strip().split("\\s+");
    double[] numbers = new double[count];
    for (int k = 0; k < count; k++) {
      if (first + k >= words.length) {
        throw new UnexpectedText(
            "line %d is '%s', expected %d numbers in it".formatted(i + 1, line(i).strip(), count));
      }
      numbers[k] = number(words[first + k]);
    }
    return numbers;
  }

  /** A number; {@code 0.1D-3} is one. */
  public static double number(String word) {
    try {
      return Double.parseDouble(word.replace('D', 'E').replace('d', 'e'));
    } catch (NumberFormatException e) {
      throw new UnexpectedText("'%s' where a number is expected".formatted(word));
    }
  }
}
