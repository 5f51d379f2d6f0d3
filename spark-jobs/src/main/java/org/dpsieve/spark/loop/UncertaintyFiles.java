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
import java.util.Optional;
import java.util.regex.Pattern;
import org.dpsieve.io.JsonFile;
import org.dpsieve.io.LocalStorage;
import org.dpsieve.io.npy.NpyArray;
import org.dpsieve.io.npy.NpyWriter;
import org.dpsieve.outputlayer.LearningCurve;
import org.dpsieve.outputlayer.OutputPosterior;
import org.dpsieve.spark.transfer.OutputLayerStage;
import org.dpsieve.uncertainty.FrameWidth;
import org.dpsieve.uncertainty.Reliability;
import org.dpsieve.uncertainty.Uncertainty;

/**
 * What a training by the output layer says of its own errors, beside the models: {@code
 * uncertainty.json} and a {@code posterior.000.npy} for each model; {@code members.npy} where an
 * ensemble is made out of one, [members, size].
 */
public final class UncertaintyFiles {
  /** Of all its files. */
  static final Pattern NAMES =
      Pattern.compile("uncertainty\\.json|members\\.npy|posterior\\.\\d+\\.npy");

  private static final String FILE = "uncertainty.json";
  private static final String MEMBERS = "members.npy";
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  private UncertaintyFiles() {}

  /**
   * The numbers in the JSON file.
   *
   * @param labels trained on
   * @param typesWithLabels of the models' types
   * @param energyFactor NaN where no label could be left out
   * @param width by which frames differ; {@code null} for none
   * @param reliability on the labels left out; of no consequence for the run, for people to look at
   * @param curve {@code null} where labels were too few
   */
  public record Numbers(
      long labels,
      boolean[] typesWithLabels,
      int models,
      double energyFactor,
      double forceFactor,
      FrameWidth width,
      Reliability reliability,
      LearningCurve curve) {}

  /**
   * All of it.
   *
   * @param members changes of the one model's parameters, [members][size]; {@code null} where the
   *     models are the ensemble
   */
  public record Known(Numbers numbers, Uncertainty uncertainty, double[][] members) {}

  static void write(Path folder, long labels, OutputLayerStage.Trained trained) throws IOException {
    Uncertainty uncertainty = trained.uncertainty();
    List<OutputPosterior> posteriors = uncertainty.posteriors();
    for (int m = 0; m < posteriors.size(); m++) {
      OutputPosterior posterior = posteriors.get(m);
      NpyWriter.write(
          LocalStorage.of(folder),
          posterior(folder, m).toString(),
          posterior.root(),
          posterior.size(),
          posterior.size());
    }
    if (trained.members() != null) {
      double[][] members = trained.members();
      NpyWriter.write(
          LocalStorage.of(folder),
          folder.resolve(MEMBERS).toString(),
          Arrays.stream(members).flatMapToDouble(Arrays::stream).toArray(),
          members.length,
          members[0].length);
    }
    JSON.writeValue(
        Files.newOutputStream(folder.resolve(FILE)),
        new Numbers(
            labels,
            uncertainty.present(),
            posteriors.size(),
            uncertainty.energyFactor(),
            uncertainty.forceFactor(),
            uncertainty.width(),
            trained.reliability(),
            trained.curve()));
  }

  private static Path posterior(Path folder, int model) {
    return folder.resolve("posterior.%03d.npy".formatted(model));
  }

  /** Empty where the models in this folder were trained in another way, or not at all. */
  public static Optional<Numbers> numbers(Path folder) {
    if (!Files.exists(folder.resolve(FILE))) {
      return Optional.empty();
    }
    return Optional.of(JsonFile.read(folder.resolve(FILE), Numbers.class));
  }

  /** With the posteriors; empty as {@link #numbers}. */
  public static Optional<Known> read(Path folder) {
    Numbers numbers = numbers(folder).orElse(null);
    if (numbers == null) {
      return Optional.empty();
    }
    try {
      List<OutputPosterior> posteriors = new ArrayList<>();
      for (int m = 0; m < numbers.models(); m++) {
        NpyArray root = NpyArray.open(posterior(folder, m));
        posteriors.add(new OutputPosterior(root.read(), Math.toIntExact(root.shape()[0])));
      }
      return Optional.of(
          new Known(
              numbers,
              new Uncertainty(
                  numbers.typesWithLabels(),
                  posteriors,
                  numbers.energyFactor(),
                  numbers.forceFactor(),
                  numbers.width()),
              members(folder)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static double[][] members(Path folder) throws IOException {
    Path file = folder.resolve(MEMBERS);
    if (!Files.exists(file)) {
      return null;
    }
    NpyArray array = NpyArray.open(file);
    double[] numbers = array.read();
    int size = Math.toIntExact(array.shape()[1]);
    double[][] members = new double[Math.toIntExact(array.shape()[0])][];
    for (int m = 0; m < members.length; m++) {
      members[m] = Arrays.copyOfRange(numbers, m * size, (m + 1) * size);
    }
    return members;
  }
}
