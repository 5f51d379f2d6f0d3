package org.dpsieve.io;

import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.dpsieve.frame.Frame;
import org.dpsieve.frame.Property;
import org.dpsieve.frame.TypeNames;

/**
 * The frames of one system on disk. {@link #runs} looks through the whole system and checks it;
 * {@link #read} then reads a run, in another process if need be, without looking at the rest.
 */
public interface FrameSystem extends AutoCloseable {
  /**
   * A run of consecutive frames that one task reads.
   *
   * @param first index of its first frame within the system
   * @param count number of frames
   * @param set number of the set it lies in, 0 where a format has none
   * @param position where it starts: row of the set, or byte of the file, as the format has it
   */
  record Run(int first, int count, int set, long position) implements Serializable {}

  /**
   * Checks the system and returns all its frames as runs, in order. A run holds at most {@code
   * maxAtoms} atoms (padding counts), or one frame when that has more.
   *
   * @throws org.dpsieve.error.InputException listing every problem found, a line each
   */
  List<Run> runs(int maxAtoms) throws IOException;

  /** What of a frame a reader may leave out; elements, coordinates and cell are always read. */
  enum Part {
    ENERGY,
    FORCE,
    VIRIAL,
    FPARAM,
    APARAM,
    PROPERTIES
  }

  /** The frames of one run of this system. */
  default List<Frame> read(Run run) throws IOException {
    return read(run, EnumSet.allOf(Part.class));
  }

  /** As {@link #read(Run)}; of what is not {@code wanted} nothing need be read. */
  List<Frame> read(Run run, Set<Part> wanted) throws IOException;

  /**
   * The types of each frame of a run, in order.
   *
   * @param z as of {@link Frame}
   */
  record Types(int[] z, TypeNames names) {}

  /** The types of each frame of a run, in order; nothing else need be read. */
  List<Types> types(Run run) throws IOException;

  /** How many frames the system holds; checks it as {@link #runs} does. */
  default int frameCount() throws IOException {
    return runs(Integer.MAX_VALUE).stream().mapToInt(Run::count).sum();
  }

  /** All frames, labels included; for systems that fit the memory. */
  default List<Frame> frames() throws IOException {
    List<Frame> frames = new ArrayList<>();
    for (Run run : runs(Integer.MAX_VALUE)) {
      frames.addAll(read(run));
    }
    return frames;
  }

  /**
   * Names of data in the file that a {@link Frame} has no place for, sorted, e.g. {@code
   * dipole.npy}; those {@link #runs} met.
   */
  List<String> ignored();

  /**
   * Quantities beside labels and parameters that its frames have, of those it was opened to look
   * for, with the numbers of each frame or atom; as far as {@link #runs} met them.
   */
  default Map<Property, Integer> properties() {
    return Map.of();
  }

  /**
   * Names of types in the file's own order, used or not; of a file without a type map those that
   * are no elements, as far as {@link #runs} met them, sorted.
   */
  List<String> typeMap();

  @Override
  void close() throws IOException;
}
