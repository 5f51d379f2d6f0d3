package org.dpsieve.io.lmdb;

import java.io.IOException;
import java.util.List;
import java.util.Set;
import org.dpsieve.frame.Frame;
import org.dpsieve.io.FrameSystem.Part;
import org.dpsieve.io.FrameSystem.Types;

/** What the records of an LMDB file mean. */
interface Records {
  /** How many frames there are. */
  int count();

  /** The key of a frame. */
  String key(int index);

  /** Atoms of a frame where that is known without reading it; else -1. */
  int atoms(int index);

  /** Names of types, in order; empty where there are none. */
  List<String> typeMap();

  /**
   * A frame of its record's value.
   *
   * @throws org.dpsieve.error.InputException saying what is wrong with it
   */
  Frame frame(String system, int index, byte[] value, Set<Part> wanted) throws IOException;

  /**
   * The types of a frame's atoms alone, of its record's value.
   *
   * @throws org.dpsieve.error.InputException saying what is wrong with them
   */
  Types types(byte[] value) throws IOException;

  /** Names of what a record holds and no frame has a place for. */
  Set<String> ignored();
}
