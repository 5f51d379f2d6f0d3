package org.dpsieve.resident;

import java.nio.IntBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.dpsieve.frame.Frame;

/** Which frames are evaluated together. */
final class Batches {
  private Batches() {}

  /**
   * What frames of a batch have in common.
   *
   * @param types of all atoms, where it has to be these; {@code null} elsewhere
   */
  private record Kind(
      int atoms, boolean periodic, int fparams, int aparams, IntBuffer types, Object names) {}

  /**
   * Frames of one number of atoms, up to a number of atoms together: it hangs on the frames alone
   * which batch a frame is in.
   *
   * @param which of the frames
   */
  static List<List<Integer>> of(List<Frame> frames, List<Integer> which, LoadedModels models) {
    Map<Kind, List<Integer>> open = new LinkedHashMap<>();
    List<List<Integer>> all = new ArrayList<>();
    for (int i : which) {
      Frame frame = frames.get(i);
      Kind kind =
          new Kind(
              frame.atomCount(),
              frame.cell() != null,
              frame.fparamCount(),
              frame.aparamCount(),
              models.mixed() ? null : IntBuffer.wrap(frame.z()),
              models.mixed() ? null : frame.names());
      List<Integer> batch = open.get(kind);
      if (batch == null
          || (batch.size() + 1L) * frame.atomCount() > Math.max(models.atomsAtOnce(), 1)) {
        batch = new ArrayList<>();
        all.add(batch);
        open.put(kind, batch);
      }
      batch.add(i);
    }
    return all;
  }
}
