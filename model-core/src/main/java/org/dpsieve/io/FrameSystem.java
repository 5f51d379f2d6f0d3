package org.dpsieve.io;

import java.io.IOException;
import java.util.Iterator;
import java.util.List;
import org.dpsieve.frame.Frame;

/** The frames of one system on disk, opened and checked; read in order, by runs. */
public interface FrameSystem extends AutoCloseable {
  /**
   * A run of consecutive frames that one task reads.
   *
   * @param first index of its first frame within the system
   * @param count number of frames
   * @param position where the run starts in the file, in a measure of the format's own
   */
  record Run(int first, int count, long position) implements java.io.Serializable {}

  /**
   * All frames as runs, in order; together they cover the system. A run holds at most {@code
   * maxAtoms} atoms (padding counts), or one frame when that has more.
   */
  List<Run> runs(int maxAtoms) throws IOException;

  /** The frames of one run; read as the iterator goes. */
  Iterator<Frame> read(Run run) throws IOException;

  /** Names of data in the file that a {@link Frame} has no place for, sorted; e.g. "spin.npy". */
  List<String> ignored();

  /** Element symbols in the file's own order, used or not; empty when it has no type map. */
  List<String> typeMap();

  default int frameCount() throws IOException {
    return runs(Integer.MAX_VALUE).stream().mapToInt(Run::count).sum();
  }

  @Override
  void close() throws IOException;
}
