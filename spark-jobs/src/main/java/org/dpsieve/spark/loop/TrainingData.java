package org.dpsieve.spark.loop;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.dpsieve.frame.Formula;
import org.dpsieve.frame.Frame;
import org.dpsieve.io.LocalStorage;
import org.dpsieve.io.OwnFiles;
import org.dpsieve.io.SafePaths;
import org.dpsieve.io.deepmd.FrameKind;
import org.dpsieve.io.deepmd.NpySystemWriter;
import org.dpsieve.spark.frames.FrameRows;
import org.dpsieve.train.DpInput.DataSystem;

/** Labelled frames as deepmd/npy folders for {@code dp train}. */
final class TrainingData {
  private TrainingData() {}

  /**
   * Labels of one origin.
   *
   * @param name of their folder, {@code iter.000001}
   * @param isNew of the last iteration
   */
  record Source(String name, Dataset<Row> frames, boolean isNew) {}

  /**
   * Writes {@code target/iter.000001/Ag2Au0}, a system per formula, order of atoms and kind of
   * labels and parameters, frames by frame_id: the same files whenever it is done.
   *
   * @return the systems in order, those of the last iteration last
   */
  static List<DataSystem> write(Path target, List<String> typeMap, List<Source> sources)
      throws IOException {
    OwnFiles.remove(target);
    LocalStorage storage = new LocalStorage();
    List<DataSystem> systems = new ArrayList<>();
    for (Source source : sources.stream().sorted(Comparator.comparing(Source::isNew)).toList()) {
      // Labels are few: what costs a calculation each fits here.
      Map<FrameKind, List<Frame>> groups = new LinkedHashMap<>();
      for (Row row : source.frames().orderBy("formula", "frame_id").collectAsList()) {
        Frame frame = FrameRows.toFrame(row);
        groups.computeIfAbsent(FrameKind.of(frame), kind -> new ArrayList<>()).add(frame);
      }
      Iterator<String> folders =
          SafePaths.folders(
                  groups.values().stream()
                      .map(frames -> Formula.ofTypeMap(frames.get(0).z(), typeMap))
                      .toList())
              .iterator();
      for (List<Frame> frames : groups.values()) {
        String name = source.name() + "/" + folders.next();
        Path folder = target.resolve(name);
        Files.createDirectories(folder);
        try (NpySystemWriter writer =
            new NpySystemWriter(storage, folder.toString(), typeMap, frames.size())) {
          for (Frame frame : frames) {
            writer.add(frame);
          }
        }
        systems.add(
            new DataSystem(
                "data/" + name, frames.get(0).atomCount(), frames.size(), source.isNew()));
      }
    }
    return systems;
  }
}
