package org.dpsieve.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import org.dpsieve.frame.Frame;
import org.dpsieve.frame.Property;
import org.dpsieve.io.FrameSystem;
import org.dpsieve.io.LocalStorage;
import org.dpsieve.io.Storage;
import org.dpsieve.io.extxyz.ExtxyzKeys;
import org.dpsieve.io.systems.SystemFinder;
import org.dpsieve.io.systems.SystemPath;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The labelled frames of a command, few enough for its memory. */
final class LabelledSystems {
  @Option(
      names = {"-s", "--system"},
      required = true,
      arity = "1..*",
      paramLabel = "DIR",
      description = "Labelled systems: folders with systems at any depth.")
  private List<String> systems;

  @Mixin private ExtxyzOptions extxyz;

  /**
   * @param notes where to say what of the files is not read
   */
  List<Frame> frames(PrintWriter notes) throws IOException {
    return read(systems, notes);
  }

  /** The same with properties. */
  List<Frame> frames(List<Property> properties, PrintWriter notes) throws IOException {
    return read(systems, properties, notes);
  }

  /** Frames of other systems, read in the same way. */
  List<Frame> read(List<String> systems, PrintWriter notes) throws IOException {
    return read(systems, List.of(), notes);
  }

  /** The same with properties. */
  List<Frame> read(List<String> systems, List<Property> properties, PrintWriter notes)
      throws IOException {
    Storage storage = new LocalStorage();
    List<Frame> frames = new ArrayList<>();
    for (SystemPath path : SystemFinder.find(storage, systems, extxyz.keys(properties))) {
      try (FrameSystem system = path.open(storage, List.of())) {
        frames.addAll(system.frames());
        ExtxyzKeys.note(system.ignored(), "--extxyz-keys")
            .ifPresent(note -> notes.println(path.location() + ": " + note));
      }
    }
    return frames;
  }
}
