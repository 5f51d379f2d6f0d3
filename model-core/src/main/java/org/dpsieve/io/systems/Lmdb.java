package org.dpsieve.io.systems;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.SeekableByteChannel;
import java.util.Optional;
import org.dpsieve.io.Storage;

/**
 * Recognises LMDB datasets (deepmd/lmdb, of DeePMD-kit 3.2 and dpdata 1.1), which nothing here
 * reads: a folder with {@code data.mdb}, or that file alone.
 */
public final class Lmdb {
  private static final int MAGIC_AT = 16;
  private static final int MAGIC = 0xBEEFC0DE;

  private Lmdb() {}

  /** What to do with an LMDB dataset; empty when the path is none. */
  public static Optional<String> problem(Storage storage, String path) throws IOException {
    boolean found =
        storage.isFolder(path)
            ? storage.exists(Storage.child(path, "data.mdb"))
            : path.endsWith(".lmdb") || path.endsWith("/data.mdb") || hasMagic(storage, path);
    return found
        ? Optional.of(
            path
                + ": an LMDB dataset (deepmd/lmdb), which cannot be read; write it as deepmd/npy and name"
                + " that, in Python with dpdata 1.1 or later: dpdata.MultiSystems().from_file(LMDB,"
                + " fmt='lmdb').to('deepmd/npy/mixed', FOLDER)")
        : Optional.empty();
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
