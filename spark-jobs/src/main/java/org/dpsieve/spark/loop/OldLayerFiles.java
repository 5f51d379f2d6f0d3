package org.dpsieve.spark.loop;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.dpsieve.io.JsonFile;
import org.dpsieve.io.LocalStorage;
import org.dpsieve.io.npy.NpyArray;
import org.dpsieve.io.npy.NpyWriter;
import org.dpsieve.outputlayer.OldLayer;

/**
 * The models' fits to the old labels, beside the models, so that a run makes them once: {@code
 * old.json}, and for each model {@code old.000.npy}: the change of its parameters in the first row,
 * then the quadratic form of the forces, [1 + size, size].
 */
final class OldLayerFiles {
  private static final String FILE = "old.json";
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  private OldLayerFiles() {}

  /**
   * The numbers in the JSON file, [models].
   *
   * @param key of what they depend on
   */
  private record Numbers(String key, long[] frames, double[] ridges) {}

  static void write(Path folder, String key, List<OldLayer> layers) throws IOException {
    if (layers.isEmpty()) {
      return;
    }
    for (int m = 0; m < layers.size(); m++) {
      OldLayer layer = layers.get(m);
      int size = layer.change().length;
      double[] rows = Arrays.copyOf(layer.change(), size + size * size);
      System.arraycopy(layer.forceForm(), 0, rows, size, size * size);
      NpyWriter.write(new LocalStorage(), layer(folder, m).toString(), rows, 1 + size, size);
    }
    JSON.writeValue(
        folder.resolve(FILE).toFile(),
        new Numbers(
            key,
            layers.stream().mapToLong(OldLayer::frames).toArray(),
            layers.stream().mapToDouble(OldLayer::ridge).toArray()));
  }

  private static Path layer(Path folder, int model) {
    return folder.resolve("old.%03d.npy".formatted(model));
  }

  /** Empty where this folder has none that were found with this key. */
  static List<OldLayer> read(Path folder, String key) {
    if (!Files.exists(folder.resolve(FILE))) {
      return List.of();
    }
    try {
      Numbers numbers = JsonFile.read(folder.resolve(FILE), Numbers.class);
      List<OldLayer> layers = new ArrayList<>();
      if (!numbers.key().equals(key)) {
        return layers;
      }
      for (int m = 0; m < numbers.frames().length; m++) {
        NpyArray array = NpyArray.open(layer(folder, m));
        double[] rows = array.read();
        int size = Math.toIntExact(array.shape()[1]);
        layers.add(
            new OldLayer(
                Arrays.copyOf(rows, size),
                Arrays.copyOfRange(rows, size, rows.length),
                numbers.frames()[m],
                numbers.ridges()[m]));
      }
      return layers;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Copies what is there. */
  static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.list(from)) {
      for (Path file : files.filter(OldLayerFiles::isOurs).toList()) {
        Files.copy(file, to.resolve(file.getFileName()));
      }
    }
  }

  private static boolean isOurs(Path file) {
    String name = file.getFileName().toString();
    return name.equals(FILE) || name.matches("old\\.\\d+\\.npy");
  }
}
