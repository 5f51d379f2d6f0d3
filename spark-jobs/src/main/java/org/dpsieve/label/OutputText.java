package org.dpsieve.label;

import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.function.IntConsumer;
import org.dpsieve.text.Counted;

/**
 * The lines of an output file, and the numbers in them as Fortran prints them. Lines are read when
 * they are asked for and forgotten when the reader says so: an output may be larger than memory.
 */
public final class OutputText implements Closeable {
  /** What is beyond of a longer line is left out; programs print less than a hundredth of it. */
  static final int LONGEST_LINE = 1 << 16;

  /** Bytes of the lines that are not forgotten yet, and what Java needs for each. */
  private static final long LARGEST_WINDOW = 128 << 20;

  private static final int PER_LINE = 64;

  private final InputStream in;
  private final byte[] buffer = new byte[LONGEST_LINE];

  /** Lines from {@link #first} on. */
  private final List<String> window = new ArrayList<>();

  private int first;
  private long windowSize;
  private boolean ended;
  private boolean skipLineFeed;

  private OutputText(InputStream in) {
    this.in = new BufferedInputStream(in, LONGEST_LINE);
  }

  /** Of a file that is there. */
  public static OutputText of(TaskOutputs folder, String name) throws IOException {
    return of(folder.open(name).orElseThrow(() -> new NoSuchElementException("no file " + name)));
  }

  /** Of a stream, which is closed with this. */
  public static OutputText of(InputStream in) {
    return new OutputText(in);
  }

  @Override
  public void close() throws IOException {
    in.close();
  }

  /** Looks at one line after the other, and at those before it no more. */
  public void forEach(IntConsumer line) {
    for (int i = 0; has(i); i++) {
      forget(i);
      line.accept(i);
    }
  }

  /**
   * Whether there is a line {@code i}, from 0.
   *
   * @throws UnexpectedText when it is too far from the first that is not forgotten
   */
  public boolean has(int i) {
    while (!ended && i - first >= window.size()) {
      String line = next();
      if (line == null) {
        ended = true;
      } else {
        window.add(line);
        windowSize += line.length() + PER_LINE;
        if (windowSize > LARGEST_WINDOW) {
          throw new UnexpectedText("holds a part of more than %d MB".formatted(windowSize >> 20));
        }
      }
    }
    return i - first < window.size();
  }

  /** Line {@code i} from 0; empty beyond the end, where a killed program stopped. */
  public String line(int i) {
    return has(i) ? window.get(i - first) : "";
  }

  /** No line before {@code i} is asked for any more. */
  public void forget(int i) {
    if (has(i)) {
      List<String> old = window.subList(0, i - first);
      old.forEach(line -> windowSize -= line.length() + PER_LINE);
      old.clear();
      first = i;
    }
  }

  /** {@code null} at the end. */
  private String next() {
    try {
      int length = 0;
      int read = in.read();
      if (read == '\n' && skipLineFeed) {
        read = in.read();
      }
      skipLineFeed = false;
      if (read < 0) {
        return null;
      }
      while (read >= 0 && read != '\n' && read != '\r') {
        if (length < LONGEST_LINE) {
          buffer[length++] = (byte) read;
        }
        read = in.read();
      }
      skipLineFeed = read == '\r';
      return new String(buffer, 0, length, StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** {@code count} numbers of a line's words, from word {@code first} on. */
  public double[] numbers(int i, int from, int count) {
    String line = line(i).strip();
    return numbers(line, from, count, "line %d is '%s'".formatted(i + 1, line));
  }

  /** {@code count} numbers of a text's words. */
  public static double[] numbers(String text, int count) {
    return numbers(text.strip(), 0, count, "'%s'".formatted(text));
  }

  private static double[] numbers(String text, int from, int count, String shown) {
    String[] words = text.split("\\s+");
    if (from + count > words.length) {
      throw new UnexpectedText(
          "%s, expected %s in it".formatted(shown, Counted.of(count, "number")));
    }
    return Arrays.stream(words, from, from + count).mapToDouble(OutputText::number).toArray();
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
