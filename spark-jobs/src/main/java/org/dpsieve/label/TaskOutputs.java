package org.dpsieve.label;

import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/** The files a program left in a task folder, wherever that is. */
@FunctionalInterface
public interface TaskOutputs {
  /** Content of a file of that folder; empty when there is none. */
  Optional<InputStream> open(String name) throws IOException;
}
