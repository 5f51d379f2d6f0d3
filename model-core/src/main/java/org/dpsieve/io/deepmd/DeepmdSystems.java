package org.dpsieve.io.deepmd;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.dpsieve.frame.Frame;
import org.dpsieve.io.FrameSystem;
import org.dpsieve.io.LocalStorage;
import org.dpsieve.io.Storage;

/** Opens systems in DeePMD-kit's layouts. */
public final class DeepmdSystems {
  private DeepmdSystems() {}

  /**
   * Opens and checks a deepmd/npy or deepmd/npy/mixed folder.
   *
   * @param name what frames call the system
   * @param importTypeMap element symbols for a system without {@code type_map.raw}; empty for none
   * @throws org.dpsieve.error.InputException listing every problem found, a line each
   */
  public static FrameSystem openNpy(
      Storage storage, String path, String name, List<String> importTypeMap) throws IOException {
    return DeepmdSystem.open(new NpyFolder(storage, path), name, importTypeMap);
  }

  /** All frames of one deepmd/npy folder of this machine, labels included; for small systems. */
  public static List<Frame> readNpy(Path folder) throws IOException {
    String name = folder.toAbsolutePath().normalize().getFileName().toString();
    List<Frame> frames = new ArrayList<>();
    try (FrameSystem system = openNpy(new LocalStorage(), folder.toString(), name, List.of())) {
      for (FrameSystem.Run run : system.runs(Integer.MAX_VALUE)) {
        system.read(run).forEachRemaining(frames::add);
      }
    }
    return frames;
  }
}
