package org.dpsieve.io;

import java.io.IOException;
import org.dpsieve.frame.Certainty;
import org.dpsieve.frame.Frame;

/** Writes the frames of one system, in the order they are added; complete only once closed. */
public interface SystemWriter extends AutoCloseable {
  default void add(Frame frame) throws IOException {
    add(frame, null);
  }

  /**
   * @param certainty of its labels, kept beside them under names that other programs pass over;
   *     {@code null} where nothing is known, for all frames of a system or for none
   */
  void add(Frame frame, Certainty certainty) throws IOException;

  @Override
  void close() throws IOException;
}
