package org.dpsieve.label;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Optional;

/** The files a program left in a task folder, wherever that is. */
@FunctionalInterface
public interface TaskOutputs {
  /** Bytes of an output that is still read: one larger is no single calculation's. */
  long LARGEST = 4L << 30;

  /**
   * Content of a file of that folder; empty when there is none.
   *
   * @throws IOException when it is no regular file, or larger than {@link #LARGEST}
   */
  Optional<InputStream> open(String name) throws IOException;

  /** The folder, where it is one of this machine. */
  default Optional<Path> folder() {
    return Optional.empty();
  }
}
