package org.dpsieve.io.deepmd;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.util.ArrayList;
import java.util.List;
import org.dpsieve.error.InputException;
import org.dpsieve.frame.Labels;
import org.dpsieve.io.Storage;
import org.dpsieve.io.npy.NpyArray;
import org.dpsieve.io.npy.NpyWriter;

/**
 * One {@code set.*} of a deepmd/npy system, standard or mixed, whose stored labels are to grow: the
 * copy has the same files, names and order, and other numbers in {@code energy.npy}, {@code
 * force.npy} and, where there is one, {@code virial.npy} (float64 whatever they were).
 *
 * @param system folder of the system
 * @param name {@code set.000} ...
 * @param first index in the system of its first frame
 * @param frames how many it holds
 */
public record LabelledSet(String system, String name, int first, int frames) {
  /**
   * The sets of a system in order.
   *
   * @throws InputException when one has no energy or no force
   */
  public static List<LabelledSet> of(Storage storage, String system) throws IOException {
    List<LabelledSet> sets = new ArrayList<>();
    int first = 0;
    for (String name : new NpyFolder(storage, system).sets()) {
      String folder = Storage.child(system, name);
      for (String label : List.of("energy.npy", "force.npy")) {
        if (!storage.exists(Storage.child(folder, label))) {
          throw new InputException(
              "%s/%s: not found, so its frames have no stored label to add to; label the system first,"
                      .formatted(folder, label)
                  + " or leave it out of -s");
        }
      }
      long[] shape = NpyArray.open(storage, Storage.child(folder, "coord.npy")).shape();
      int frames = shape.length == 1 ? 1 : Math.toIntExact(shape[0]);
      sets.add(new LabelledSet(system, name, first, frames));
      first += frames;
    }
    return sets;
  }

  /** Copies what stands beside the sets ({@code type.raw} ...) byte for byte. */
  public static void copyRest(Storage storage, String system, String target) throws IOException {
    copyFiles(storage, system, target, List.of());
  }

  /**
   * Writes the set's copy.
   *
   * @param additions what to add to the label of each frame, in order; forces of the frame's atoms
   *     without padding
   * @param targetSystem folder of the copied system
   */
  public void writeSum(Storage storage, List<Labels> additions, String targetSystem)
      throws IOException {
    String source = Storage.child(system, name);
    String target = Storage.child(targetSystem, name);
    copyFiles(storage, source, target, List.of("energy.npy", "force.npy", "virial.npy"));
    double[] types = values(storage, Storage.child(source, DeepmdSet.REAL_TYPES));
    for (String file : List.of("energy.npy", "force.npy", "virial.npy")) {
      String path = Storage.child(source, file);
      double[] values = values(storage, path);
      if (values == null) {
        continue;
      }
      int width = frames == 0 ? 0 : values.length / frames;
      for (int i = 0; i < frames; i++) {
        Labels addition = additions.get(i);
        switch (file) {
          case "energy.npy" -> values[i] += addition.energy();
          case "force.npy" -> addForce(values, i * width, width, addition.force(), types, i);
          default -> add(values, i * width, addition.virial(), 0, 9);
        }
      }
      NpyWriter.write(
          storage, Storage.child(target, file), values, NpyArray.open(storage, path).shape());
    }
  }

  /** Padding of a mixed system keeps its force. */
  private static void addForce(
      double[] values, int from, int width, double[] force, double[] types, int frame) {
    int places = width / 3;
    int atom = 0;
    for (int place = 0; place < places; place++) {
      if (types == null || types[frame * places + place] != AtomTypes.NO_ATOM) {
        add(values, from + 3 * place, force, 3 * atom, 3);
        atom++;
      }
    }
  }

  private static void add(double[] values, int at, double[] addition, int from, int count) {
    for (int k = 0; k < count; k++) {
      values[at + k] += addition[from + k];
    }
  }

  private static double[] values(Storage storage, String path) throws IOException {
    return storage.exists(path) ? NpyArray.open(storage, path).read() : null;
  }

  private static void copyFiles(Storage storage, String source, String target, List<String> without)
      throws IOException {
    for (String name : storage.list(source)) {
      String path = Storage.child(source, name);
      if (without.contains(name) || storage.isFolder(path)) {
        continue;
      }
      try (InputStream in = Channels.newInputStream(storage.open(path));
          OutputStream out = storage.create(Storage.child(target, name))) {
        in.transferTo(out);
      }
    }
  }
}
