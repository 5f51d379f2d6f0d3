package org.dpsieve.io.hdf5;

import io.jhdf.HdfFile;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Path;
import java.util.function.Supplier;
import org.dpsieve.error.InputException;
import org.dpsieve.io.Storage;

/** Opens HDF5 files of any storage with jHDF. */
public final class Hdf5 {
  private static final long SIGNATURE = 0x894844460D0A1A0AL; // \211 H D F \r \n \032 \n

  private Hdf5() {}

  /** Whether the file starts as HDF5 files do. */
  public static boolean hasSignature(Storage storage, String path) throws IOException {
    try (SeekableByteChannel channel = storage.open(path)) {
      ByteBuffer start = ByteBuffer.allocate(8);
      while (start.hasRemaining() && channel.read(start) >= 0) {}
      return !start.hasRemaining() && start.getLong(0) == SIGNATURE;
    }
  }

  /**
   * The caller closes it.
   *
   * @throws InputException when it is no HDF5 file
   */
  public static HdfFile open(Storage storage, String path) throws IOException {
    SeekableByteChannel channel = storage.open(path);
    try {
      if (channel instanceof FileChannel local && local.size() <= Integer.MAX_VALUE) {
        // Of memory that ends where the file ends jHDF cannot ask for more, as damaged files do.
        ByteBuffer whole = local.map(FileChannel.MapMode.READ_ONLY, 0, local.size());
        channel.close();
        return HdfFile.fromByteBuffer(whole);
      }
      if (channel instanceof FileChannel) { // jHDF maps large files itself
        channel.close();
        return new HdfFile(Path.of(path));
      }
      // jHDF asks for the name of a local file, but only to log it
      return new HdfFile(channel, new URI("file", null, "/" + path, null));
    } catch (RuntimeException | URISyntaxException | StackOverflowError e) {
      channel.close();
      throw new InputException(path + ": cannot be read as HDF5: " + e.getMessage(), e);
    }
  }

  /**
   * What {@code reading} gives. jHDF's exceptions, and those of Java below it, are as many as there
   * are ways to damage a file.
   *
   * @throws InputException when the file is damaged
   */
  public static <T> T read(String path, Supplier<T> reading) {
    try {
      return reading.get();
    } catch (InputException e) {
      throw e;
    } catch (RuntimeException | StackOverflowError | OutOfMemoryError e) {
      throw new InputException(
          "%s: cannot be read as HDF5, the file is damaged: %s".formatted(path, e), e);
    }
  }
}
