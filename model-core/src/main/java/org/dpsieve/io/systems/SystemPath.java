package org.dpsieve.io.systems;

import java.io.IOException;
import java.io.Serializable;
import java.util.List;
import org.dpsieve.io.FrameSystem;
import org.dpsieve.io.Storage;
import org.dpsieve.io.deepmd.DeepmdSystems;
import org.dpsieve.io.extxyz.ExtxyzKeys;
import org.dpsieve.io.extxyz.ExtxyzSystem;
import org.dpsieve.io.lmdb.LmdbSystem;

/**
 * A system found but not yet opened.
 *
 * @param layout how it is written
 * @param path folder or file
 * @param group path inside an HDF5 file, {@code ""} its root; {@code ""} in other layouts
 * @param name what frames call it
 * @param keys what is read of it, and what the labels of an extxyz file are called
 */
public record SystemPath(Layout layout, String path, String group, String name, ExtxyzKeys keys)
    implements Serializable {
  public SystemPath(Layout layout, String path, String group, String name) {
    this(layout, path, group, name, ExtxyzKeys.DEFAULT);
  }

  /** How systems are written. */
  public enum Layout {
    DEEPMD_NPY,
    DEEPMD_HDF5,
    EXTXYZ,
    /** deepmd/lmdb or ASE's aselmdb; the path is that of the file. */
    LMDB
  }

  /** How messages name it. */
  public String location() {
    return group.isEmpty() ? path : path + "#/" + group;
  }

  /**
   * Opens the system; {@link FrameSystem#runs} checks it.
   *
   * @param importTypeMap element symbols for a system without {@code type_map.raw}; empty for none
   * @throws org.dpsieve.error.InputException when it cannot be opened
   */
  public FrameSystem open(Storage storage, List<String> importTypeMap) throws IOException {
    return switch (layout) {
      case DEEPMD_NPY ->
          DeepmdSystems.openNpy(storage, path, name, importTypeMap, keys.properties());
      case DEEPMD_HDF5 ->
          DeepmdSystems.openHdf5(storage, path, group, name, importTypeMap, keys.properties());
      case EXTXYZ -> new ExtxyzSystem(storage, path, name, keys);
      case LMDB -> LmdbSystem.open(storage, path, name, importTypeMap);
    };
  }
}
