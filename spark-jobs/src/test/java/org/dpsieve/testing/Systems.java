package org.dpsieve.testing;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.dpsieve.frame.Frame;
import org.dpsieve.io.FrameSystem;
import org.dpsieve.io.LocalStorage;
import org.dpsieve.io.systems.SystemFinder;

/** Frames of the systems at and below a folder. */
public final class Systems {
  private static final int RUN = 1000;

  private Systems() {}

  public static List<Frame> read(Path folder) throws IOException {
    List<Frame> frames = new ArrayList<>();
    LocalStorage storage = new LocalStorage();
    for (var found : SystemFinder.find(storage, List.of(folder.toString()))) {
      try (FrameSystem system = found.open(storage, List.of())) {
        for (var run : system.runs(RUN)) {
          frames.addAll(system.read(run));
        }
      }
    }
    return frames;
  }
}
