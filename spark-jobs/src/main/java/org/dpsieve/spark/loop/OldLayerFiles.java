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
import java.util.stream.IntStream;
import org.dpsieve.io.JsonFile;
import org.dpsieve.io.LocalStorage;
import org.dpsieve.io.npy.NpyArray;
import org.dpsieve.io.npy.NpyWriter;
import org.dpsieve.model.DeepPotential;
import org.dpsieve.outputlayer.OldLayer;
import org.dpsieve.outputlayer.OldShare;
import org.dpsieve.outputlayer.OutputParameters;
import org.dpsieve.outputlayer.OutputPosterior;
import org.dpsieve.spark.deviation.LabelPredictor;
import org.dpsieve.spark.transfer.LabelUncertainty;
import org.dpsieve.spark.transfer.OutputLayerSolution;
import org.dpsieve.spark.transfer.OutputLayerStage;
import org.dpsieve.uncertainty.ExpectedError;
import org.dpsieve.uncertainty.LabelEnsemble;
import org.dpsieve.uncertainty.Uncertainty;

/**
 * The models' fits to the old labels, beside the models: {@code old.json}, and for each model
 * {@code old.000.npy}: the change of its parameters in the first row, then the quadratic form of
 * the forces, [1 + size, size]. Beside them {@code labels.json}: how far labels predicted from old
 * ones are off, where old labels are used.
 */
final class OldLayerFiles {
  /** Of all its files. */
  static final Pattern NAMES = Pattern.compile("old\\.json|labels\\.json|old\\.\\d+\\.npy");

  private static final String FILE = "old.json";
  private static final String LABELS = "labels.json";
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  private OldLayerFiles() {}

  /** The numbers in the JSON file, [models]. */
  private record Numbers(long[] frames, double[] ridges) {}

  /**
   * What labels are predicted by, beside the models and their posteriors.
   *
   * @param shares of each model, of energy, force and virial, [models][3]; {@code null} for those
   *     that do without old labels
   * @param uncertainty of the mean over the models that use them
   */
  record LabelNumbers(double[][] shares, LabelUncertainty uncertainty) {}

  static void writeLabels(Path folder, LabelNumbers numbers) throws IOException {
    JSON.writeValue(Files.newOutputStream(folder.resolve(LABELS)), numbers);
  }

  /** Empty where the models in this folder were trained without old labels. */
  static Optional<LabelNumbers> labels(Path folder) {
    Path file = folder.resolve(LABELS);
    return Files.exists(file)
        ? Optional.of(JsonFile.read(file, LabelNumbers.class))
        : Optional.empty();
  }

  static void write(Path folder, List<OldLayer> layers) throws IOException {
    if (layers.isEmpty()) {
      return;
    }
    for (int m = 0; m < layers.size(); m++) {
      OldLayer layer = layers.get(m);
      int size = layer.change().length;
      double[] rows = Arrays.copyOf(layer.change(), size + size * size);
      System.arraycopy(layer.forceForm(), 0, rows, size, size * size);
      NpyWriter.write(LocalStorage.of(folder), layer(folder, m).toString(), rows, 1 + size, size);
    }
    JSON.writeValue(
        Files.newOutputStream(folder.resolve(FILE)),
        new Numbers(
            layers.stream().mapToLong(OldLayer::frames).toArray(),
            layers.stream().mapToDouble(OldLayer::ridge).toArray()));
  }

  private static Path layer(Path folder, int model) {
    return folder.resolve("old.%03d.npy".formatted(model));
  }

  /** Empty where this folder has none. */
  static List<OldLayer> read(Path folder) {
    if (!Files.exists(folder.resolve(FILE))) {
      return List.of();
    }
    try {
      Numbers numbers = JsonFile.read(folder.resolve(FILE), Numbers.class);
      List<OldLayer> layers = new ArrayList<>();
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

  /**
   * Predicts labels from old ones; empty where the models were trained without.
   *
   * @param folder of the training
   * @param begun what it started from
   * @param models that it made
   */
  static Optional<LabelPredictor> predictor(Path folder, StartModels begun, List<Path> models) {
    LabelNumbers numbers = labels(folder).orElse(null);
    UncertaintyFiles.Known known = UncertaintyFiles.read(folder).orElse(null);
    if (numbers == null || known == null) {
      return Optional.empty();
    }
    Uncertainty all = known.uncertainty();
    List<OldLayer> layers = read(folder);
    List<LabelEnsemble.Member> members = new ArrayList<>();
    List<OutputPosterior> posteriors = new ArrayList<>();
    IntStream.Builder places = IntStream.builder();
    for (int m = 0; m < models.size(); m++) {
      double[] share = numbers.shares()[m];
      if (share == null) {
        continue; // this model does without
      }
      members.add(
          new LabelEnsemble.Member(
              begun.read(m, models.get(m)),
              fitted(begun.read(m), all, layers.get(m)),
              new OldShare(share[0], share[1], share[2])));
      posteriors.add(all.posteriors().get(m));
      places.add(m);
    }
    return Optional.of(
        predictor(members, places, all.present(), posteriors, numbers.uncertainty()));
  }

  /**
   * The same of a training that was not written.
   *
   * @param start models that it started from
   */
  static LabelPredictor predictor(OutputLayerStage.Trained trained, List<DeepPotential> start) {
    List<LabelEnsemble.Member> members = new ArrayList<>();
    List<OutputPosterior> posteriors = new ArrayList<>();
    IntStream.Builder places = IntStream.builder();
    Uncertainty all = trained.uncertainty();
    for (int m = 0; m < start.size(); m++) {
      OutputLayerSolution solution = trained.solutions().get(m);
      if (solution.old().used()) {
        members.add(
            new LabelEnsemble.Member(
                solution.model(),
                fitted(start.get(m), all, trained.old().get(m)),
                solution.old().share()));
        posteriors.add(all.posteriors().get(m));
        places.add(m);
      }
    }
    return predictor(members, places, all.present(), posteriors, trained.labels());
  }

  private static double[] fitted(DeepPotential start, Uncertainty all, OldLayer layer) {
    double[] fitted = OutputParameters.of(start, all.present()).readWithLevels(start);
    for (int k = 0; k < fitted.length; k++) {
      fitted[k] += layer.change()[k];
    }
    return fitted;
  }

  private static LabelPredictor predictor(
      List<LabelEnsemble.Member> members,
      IntStream.Builder places,
      boolean[] present,
      List<OutputPosterior> posteriors,
      LabelUncertainty found) {
    return new LabelPredictor(
        members,
        places.build().toArray(),
        new Uncertainty(present, posteriors, found.energyFactor(), found.forceFactor()),
        ExpectedError.Scale.of(found.reliability()));
  }
}
