package org.dpsieve.io.deepmd;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.dpsieve.frame.Frame;
import org.dpsieve.frame.Property;
import org.dpsieve.io.FrameSystem;
import org.dpsieve.io.LocalStorage;
import org.dpsieve.io.Storage;
import org.dpsieve.io.hdf5.Hdf5;

/** Opens systems in DeePMD-kit's layouts. */
public final class DeepmdSystems {
  private DeepmdSystems() {}

  /**
   * Opens a deepmd/npy or deepmd/npy/mixed folder.
   *
   * @param name what frames call the system
   * @param importTypeMap element symbols for a system without {@code type_map.raw}; empty for none
   * @throws org.dpsieve.error.InputException when types or elements are wrong
   */
  public static FrameSystem openNpy(
      Storage storage, String path, String name, List<String> importTypeMap) throws IOException {
    return openNpy(storage, path, name, importTypeMap, List.of());
  }

  /**
   * The same.
   *
   * @param properties to read where they are
   */
  public static FrameSystem openNpy(
      Storage storage,
      String path,
      String name,
      List<String> importTypeMap,
      List<Property> properties)
      throws IOException {
    return DeepmdSystem.open(new NpyFolder(storage, path), name, importTypeMap, properties);
  }

  /** As {@link #openNpy}, of a group of an HDF5 file ({@code ""} for its root). */
  public static FrameSystem openHdf5(
      Storage storage,
      String path,
      String group,
      String name,
      List<String> importTypeMap,
      List<Property> properties)
      throws IOException {
    return DeepmdSystem.open(
        Hdf5Folder.open(storage, path, group), name, importTypeMap, properties);
  }

  /** Whether to read a file as HDF5: it starts so, or its name says so. */
  public static boolean isHdf5(Storage storage, String path) throws IOException {
    return path.endsWith(".hdf5") || path.endsWith(".h5") || Hdf5.hasSignature(storage, path);
  }

  /**
   * Paths of the groups at or below {@code group} of an HDF5 file that hold a system, sorted;
   * {@code ""} is the root.
   */
  public static List<String> hdf5Groups(Storage storage, String path, String group)
      throws IOException {
    return Hdf5Folder.systems(storage, path, group);
  }

  /** All frames of one deepmd/npy folder of this machine, labels included; for small systems. */
  public static List<Frame> readNpy(Path folder) throws IOException {
    String name = folder.toAbsolutePath().normalize().getFileName().toString();
    try (FrameSystem system = openNpy(new LocalStorage(), folder.toString(), name, List.of())) {
      return system.frames();
    }
  }
}
