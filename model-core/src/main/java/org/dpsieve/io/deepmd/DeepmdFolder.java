package org.dpsieve.io.deepmd;

import java.io.IOException;
import java.util.List;
import org.dpsieve.io.NumberArray;

/**
 * One system in DeePMD-kit's layout, whatever holds it: a folder of npy files or a group of an HDF5
 * file. Names are the layout's own: {@code type.raw}, {@code set.000}, {@code coord.npy}.
 */
interface DeepmdFolder extends AutoCloseable {
  /** How messages name the system. */
  String path();

  boolean has(String name) throws IOException;

  /** The numbers in {@code type.raw}, not yet checked against anything. */
  double[] types() throws IOException;

  /** The words in {@code type_map.raw}. */
  List<String> typeMap() throws IOException;

  /** Names of the sets in lexicographic order, DeePMD-kit's own. */
  List<String> sets() throws IOException;

  /** Names of what a set holds, sorted. */
  List<String> arrays(String set) throws IOException;

  NumberArray array(String set, String name) throws IOException;

  @Override
  void close() throws IOException;
}
