package org.dpsieve.io;

import java.io.IOException;
import org.dpsieve.frame.Frame;

/** Writes the frames of one system, in the order they are added; complete only once closed. */
public interface SystemWriter extends AutoCloseable {
  void add(Frame frame) throws IOException;

  @Override
  void close() throws IOException;
}
