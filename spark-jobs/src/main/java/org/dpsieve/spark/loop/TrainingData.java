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
import java.util.function.Function;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.dpsieve.config.BatchSizes.BatchSize;
import org.dpsieve.frame.Certainty;
import org.dpsieve.frame.Formula;
import org.dpsieve.frame.Frame;
import org.dpsieve.io.LocalStorage;
import org.dpsieve.io.OwnFiles;
import org.dpsieve.io.SafePaths;
import org.dpsieve.io.deepmd.FrameKind;
import org.dpsieve.io.deepmd.Hdf5FileWriter;
import org.dpsieve.io.deepmd.NpySystemWriter;
import org.dpsieve.spark.frames.FrameRows;
import org.dpsieve.train.DpInput.DataSystem;

/** Labelled frames as deepmd/npy folders, or one deepmd/hdf5 file, for {@code dp train}. */
final class TrainingData {
  /** The file with everything, beside {@code input.json}, as DP-GEN calls it. */
  private static final String HDF5 = "data.hdf5";

  private TrainingData() {}

  /**
   * Labels of one origin.
   *
   * @param name of their folder, {@code iter.000001}
   * @param isNew of the last iteration
   * @param batchSize of each frame's system
   */
  record Source(
      String name, Dataset<Row> frames, boolean isNew, Function<Row, BatchSize> batchSize) {}

  /** What frames of one folder have in common. */
  private record Group(FrameKind kind, BatchSize batchSize) {}

  /**
   * Writes {@code target/iter.000001/Ag2Au0}, a system per formula, order of atoms, kind of labels
   * and parameters, and batch size, frames by frame_id: the same files whenever it is done.
   *
   * @param oneHdf5 all in {@code target/data/data.hdf5}, under the same names
   * @return the systems in order, those of the last iteration last
   */
  static List<DataSystem> write(
      Path target, List<String> typeMap, List<Source> sources, boolean oneHdf5) throws IOException {
    OwnFiles.remove(target);
    Files.createDirectories(target);
    LocalStorage storage = new LocalStorage();
    List<DataSystem> systems = new ArrayList<>();
    try (Hdf5FileWriter hdf5 =
        oneHdf5 ? new Hdf5FileWriter(storage, target.resolve(HDF5).toString(), typeMap) : null) {
      for (Source source : sources.stream().sorted(Comparator.comparing(Source::isNew)).toList()) {
        Map<Group, List<Labelled>> groups = groups(source);
        Iterator<String> folders =
            SafePaths.folders(
                    groups.values().stream()
                        .map(frames -> Formula.ofTypeMap(frames.get(0).frame().z(), typeMap))
                        .toList())
                .iterator();
        for (Map.Entry<Group, List<Labelled>> group : groups.entrySet()) {
          List<Labelled> frames = group.getValue();
          int atoms = frames.get(0).frame().atomCount();
          String name = source.name() + "/" + folders.next();
          if (oneHdf5) {
            hdf5.begin(name);
            frames.forEach(one -> hdf5.add(one.frame(), one.certainty()));
          } else {
            write(storage, target.resolve(name), typeMap, frames);
          }
          systems.add(
              new DataSystem(
                  (oneHdf5 ? "data/" + HDF5 + "#/" : "data/") + name,
                  atoms,
                  frames.size(),
                  source.isNew(),
                  group.getKey().batchSize().of(atoms, frames.size())));
        }
      }
    }
    return systems;
  }

  /** A frame, and how certain its labels are; {@code null} where nobody says. */
  private record Labelled(Frame frame, Certainty certainty) {}

  private static Map<Group, List<Labelled>> groups(Source source) {
    // Labels are few: what costs a calculation each fits here.
    Map<Group, List<Labelled>> groups = new LinkedHashMap<>();
    for (Row row : source.frames().orderBy("formula", "frame_id").collectAsList()) {
      Frame frame = FrameRows.toFrame(row);
      Group group = new Group(FrameKind.of(frame), source.batchSize().apply(row));
      groups
          .computeIfAbsent(group, g -> new ArrayList<>())
          .add(new Labelled(frame, FrameRows.certainty(row)));
    }
    return groups;
  }

  private static void write(
      LocalStorage storage, Path folder, List<String> typeMap, List<Labelled> frames)
      throws IOException {
    Files.createDirectories(folder);
    try (NpySystemWriter writer =
        new NpySystemWriter(storage, folder.toString(), typeMap, frames.size())) {
      for (Labelled one : frames) {
        writer.add(one.frame(), one.certainty());
      }
    }
  }
}
