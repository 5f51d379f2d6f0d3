package org.dpsieve.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.fail;

import com.sun.management.ThreadMXBean;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;
import org.dpsieve.error.InputException;

/**
 * Files as full disks, killed programs, strangers and chance spoil them: a reader gives a result or
 * an {@link InputException} that names the file, within 2 s and 512 MB each. {@code
 * -Ddpsieve.mutations=10000} tries so many of every format instead of some hundred, {@code
 * -Ddpsieve.mutations.seed} others.
 */
public final class Mutations {
  private static final long SEED = Long.getLong("dpsieve.mutations.seed", 20251);
  private static final long MOST_NANOSECONDS = 2_000_000_000L;
  private static final long MOST_BYTES = 512L << 20;
  private static final long HANGS_AFTER_SECONDS = 60;
  private static final ThreadMXBean THREADS =
      (ThreadMXBean) ManagementFactory.getThreadMXBean(); // what it allocates bounds what it holds

  private static final String[] WORDS = {
    "",
    " ",
    "\n",
    "NaN",
    "-inf",
    "****************",
    "-1",
    "0",
    "1e999",
    "99999999999",
    "1e-320",
    "(",
    "[",
    "{",
    "\"",
    "}",
    "\u00e4",
    "</v>",
    "=",
    ":",
    "null",
    "true",
    "&a *a",
    "!!java.lang.Runtime"
  };

  private Mutations() {}

  /** A reader under test. */
  public interface Reader {
    void read(byte[] bytes) throws Exception;
  }

  /** What spoils a file. */
  public interface Mutator {
    byte[] mutated(byte[] source, Random random);
  }

