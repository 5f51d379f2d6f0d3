package org.dpsieve.loop;

import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.UUID;
import org.dpsieve.error.InputException;
import org.dpsieve.io.OwnFiles;

/**
 * Keeps other processes out of a work directory whose file system has no locks: a file that its
 * owner writes anew all the time. One that has not changed for a while was left by a process that
 * was killed, and is taken over. It needs of a store that a file that was written is read as it is,
 * by everybody.
 *
 * <p>Two that take over one file in the same instant both look again after it: only the one whose
 * text stands there goes on.
 */
final class HeartbeatLock implements Closeable {
  private static final int SECONDS = Integer.getInteger("dpsieve.lock.seconds", 40);

  /** Three beats may fail to come. */
  static final Duration STALE = Duration.ofSeconds(SECONDS);

  static final Duration BEAT = STALE.dividedBy(4);

  private final Path file;
  private final String owner;
  private final Thread beats;
  private long count;

  private HeartbeatLock(Path file, String owner, Duration beat) {
    this.file = file;
    this.owner = owner;
    this.beats =
        new Thread(
            () -> {
              try {
                while (true) {
                  Thread.sleep(beat.toMillis());
                  beat();
                }
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            },
            "lock of the work directory");
    beats.setDaemon(true);
  }

  /**
   * @param who for people: host and process
   * @throws InputException when another process has it
   */
  static Closeable take(Path file, String who, Duration beat, Duration stale) throws IOException {
    HeartbeatLock lock = new HeartbeatLock(file, who + " " + UUID.randomUUID(), beat);
    while (!lock.create()) {
      String before = text(file);
      if (!before.isEmpty() && isLeft(file, before, beat, stale)) {
        lock.replace();
        pause(beat.dividedBy(4));
        if (!text(file).startsWith(lock.owner)) {
          throw taken(file, text(file));
        }
        break;
      }
    }
    lock.beats.start();
    return lock;
  }

  private boolean create() throws IOException {
    try (OutputStream out =
        Files.newOutputStream(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      out.write(next());
      return true;
    } catch (FileAlreadyExistsException e) {
      return false;
    }
  }

  private byte[] next() {
    return "%s %d%n".formatted(owner, count++).getBytes(StandardCharsets.UTF_8);
  }

  private void replace() throws IOException {
    OwnFiles.replace(file, next());
  }

  private synchronized void beat() {
    try {
      if (text(file).startsWith(owner)) {
        replace();
      }
    } catch (IOException e) {
      return; // the next one may come through
    }
  }

  /** Whether nobody writes it any more; an error where somebody does. */
  private static boolean isLeft(Path file, String before, Duration beat, Duration stale)
      throws IOException {
    long until = System.nanoTime() + stale.toNanos();
    while (System.nanoTime() < until) {
      pause(beat.dividedBy(4));
      String now = text(file);
      if (now.isEmpty()) {
        return false; // given back
      }
      if (!now.equals(before)) {
        throw taken(file, now);
      }
    }
    return true;
  }

  private static InputException taken(Path file, String owner) {
    return new InputException(
        "%s: another dpsieve works here (%s). Wait for it, or name another folder with --workdir"
            .formatted(file.getParent(), owner.replaceFirst(" \\S+ \\d+\\s*$", "")));
  }

  private static void pause(Duration time) {
    try {
      Thread.sleep(time.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** Empty where there is none. */
  private static String text(Path file) throws IOException {
    try {
      return Files.readString(file);
    } catch (NoSuchFileException e) {
      return "";
    }
  }

  @Override
  public synchronized void close() throws IOException {
    beats.interrupt();
    if (text(file).startsWith(owner)) {
      Files.deleteIfExists(file);
    }
  }
}
