package org.dpsieve.spark.loop;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.dpsieve.digest.Sha256;
import org.dpsieve.error.InputException;
import org.dpsieve.io.RegularFile;
import org.dpsieve.loop.RunHistory;
import org.dpsieve.loop.Workdir;
import org.dpsieve.model.DeepPotential;
import org.dpsieve.model.Foreign;
import org.dpsieve.outputlayer.OutputParameters;
import org.dpsieve.outputlayer.OutputPosterior;
import org.dpsieve.spark.deviation.SolvedModels;
import org.dpsieve.text.Counted;
import org.dpsieve.uncertainty.Uncertainty;

/**
 * Models with the posteriors of their output layers, for whoever asks outside of a loop.
 *
 * @param files of the models
 * @param models as read
 * @param uncertainty of these
 * @param members changes that make an ensemble out of the one model, [members][size]; {@code null}
 *     where the models are the ensemble
 */
public record PosteriorModels(
    List<Path> files, List<DeepPotential> models, Uncertainty uncertainty, double[][] members) {
  private static final Pattern MODEL = Pattern.compile("graph\\.(\\d+)\\..+");
  private static final Pattern POSTERIOR = Pattern.compile("posterior\\.(\\d+)\\.npy");

  /**
   * The newest models of a run.
   *
   * @param notes hears which program evaluates them, where one does
   * @throws InputException when there is no run, no training in it yet, or one that says nothing of
   *     its errors
   */
  public static PosteriorModels ofRun(Path workdir, Consumer<String> notes) {
    RunHistory history = RunHistory.read(new Workdir(workdir));
    if (history.trainings().isEmpty()) {
      throw new InputException(
          "%s: no models are trained there yet; go on with simplify".formatted(workdir));
    }
    String property = history.identity().get("property");
    if (property != null) {
      throw new InputException(
          "%s: is a run for the property %s; rescreen --run RUN --property %s reads it"
              .formatted(workdir, property, property.replaceFirst(":.*", "")));
    }
    Path folder = history.workdir().train(history.trainings().lastKey());
    UncertaintyFiles.Known known =
        UncertaintyFiles.read(folder)
            .orElseThrow(
                () ->
                    new InputException(
                        "%s: its training by dp leaves no posterior; make one of each model: dpsieve posterior -m MODEL -s LABELLED -o FILE"
                            .formatted(workdir)));
    List<Path> files = models(folder);
    List<DeepPotential> models =
        SolvedModels.read(files, history.typeMap(), history.branch(), notes);
    PosteriorModels all = new PosteriorModels(files, models, known.uncertainty(), known.members());
    all.requireFit(List.of(folder));
    return all;
  }

  /**
   * @param posteriors files of {@code dpsieve posterior}, one for each model in their order, or
   *     those that a run's training has written ({@code posterior.000.npy} and so on, with {@code
   *     uncertainty.json} and the models beside them), or a folder with the latter
   * @param typeMap names of the types, where the models name none
   * @param branch of checkpoints of several models; empty for others
   * @param notes hears which program evaluates them, where one does
   * @throws InputException when they are not of these models
   */
  public static PosteriorModels of(
      List<Path> files,
      List<Path> posteriors,
      List<String> typeMap,
      String branch,
      Consumer<String> notes) {
    List<DeepPotential> models = SolvedModels.read(files, typeMap, branch, notes);
    List<Path> each = new ArrayList<>();
    for (Path path : posteriors) {
      if (Files.isDirectory(path)) {
        each.addAll(inFolder(path));
      } else {
        each.add(path);
      }
    }
    if (each.size() != files.size()) {
      throw new InputException(
          "%s of %s; expected one of each, in the models' order"
              .formatted(Counted.of(each.size(), "posterior"), Counted.of(files.size(), "model")));
    }
    List<Uncertainty> found = new ArrayList<>();
    for (int m = 0; m < each.size(); m++) {
      found.add(one(each.get(m), files.get(m), models.get(m)));
    }
    PosteriorModels all = new PosteriorModels(files, models, together(found, each), members(each));
    all.requireFit(each);
    return all;
  }

  /** Whether DeePMD-kit evaluates them. */
  public boolean isForeign() {
    return models.stream().anyMatch(model -> model.descriptor() instanceof Foreign);
  }

  /** The models of a training, in order. */
  static List<Path> models(Path folder) {
    TreeMap<Integer, Path> found = new TreeMap<>();
    list(folder, MODEL, found);
    return List.copyOf(found.values());
  }

  private static List<Path> inFolder(Path folder) {
    TreeMap<Integer, Path> found = new TreeMap<>();
    list(folder, POSTERIOR, found);
    if (found.isEmpty()) {
      throw new InputException(
          "%s: no posterior.000.npy in it, expected the folder of a training (iter.*/00.train)"
              .formatted(folder));
    }
    return List.copyOf(found.values());
  }

  private static void list(Path folder, Pattern names, TreeMap<Integer, Path> found) {
    try (Stream<Path> all = Files.list(folder)) {
      all.forEach(
          file -> {
            Matcher name = names.matcher(file.getFileName().toString());
            if (name.matches()) {
              found.put(Integer.valueOf(name.group(1)), file);
            }
          });
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Uncertainty one(Path posterior, Path file, DeepPotential model) {
    Matcher name = POSTERIOR.matcher(posterior.getFileName().toString());
    if (name.matches()) {
      return ofTraining(posterior, Integer.parseInt(name.group(1)), file);
    }
    PosteriorFile found = PosteriorFile.read(posterior);
    if (!found.typeMap().equals(model.typeMap()) || !found.model().equals(digest(file))) {
      throw other(posterior, file);
    }
    return new Uncertainty(
        found.typesWithLabels(),
        List.of(found.posterior()),
        found.energyFactor(),
        found.forceFactor(),
        found.width());
  }

  private static Uncertainty ofTraining(Path posterior, int number, Path file) {
    Path folder = posterior.toAbsolutePath().getParent();
    UncertaintyFiles.Known known =
        UncertaintyFiles.read(folder)
            .filter(all -> number < all.uncertainty().posteriors().size())
            .orElseThrow(
                () ->
                    new InputException(
                        "%s: no uncertainty.json beside it that knows it; expected the folder of a training (iter.*/00.train)"
                            .formatted(posterior)));
    List<Path> models = models(folder);
    if (number >= models.size() || !digest(models.get(number)).equals(digest(file))) {
      throw other(posterior, file);
    }
    Uncertainty all = known.uncertainty();
    return new Uncertainty(
        all.present(),
        List.of(all.posteriors().get(number)),
        all.energyFactor(),
        all.forceFactor(),
        number == 0 ? all.width() : null);
  }

  private static InputException other(Path posterior, Path file) {
    return new InputException(
        "%s: is the posterior of another model than %s; expected one of each model, in the models' order"
            .formatted(posterior, file));
  }

  /** Of the file, or of all files of a model that is a folder. */
  public static String digest(Path model) {
    if (!Files.isDirectory(model)) {
      return RegularFile.sha256(model);
    }
    try (Stream<Path> files = Files.walk(model)) {
      StringBuilder all = new StringBuilder();
      files
          .filter(Files::isRegularFile)
          .sorted()
          .forEach(
              file ->
                  all.append(model.relativize(file)).append(' ').append(RegularFile.sha256(file)));
      return Sha256.hex(all.toString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The largest factors count for all, and the first one's widths: they go by the first model. */
  private static Uncertainty together(List<Uncertainty> each, List<Path> files) {
    List<OutputPosterior> posteriors = new ArrayList<>();
    double energy = Double.NaN;
    double force = Double.NaN;
    for (int m = 0; m < each.size(); m++) {
      Uncertainty one = each.get(m);
      if (!Arrays.equals(one.present(), each.get(0).present())) {
        throw new InputException(
            "%s: its labels are of other elements than those of %s; expected posteriors of the same labelled frames"
                .formatted(files.get(m), files.get(0)));
      }
      posteriors.addAll(one.posteriors());
      energy = Double.isNaN(energy) ? one.energyFactor() : Math.max(energy, one.energyFactor());
      force = Double.isNaN(force) ? one.forceFactor() : Math.max(force, one.forceFactor());
    }
    return new Uncertainty(each.get(0).present(), posteriors, energy, force, each.get(0).width());
  }

  /** Of a run with one model. */
  private static double[][] members(List<Path> posteriors) {
    Path only = posteriors.get(0);
    return posteriors.size() == 1 && POSTERIOR.matcher(only.getFileName().toString()).matches()
        ? Optional.ofNullable(only.toAbsolutePath().getParent())
            .flatMap(UncertaintyFiles::read)
            .map(UncertaintyFiles.Known::members)
            .orElse(null)
        : null;
  }

  /** What standard deviations depend on beside the models. */
  public String digest() {
    MessageDigest digest = Sha256.start();
    List<double[]> all = new ArrayList<>();
    all.add(new double[] {uncertainty.energyFactor(), uncertainty.forceFactor()});
    uncertainty.posteriors().forEach(posterior -> all.add(posterior.root()));
    all.addAll(members == null ? List.of() : List.of(members));
    for (double[] numbers : all) {
      ByteBuffer bytes = ByteBuffer.allocate(8 * numbers.length);
      bytes.asDoubleBuffer().put(numbers);
      digest.update(bytes.array());
    }
    return Sha256.hex(digest) + Arrays.toString(uncertainty.present());
  }

  private void requireFit(List<Path> posteriors) {
    boolean fit = models.size() == uncertainty.posteriors().size();
    for (int m = 0; fit && m < models.size(); m++) {
      fit =
          uncertainty.present().length == models.get(m).typeCount()
              && uncertainty.posteriors().get(m).size()
                  == OutputParameters.of(models.get(m), uncertainty.present()).size();
    }
    if (!fit) {
      throw new InputException(
          "%s: not of as many parameters as the models' output layers have; the files are damaged, or of other models"
              .formatted(posteriors.get(0)));
    }
  }
}