  /**
   * @param name what messages about the file must hold
   * @param few how many where the property does not say
   */
  public static void run(String name, byte[] source, int few, Mutator mutator, Reader reader) {
    int count = Integer.getInteger("dpsieve.mutations", few);
    for (int i = 0; i < count; i++) {
      byte[] mutated = mutator.mutated(source, new Random(SEED + 1_000_003L * i));
      String what = "mutation %d of %s, seed %d".formatted(i, name, SEED);
      FutureTask<long[]> task = new FutureTask<>(() -> measured(name, mutated, reader));
      Thread thread = new Thread(null, task, what);
      thread.setDaemon(true);
      thread.start();
      try {
        long[] used = task.get(HANGS_AFTER_SECONDS, TimeUnit.SECONDS);
        if (used[0] > MOST_NANOSECONDS || used[1] > MOST_BYTES) {
          fail(
              "%s: %.1f s, %d MB%s"
                  .formatted(what, used[0] / 1e9, used[1] >> 20, kept(mutated, name, i)));
        }
      } catch (ExecutionException e) {
        fail(what + ": " + e.getCause() + kept(mutated, name, i), e.getCause());
      } catch (TimeoutException e) {
        fail(
            what
                + " hangs"
                + kept(mutated, name, i)
                + "\n"
                + Arrays.toString(thread.getStackTrace()));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }

  private static long[] measured(String name, byte[] mutated, Reader reader) throws Exception {
    long time = THREADS.getCurrentThreadCpuTime();
    long bytes = THREADS.getThreadAllocatedBytes(Thread.currentThread().getId());
    try {
      reader.read(mutated);
    } catch (InputException expected) {
      assertThat(expected.getMessage()).contains(name);
    }
    return new long[] {
      THREADS.getCurrentThreadCpuTime() - time,
      THREADS.getThreadAllocatedBytes(Thread.currentThread().getId()) - bytes
    };
  }

  /** The file, to look at. */
  private static String kept(byte[] mutated, String name, int index) {
    try {
      Path folder = Files.createDirectories(Path.of("target", "mutations"));
      return "; kept as "
          + Files.write(folder.resolve(index + "-" + name.replace('/', '-')), mutated);
    } catch (IOException e) {
      return "; not kept: " + e.getMessage();
    }
  }

  /** Bits, bytes, numbers, holes, repetitions, cuts. */
  public static byte[] bytes(byte[] source, Random random) {
    byte[] copy = source;
    for (int edits = 1 + random.nextInt(6); edits > 0; edits--) {
      copy = edited(copy, random);
    }
    return copy;
  }

  private static byte[] edited(byte[] source, Random random) {
    if (source.length == 0) {
      return source;
    }
    byte[] copy = source.clone();
    // Half of all edits near the start, where headers are.
    int at = random.nextInt(random.nextBoolean() ? copy.length : Math.min(copy.length, 1024));
    int length =
        Math.min(1 + random.nextInt(random.nextInt(20) == 0 ? 5000 : 16), copy.length - at);
    switch (random.nextInt(8)) {
      case 0 -> copy[at] ^= (byte) (1 << random.nextInt(8));
      case 1 -> copy[at] = (byte) random.nextInt(256);
      case 2 -> {
        int from = random.nextInt(copy.length - length + 1);
        System.arraycopy(source, from, copy, at, length);
      }
      case 3 -> {
        byte[] extremes = {0, -1, 127, -128, 1};
        int size = Math.min(1 << random.nextInt(4), copy.length - at);
        Arrays.fill(copy, at, at + size, extremes[random.nextInt(extremes.length)]);
        copy[at + size - 1] = random.nextBoolean() ? (byte) 127 : copy[at];
      }
      case 4 -> {
        return join(
            Arrays.copyOf(source, at), Arrays.copyOfRange(source, at + length, source.length));
      }
      case 5 -> {
        return join(
            Arrays.copyOf(source, at + length), Arrays.copyOfRange(source, at, source.length));
      }
      case 6 -> {
        return random.nextInt(3) == 0 ? Arrays.copyOf(source, at) : copy;
      }
      default -> copy[at] += (byte) (random.nextBoolean() ? 1 : -1);
    }
    return copy;
  }

  private static byte[] join(byte[] first, byte[] second) {
    byte[] both = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, both, first.length, second.length);
    return both;
  }

  /** Words, numbers and lines as well. */
  public static byte[] text(byte[] source, Random random) {
    if (random.nextInt(3) == 0) {
      return bytes(source, random);
    }
    String text = new String(source, StandardCharsets.ISO_8859_1);
    for (int edits = 1 + random.nextInt(4); edits > 0; edits--) {
      text = edited(text, random);
    }
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  private static String edited(String text, Random random) {
    int from = random.nextInt(text.length() + 1);
    int to = Math.min(text.length(), from + random.nextInt(200));
    String word = WORDS[random.nextInt(WORDS.length)];
    return switch (random.nextInt(8)) {
      case 0 -> text.substring(0, from);
      case 1 -> text.substring(0, from) + text.substring(to);
      case 2 -> text.substring(0, to) + text.substring(from);
      case 3 -> text.substring(0, from) + word + text.substring(to);
      case 4 -> text.substring(0, from) + word + text.substring(from);
      case 5, 6 -> otherNumber(text, from, word);
      default -> lineTwice(text, from);
    };
  }

  /** Another word in place of the next number. */
  private static String otherNumber(String text, int from, String word) {
    int start = from;
    while (start < text.length() && !Character.isDigit(text.charAt(start))) {
      start++;
    }
    int end = start;
    while (end < text.length()
        && (Character.isDigit(text.charAt(end)) || text.charAt(end) == '.')) {
      end++;
    }
    return text.substring(0, start) + word + text.substring(end);
  }

  private static String lineTwice(String text, int from) {
    int end = text.indexOf('\n', from);
    int start = text.lastIndexOf('\n', from) + 1;
    return end < start ? text : text.substring(0, end + 1) + text.substring(start);
  }

  /** Half of them packed with checksums that are right, so that what is inside is looked at. */
  public static byte[] zip(byte[] source, Random random) {
    if (random.nextBoolean()) {
      return bytes(source, random);
    }
    try {
      List<String> names = new ArrayList<>();
      List<byte[]> contents = new ArrayList<>();
      try (ZipInputStream in = new ZipInputStream(new ByteArrayInputStream(source))) {
        for (ZipEntry entry; (entry = in.getNextEntry()) != null; ) {
          names.add(entry.getName());
          contents.add(in.readAllBytes());
        }
      }
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      int pickle = Math.max(0, names.indexOf(names.get(0).replaceFirst("/.*", "/data.pkl")));
      int spoilt = random.nextBoolean() ? pickle : random.nextInt(names.size());
      try (ZipOutputStream zip = new ZipOutputStream(out)) {
        zip.setMethod(ZipOutputStream.STORED);
        for (int i = 0; i < names.size(); i++) {
          byte[] content = i == spoilt ? bytes(contents.get(i), random) : contents.get(i);
          ZipEntry entry = new ZipEntry(names.get(i));
          CRC32 crc = new CRC32();
          crc.update(content);
          entry.setCrc(crc.getValue());
          entry.setSize(content.length);
          zip.putNextEntry(entry);
          zip.write(content);
          zip.closeEntry();
        }
      }
      return out.toByteArray();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
