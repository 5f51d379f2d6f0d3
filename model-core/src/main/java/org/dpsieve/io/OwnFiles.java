package org.dpsieve.io;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import org.dpsieve.error.InputException;

/**
 * Files that this program writes under names that anybody can foretell. Where something else has
 * such a name, a link above all, it is never written through: what it points to belongs to others.
 */
public final class OwnFiles {
  private static final int MOST_BYTES = 1 << 30;

  private OwnFiles() {}

  /** Where a file or folder is written until it is whole. */
  public static Path staged(Path target) {
    return target.resolveSibling(target.getFileName() + ".writing");
  }

  /** Opens a new file; what had its name, left by a killed call or put there, is removed first. */
  public static OutputStream create(Path file) throws IOException {
    Files.deleteIfExists(file);
    return Files.newOutputStream(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
  }

  /** Writes a file so that it is either the old or the new one, never half of it. */
  public static void replace(Path file, byte[] content) throws IOException {
    Path staged = staged(file);
    try (OutputStream out = create(staged)) {
      out.write(content);
    }
    Files.move(staged, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  /**
   * Adds a line to a log; half a line that a killed call left ends before it.
   *
   * @throws InputException when it is a link, or nothing that can be written to
   */
  public static synchronized void appendLine(Path file, String line) {
    if (!file.getFileSystem().equals(FileSystems.getDefault())) {
      appendAnew(file, line);
      return;
    }
    boolean link = Files.isSymbolicLink(file);
    if (RegularFile.exists(file)
        && !link
        && !Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
      throw new InputException(
          "%s: is a folder, a pipe or a device, expected a file; remove it and run again"
              .formatted(file));
    }
    try (FileChannel channel =
        FileChannel.open(
            file,
            StandardOpenOption.CREATE,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE,
            LinkOption.NOFOLLOW_LINKS)) {
      long size = channel.size();
      ByteBuffer last = ByteBuffer.allocate(1);
      boolean open = size > 0 && channel.read(last, size - 1) == 1 && last.get(0) != '\n';
      ByteBuffer bytes =
          ByteBuffer.wrap(((open ? "\n" : "") + line + "\n").getBytes(StandardCharsets.UTF_8));
      channel.position(size);
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
    } catch (IOException e) {
      if (Files.isSymbolicLink(file)) {
        throw new InputException(
            "%s: is a link, which is not followed; remove it and run again".formatted(file), e);
      }
      throw new UncheckedIOException(e);
    }
  }

  /** Where files are written from their beginning to their end. */
  private static void appendAnew(Path file, String line) {
    try {
      String before =
          Files.exists(file) ? RegularFile.text(file, MOST_BYTES) : ""; // never half a line
      replace(file, (before + line + "\n").getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * The lines of a text file; bytes that are no text come as replacement characters.
   *
   * @throws InputException when it cannot be read
   */
  public static List<String> lines(Path file) {
    try {
      return RegularFile.text(file, MOST_BYTES).lines().toList();
    } catch (IOException e) {
      throw new InputException(
          "%s: cannot be read as a text file (%s); remove it and run again"
              .formatted(file, e.getMessage()),
          e);
    }
  }

  /** Removes a file or a folder with all in it; none is fine. Links are not followed. */
  public static void remove(Path path) {
    if (!RegularFile.exists(path)) {
      return; // nor where its folder is a file by now
    }
    try {
      if (!Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
        Files.deleteIfExists(path);
        return;
      }
      Files.walkFileTree(
          path,
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes a) throws IOException {
              Files.delete(file);
              return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path folder, IOException e)
                throws IOException {
              Files.delete(folder);
              return FileVisitResult.CONTINUE;
            }
          });
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
