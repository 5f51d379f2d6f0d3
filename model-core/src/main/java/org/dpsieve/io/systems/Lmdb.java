package org.dpsieve.io.systems;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.SeekableByteChannel;
import java.util.Optional;
import org.dpsieve.io.Storage;

/**
 * Recognises LMDB files: a folder with {@code data.mdb} (deepmd/lmdb, of DeePMD-kit 3.2 and dpdata
 * 1.1), or a file by itself (aselmdb).
 */
public final class Lmdb {
  private static final int MAGIC_AT = 16;
  private static final int MAGIC = 0xBEEFC0DE;

  private Lmdb() {}

  /** The file of an LMDB dataset; empty when the path is none. */
  public static Optional<String> file(Storage storage, String path) throws IOException {
    if (storage.isFolder(path)) {
      String file = Storage.child(path, "data.mdb");
      return storage.exists(file) ? Optional.of(file) : Optional.empty();
    }
    return isNamedSo(path) || hasMagic(storage, path) ? Optional.of(path) : Optional.empty();
  }

  /** Whether a file's name says that it is one. */
  static boolean isNamedSo(String path) {
    return path.endsWith(".lmdb") || path.endsWith(".aselmdb") || path.endsWith("data.mdb");
  }

  private static boolean hasMagic(Storage storage, String path) throws IOException {
    ByteBuffer start = ByteBuffer.allocate(MAGIC_AT + 4);
    try (SeekableByteChannel channel = storage.open(path)) {
      while (start.hasRemaining() && channel.read(start) >= 0) {}
    }
    return !start.hasRemaining()
        && (start.getInt(MAGIC_AT) == MAGIC
            || start.order(ByteOrder.LITTLE_ENDIAN).getInt(MAGIC_AT) == MAGIC);
  }
}
