package org.dpsieve.spark.loop;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.dpsieve.io.JsonFile;
import org.dpsieve.io.LocalStorage;
import org.dpsieve.io.npy.NpyArray;
import org.dpsieve.io.npy.NpyWriter;
import org.dpsieve.outputlayer.NormalEquations;
import org.dpsieve.outputlayer.OutputLayerFit;
import org.dpsieve.spark.transfer.KnownSums;

/**
 * What a training has summed up, beside the models, so that the next adds its new frames alone:
 * {@code sums.json}, and for each model {@code sums.000.npy} of labelled frames, {@code
 * judges.000.npy} of those that stand for all and {@code old_sums.000.npy} of frames with old
 * labels, as {@link NormalEquations#numbers} has them.
 */
final class SumsFiles {
  /** Of all its files. */
  static final Pattern NAMES = Pattern.compile("sums\\.json|(sums|judges|old_sums)\\.\\d+\\.npy");

  private static final String FILE = "sums.json";
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  private SumsFiles() {}

  /**
   * The JSON file.
   *
   * @param key of what the sums depend on
   * @param groups of labelled frames, and of old ones
   * @param sizes numbers of parameters, [models]
   * @param leftOut old labels that are none
   */
  private record Numbers(String key, int groups, int oldGroups, int[] sizes, long leftOut) {}

  static void write(Path folder, String key, KnownSums sums) throws IOException {
    int[] sizes = new int[sums.labelled().size()];
    for (int m = 0; m < sizes.length; m++) {
      sizes[m] = sums.labelled().get(m)[0].size();
      write(file(folder, "sums", m), sums.labelled().get(m));
      if (!sums.judges().isEmpty()) {
        write(file(folder, "judges", m), sums.judges().get(m));
      }
      if (!sums.old().isEmpty()) {
        write(file(folder, "old_sums", m), sums.old().get(m));
      }
    }
    JSON.writeValue(
        Files.newOutputStream(folder.resolve(FILE)),
        new Numbers(key, sums.groups(), sums.oldGroups(), sizes, sums.leftOut()));
  }

  private static void write(Path file, NormalEquations[] sums) throws IOException {
    double[] numbers = NormalEquations.numbers(sums);
    NpyWriter.write(LocalStorage.of(file), file.toString(), numbers, numbers.length);
  }

  private static Path file(Path folder, String name, int model) {
    return folder.resolve("%s.%03d.npy".formatted(name, model));
  }

  /** None where this folder has none that depend on the same. */
  static KnownSums read(Path folder, String key) {
    if (!Files.exists(folder.resolve(FILE))) {
      return KnownSums.NONE;
    }
    try {
      Numbers numbers = JsonFile.read(folder.resolve(FILE), Numbers.class);
      if (!numbers.key().equals(key)) {
        return KnownSums.NONE;
      }
      List<NormalEquations[]> labelled = new ArrayList<>();
      List<NormalEquations[]> judges = new ArrayList<>();
      List<NormalEquations[]> old = new ArrayList<>();
      for (int m = 0; m < numbers.sizes().length; m++) {
        labelled.add(read(file(folder, "sums", m), numbers.sizes()[m]));
        if (Files.exists(file(folder, "judges", m))) {
          judges.add(read(file(folder, "judges", m), numbers.sizes()[m]));
        }
        if (Files.exists(file(folder, "old_sums", m))) {
          old.add(read(file(folder, "old_sums", m), numbers.sizes()[m]));
        }
      }
      return new KnownSums(
          labelled, numbers.groups(), judges, old, numbers.oldGroups(), numbers.leftOut());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static NormalEquations[] read(Path file, int size) throws IOException {
    return NormalEquations.of(NpyArray.open(file).read(), size, OutputLayerFit.FOLDS);
  }
}
