package org.dpsieve.spark.loop;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.dpsieve.frame.Property;
import org.dpsieve.io.JsonFile;
import org.dpsieve.io.LocalStorage;
import org.dpsieve.io.npy.NpyArray;
import org.dpsieve.io.npy.NpyWriter;
import org.dpsieve.model.DeepPotential;
import org.dpsieve.outputlayer.property.PropertyBases;
import org.dpsieve.outputlayer.property.PropertyTransfer;

/**
 * What the output layers of a run stand on, made once of a sample of the pool, beside the models of
 * the first training: {@code bases.000.json}, and the numbers in {@code bases.000.npy}.
 */
final class BasesFiles {
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  private BasesFiles() {}

  static void write(Path folder, int model, PropertyBases bases) throws IOException {
    double[] numbers = bases.numbers();
    NpyWriter.write(
        LocalStorage.of(folder), file(folder, model, "npy").toString(), numbers, numbers.length);
    JSON.writeValue(Files.newOutputStream(file(folder, model, "json")), bases.shapes());
  }

  private static Path file(Path folder, int model, String suffix) {
    return folder.resolve("bases.%03d.%s".formatted(model, suffix));
  }

  /**
   * @param energies the model that they were made of
   */
  static PropertyBases read(
      Path folder,
      int model,
      DeepPotential energies,
      Property label,
      PropertyTransfer.Options options)
      throws IOException {
    List<PropertyBases.Shape> shapes =
        JsonFile.read(
            file(folder, model, "json"), new TypeReference<List<PropertyBases.Shape>>() {});
    return PropertyBases.of(
        energies, label, options, shapes, NpyArray.open(file(folder, model, "npy")).read());
  }
}
