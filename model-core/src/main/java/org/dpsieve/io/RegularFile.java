package org.dpsieve.io;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Optional;
import java.util.stream.Stream;
import org.dpsieve.digest.Sha256;
import org.dpsieve.text.Counted;

/**
 * Files that other programs left. Only regular files are opened, links to them too: to open a pipe
 * waits for a writer who may never come, and a device may never end. Nothing is read beyond the
 * size that a file has when it is opened.
 */
public final class RegularFile {
  /** Bytes: checkpoints of the largest models are some gigabytes. */
  private static final long MOST_COPIED = 1L << 36;

  private RegularFile() {}

  /**
   * Opens a file.
   *
   * @param largest bytes that are still opened
   * @throws NoSuchFileException when there is none
   * @throws IOException when it is none to be read; the message says what it is
   */
  public static InputStream open(Path file, long largest) throws IOException {
    long size = size(file, largest); // before it is opened
    return new Limited(Files.newInputStream(file), size);
  }

  /** Opens a file of any size to be read anywhere. */
  public static SeekableByteChannel channel(Path file) throws IOException {
    size(file, Long.MAX_VALUE); // before it is opened
    return Files.newByteChannel(file);
  }

  /** All of a text file of at most so many bytes; what is no UTF-8 is replaced. */
  public static String text(Path file, int largest) throws IOException {
    try (InputStream in = open(file, largest)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  /** Copies a file, links followed, over whatever has the target's name. */
  public static void copy(Path source, Path target) throws IOException {
    try (InputStream in = open(source, MOST_COPIED)) {
      Files.copy(in, target, StandardCopyOption.REPLACE_EXISTING);
    }
  }

  /** Copies a file, or a folder with all in it; links are followed. */
  public static void copyTree(Path source, Path target) throws IOException {
    if (!Files.isDirectory(source)) {
      copy(source, target);
      return;
    }
    try (Stream<Path> walk = Files.walk(source, FileVisitOption.FOLLOW_LINKS)) {
      for (Path path : (Iterable<Path>) walk::iterator) {
        Path to = target.resolve(source.relativize(path).toString());
        if (Files.isDirectory(path)) {
          Files.createDirectories(to);
        } else {
          copy(path, to);
        }
      }
    }
  }

  /** Why a file is none to be read; empty where it is one, or there is none. */
  public static Optional<String> problem(Path file) {
    try {
      size(file, MOST_COPIED);
      return Optional.empty();
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      return Optional.of(e.getMessage());
    }
  }

  /**
   * {@link Sha256} of a file of any size, hex.
   *
   * @throws UncheckedIOException when it cannot be read
   */
  public static String sha256(Path file) {
    try (InputStream in = open(file, Long.MAX_VALUE)) {
      return Sha256.hex(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The end of a file of any size: at most so many bytes. */
  public static byte[] tail(Path file, int bytes) throws IOException {
    long size = size(file, Long.MAX_VALUE);
    try (SeekableByteChannel channel = Files.newByteChannel(file)) {
      channel.position(Math.max(0, size - bytes));
      ByteBuffer end = ByteBuffer.allocate((int) Math.min(bytes, size));
      while (end.hasRemaining() && channel.read(end) >= 0) {
        // goes on
      }
      byte[] read = new byte[end.position()];
      end.flip().get(read);
      return read;
    }
  }

  /** Whether there is anything of that name, a link that leads nowhere included. */
  public static boolean exists(Path file) {
    return Files.exists(file, LinkOption.NOFOLLOW_LINKS);
  }

  private static long size(Path file, long largest) throws IOException {
    BasicFileAttributes found;
    try {
      found = Files.readAttributes(file, BasicFileAttributes.class);
    } catch (NoSuchFileException e) {
      if (exists(file)) {
        throw new IOException("it is a link that leads nowhere", e);
      }
      throw e;
    }
    if (!found.isRegularFile()) {
      throw new IOException(
          found.isDirectory()
              ? "it is a folder, expected a file"
              : "it is a pipe, a device or a socket, or a link to one; expected a file");
    }
    if (found.size() > largest) {
      throw new IOException(
          "it has %s, at most %,d are read".formatted(Counted.of(found.size(), "byte"), largest));
    }
    return found.size();
  }

  /** So many bytes of a stream and no more. */
  private static final class Limited extends FilterInputStream {
    private long left;

    Limited(InputStream in, long size) {
      super(in);
      left = size;
    }

    @Override
    public int read() throws IOException {
      int value = left > 0 ? super.read() : -1;
      left -= value < 0 ? 0 : 1;
      return value;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      if (left <= 0) {
        return length == 0 ? 0 : -1;
      }
      int count = super.read(bytes, offset, (int) Math.min(length, left));
      left -= Math.max(0, count);
      return count;
    }

    @Override
    public long skip(long bytes) throws IOException {
      long skipped = super.skip(Math.min(bytes, left));
      left -= skipped;
      return skipped;
    }

    @Override
    public boolean markSupported() {
      return false;
    }
  }
}
