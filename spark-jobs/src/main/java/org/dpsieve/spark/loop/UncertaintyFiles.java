package org.dpsieve.spark.loop;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
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
import org.dpsieve.error.InputException;
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
 * uncertainty.json} and a {@code posterior.000.npy} for each model; {@code width.npy} where frames
 * have widths, [2 + frames, n + 1]: mean, scale, frames seen, in the last column the frames'
 * shares; {@code members.npy} where an ensemble is made out of one, [members, size].
 */
public final class UncertaintyFiles {
  /** Of all its files. */
  static final Pattern NAMES =
      Pattern.compile("uncertainty\\.json|(members|width)\\.npy|posterior\\.\\d+\\.npy");

  private static final String FILE = "uncertainty.json";
  private static final String MEMBERS = "members.npy";
  private static final String WIDTH = "width.npy";
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
      Width width,
      Reliability reliability,
      LearningCurve curve) {}

  /** What a {@link FrameWidth} has beside its arrays, which are in a file of their own. */
  @JsonIgnoreProperties(ignoreUnknown = true) // earlier versions have the arrays here
  public record Width(double reach, double level, double least, double most) {}

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
            written(folder, uncertainty.width()),
            trained.reliability(),
            trained.curve()));
  }

  private static Width written(Path folder, FrameWidth width) throws IOException {
    if (width == null) {
      return null;
    }
    int columns = width.mean().length + 1;
    double[] rows = new double[(2 + width.seen().length) * columns];
    System.arraycopy(width.mean(), 0, rows, 0, columns - 1);
    System.arraycopy(width.scale(), 0, rows, columns, columns - 1);
    for (int k = 0; k < width.seen().length; k++) {
      System.arraycopy(width.seen()[k], 0, rows, (2 + k) * columns, columns - 1);
      rows[(3 + k) * columns - 1] = width.share()[k];
    }
    NpyWriter.write(
        LocalStorage.of(folder),
        folder.resolve(WIDTH).toString(),
        rows,
        rows.length / columns,
        columns);
    return new Width(width.reach(), width.level(), width.least(), width.most());
  }

  /**
   * @throws InputException when the arrays are not there: an earlier version wrote the folder
   */
  private static FrameWidth width(Path folder, Width width) throws IOException {
    if (width == null) {
      return null;
    }
    Path file = folder.resolve(WIDTH);
    if (!Files.exists(file)) {
      throw new InputException(
          "%s: missing, though %s speaks of widths: an earlier version of dpsieve wrote this folder. Put back what was there, or remove %s and run again to have it made anew"
              .formatted(file, FILE, folder));
    }
    NpyArray array = NpyArray.open(file);
    double[] rows = array.read();
    int columns = Math.toIntExact(array.shape()[1]);
    int frames = rows.length / columns - 2;
    double[][] seen = new double[frames][];
    double[] share = new double[frames];
    for (int k = 0; k < frames; k++) {
      int row = (2 + k) * columns;
      seen[k] = Arrays.copyOfRange(rows, row, row + columns - 1);
      share[k] = rows[row + columns - 1];
    }
    return new FrameWidth(
        Arrays.copyOf(rows, columns - 1),
        Arrays.copyOfRange(rows, columns, 2 * columns - 1),
        seen,
        share,
        width.reach(),
        width.level(),
        width.least(),
        width.most());
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
                  width(folder, numbers.width())),
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
