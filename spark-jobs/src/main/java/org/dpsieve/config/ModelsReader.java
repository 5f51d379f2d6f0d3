package org.dpsieve.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.dpsieve.config.reading.Block;
import org.dpsieve.config.reading.Paths;
import org.dpsieve.config.reading.Problems;
import org.dpsieve.error.InputException;
import org.dpsieve.error.NoPotentialException;
import org.dpsieve.error.UnsupportedModelException;
import org.dpsieve.frame.Property;
import org.dpsieve.model.DeepPotential;
import org.dpsieve.model.Foreign;
import org.dpsieve.model.format.ModelFiles;
import org.dpsieve.model.format.ModelSuffix;
import org.dpsieve.model.format.OutputLayerFiles;
import org.dpsieve.model.format.PropertyFiles;
import org.dpsieve.outputlayer.OutputParameters;
import org.dpsieve.outputlayer.property.PropertyBodies;
import org.dpsieve.text.Counted;

/**
 * Finds and reads the models of {@code training_iter0_model_path}, or, where that is not given, of
 * {@code training_init_frozen_model}.
 */
final class ModelsReader {
  /** What a frozen model is called in a folder, by {@code dp freeze} and by DP-GEN. */
  private static final List<String> STEMS = List.of("frozen_model.", "graph.");

  /** What PyTorch trained in a folder last, readable as it is. */
  private static final String CHECKPOINT = "model.ckpt.pt";

  private final Block file;
  private final Paths paths;
  private final Problems problems;

  private final boolean dpTrains;
  private final Optional<Engine> evaluates;
  private final Optional<PropertyConfig> property;
  private Optional<String> foreign = Optional.empty();
  private String key = TrainKeys.MODELS;

  /**
   * @param trains where DeePMD-kit does, models may be of any of its backends
   * @param property what models are to be made of, or are of; empty for energies
   * @param evaluates {@code model_devi.engine}; unless it is {@code jvm}, such models may be ones
   *     that our reader does not know
   */
  ModelsReader(
      Block file,
      Paths paths,
      Problems problems,
      Engine trains,
      Optional<Engine> evaluates,
      Optional<PropertyConfig> property) {
    this.property = property;
    this.file = file;
    this.paths = paths;
    this.problems = problems;
    this.dpTrains = trains == Engine.DP;
    this.evaluates = evaluates;
  }

  /**
   * What is there.
   *
   * @param files the frozen files, one per model, in the order of the globs, each glob sorted;
   *     empty where DeePMD-kit trains and starts from no such model
   * @param foreign why our reader does not know the models; empty when it does
   * @param ofProperty whether they are models of the run's property already
   */
  record Models(List<Path> files, Optional<String> foreign, boolean ofProperty) {}

  Models read(TrainKeys.GivenTraining keys, List<String> typeMap) {
    List<Path> files = files(keys, typeMap);
    boolean known = property.isPresent() && !files.isEmpty();
    return new Models(files, foreign, known && files.stream().allMatch(ModelFiles::isOfProperty));
  }

  private List<Path> files(TrainKeys.GivenTraining keys, List<String> typeMap) {
    List<String> globs = keys.modelGlobs();
    if (globs.isEmpty() && dpTrains && !keys.initModel()) {
      key =
          !file.given(TrainKeys.INIT_FROZEN) && TrainKeys.fineTunesAsFrozen(file, keys)
              ? TrainKeys.FINETUNE
              : TrainKeys.INIT_FROZEN;
      globs = file.given(key) ? file.textOrTexts(key).orElse(List.of()) : List.of();
      return files(globs, keys, typeMap);
    }
    if (globs.isEmpty() && (!file.has(key) || file.node().get(key).isArray())) {
      String count =
          keys.modelCount().isPresent() ? "" + keys.modelCount().getAsInt() : "numb_models";
      problems.error(
          "%s: names no model; %s globs of folders that hold a frozen model, \"path/00.train/00[0-3]\", %s in all; %s"
              .formatted(
                  file.where(key),
                  dpTrains
                      ? "training_init_model starts from them, expected"
                      : "the output layer is solved on top of trained models, expected",
                  count,
                  dpTrains
                      ? "or set training_init_model to false to train from scratch"
                      : "from scratch trains dp (train.engine in machine.json)"));
    }
    return files(globs, keys, typeMap);
  }

  private List<Path> files(List<String> globs, TrainKeys.GivenTraining keys, List<String> typeMap) {
    List<Path> found = new ArrayList<>();
    boolean complete = true;
    for (String glob : globs) {
      List<Path> matches = paths.glob(glob);
      if (matches.isEmpty()) {
        file.error(
            key, "'%s' matches nothing; looked for %s".formatted(glob, paths.lookedFor(glob)));
        complete = false;
      }
      found.addAll(matches);
    }
    if (complete
        && !globs.isEmpty()
        && keys.modelCount().isPresent()
        && found.size() != keys.modelCount().getAsInt()) {
      file.error(
          key,
          "found %s, expected %d (numb_models): %s; make the two equal"
              .formatted(
                  Counted.of(found.size(), "model"),
                  keys.modelCount().getAsInt(),
                  found.stream().map(Path::toString).collect(Collectors.joining(", "))));
    }
    List<Path> files = new ArrayList<>();
    for (Path path : found) {
      Path model = frozen(path, keys);
      if (model != null && readable(model, keys, files.size(), typeMap)) {
        files.add(model);
      }
    }
    return files;
  }

  /** The frozen model at a path, a file or a folder; {@code null} when there is none. */
  private Path frozen(Path path, TrainKeys.GivenTraining keys) {
    if (Files.isRegularFile(path) || path.toString().endsWith(".savedmodel")) {
      return path;
    }
    // the wanted formats; without a wish TensorFlow's, where there is one
    List<ModelSuffix> wanted =
        keys.format()
            .map(List::of)
            .or(() -> keys.backend().map(backend -> ModelSuffix.ofBackend(backend.key())))
            .orElse(List.of(ModelSuffix.PB));
    List<Path> there = frozen(path, wanted);
    if (there.isEmpty() && keys.format().isEmpty() && keys.backend().isEmpty()) {
      there = frozen(path, List.of(ModelSuffix.values()));
    }
    if (there.isEmpty()
        && keys.format().isEmpty()
        && (keys.backend().isEmpty() || wanted.contains(ModelSuffix.PT))
        && Files.exists(path.resolve(CHECKPOINT))) {
      return path.resolve(CHECKPOINT);
    }
    if (there.size() == 1 || there.size() == 2 && same(there.get(0), there.get(1))) {
      return there.get(0);
    }
    String names =
        wanted.stream()
            .flatMap(suffix -> STEMS.stream().map(stem -> stem + suffix.key()))
            .collect(Collectors.joining(" or "));
    if (there.isEmpty()) {
      file.error(
          key,
          "%s holds %s, expected %s%s%s"
              .formatted(path, contents(path), names, wish(keys), checkpointHint(path)));
    } else {
      file.error(
          key,
          "%s holds %s, which differ; name one of the files"
              .formatted(
                  path,
                  there.stream()
                      .map(file -> file.getFileName().toString())
                      .collect(Collectors.joining(" and "))));
    }
    return null;
  }

  /** Why other formats were not looked for. */
  private static String wish(TrainKeys.GivenTraining keys) {
    return keys.format()
        .map(format -> " (model_format %s)".formatted(format.key()))
        .or(() -> keys.backend().map(backend -> " (train_backend %s)".formatted(backend.key())))
        .orElse("");
  }

  private static List<Path> frozen(Path folder, List<ModelSuffix> suffixes) {
    return suffixes.stream()
        .flatMap(suffix -> STEMS.stream().map(stem -> folder.resolve(stem + suffix.key())))
        .filter(Files::exists)
        .toList();
  }

  private static boolean same(Path a, Path b) {
    try {
      return Files.mismatch(a, b) < 0;
    } catch (IOException e) {
      return false;
    }
  }

  private static String contents(Path folder) {
    try (Stream<Path> children = Files.list(folder)) {
      List<String> names = children.map(child -> child.getFileName().toString()).sorted().toList();
      if (names.isEmpty()) {
        return "nothing";
      }
      String some = String.join(", ", names.subList(0, Math.min(6, names.size())));
      return names.size() > 6 ? some + " and %d more".formatted(names.size() - 6) : some;
    } catch (IOException e) {
      return "what cannot be listed (" + e + ")";
    }
  }

  private static String checkpointHint(Path folder) {
    if (Files.exists(folder.resolve("model.ckpt.index"))) {
      return "; run `dp freeze -o graph.pb` there";
    }
    if (Files.exists(folder.resolve("model.ckpt.pt"))) {
      return "; run `dp --pt freeze -o frozen_model.pth` there and name that file";
    }
    return "";
  }

  private boolean readable(
      Path path, TrainKeys.GivenTraining keys, int index, List<String> typeMap) {
    DeepPotential model;
    String branch = dpTrains ? "" : TrainKeys.branch(file);
    try {
      model =
          property.isPresent()
              ? start(path, typeMap)
              : dpTrains
                  ? ModelFiles.read(path, typeMap)
                  : OutputLayerFiles.read(path, typeMap, branch, () -> null);
    } catch (NoPotentialException e) {
      file.error(key, e.getMessage());
      return false;
    } catch (UnsupportedModelException e) {
      return isForeign(e);
    } catch (InputException e) {
      file.error(key, e.getMessage());
      return false;
    }
    if (!dpTrains && property.isEmpty() && (!solvable(model) || !evaluated(path, model, branch))) {
      return false;
    }
    if (!typeMap.isEmpty() && !model.typeMap().equals(typeMap)) {
      file.error(
          key,
          "%s: type map %s, expected type_map of the file, %s; make them equal, in the same order%s"
              .formatted(path, model.typeMap(), typeMap, spelling(model.typeMap(), typeMap)));
      return false;
    }
    if (!keys.inputs().isEmpty() && !(model.descriptor() instanceof Foreign)) {
      int input = keys.inputs().size() == 1 ? 0 : Math.min(index, keys.inputs().size() - 1);
      differences(path, model, keys.inputs().get(input));
    }
    return true;
  }

  /** What models of the run's property are made from. */
  private DeepPotential start(Path path, List<String> typeMap) {
    Property asked = property.orElseThrow().ofFrames();
    if (ModelFiles.isOfProperty(path)) {
      Property theirs = ModelFiles.readProperty(path, typeMap).head().property();
      if (!theirs.name().equals(asked.name()) || theirs.intensive() != asked.intensive()) {
        throw new InputException("%s: a model of %s, expected %s".formatted(path, theirs, asked));
      }
    }
    return PropertyBodies.hidden(PropertyFiles.start(path, typeMap));
  }

  /** Names are free text: what differs in capitals is another name. */
  private static String spelling(List<String> model, List<String> typeMap) {
    return typeMap.stream()
        .filter(name -> !model.contains(name))
        .flatMap(name -> model.stream().filter(name::equalsIgnoreCase))
        .findFirst()
        .map("; did you mean '%s'?"::formatted)
        .orElse("");
  }

  /** Whether an output layer can be solved for. */
  private boolean solvable(DeepPotential model) {
    try {
      OutputParameters.requireSolvable(model);
    } catch (UnsupportedModelException e) {
      file.error(key, e.getMessage());
      return false;
    }
    return true;
  }

  /** Whether a model whose output layer is solved for can be evaluated, too. */
  private boolean evaluated(Path path, DeepPotential model, String branch) {
    boolean read = !(model.descriptor() instanceof Foreign) && branch.isEmpty();
    if (!read && evaluates.equals(Optional.of(Engine.JVM))) {
      file.error(
          key,
          "%s is evaluated by DeePMD-kit alone; set model_devi.engine to dp in machine.json, or leave it out"
              .formatted(path));
      return false;
    }
    if (!read) {
      foreign =
          foreign.or(
              () ->
                  Optional.of(
                      "%s: descriptor %s%s"
                          .formatted(
                              path,
                              model.descriptor().kind(),
                              branch.isEmpty() ? "" : ", branch " + branch)));
    }
    return true;
  }

  /** Whether a model that our reader does not know may be left to DeePMD-kit. */
  private boolean isForeign(UnsupportedModelException why) {
    if (dpTrains && !evaluates.equals(Optional.of(Engine.JVM))) {
      foreign = foreign.or(() -> Optional.of(why.feature()));
      return true;
    }
    file.error(key, why.getMessage());
    return false;
  }

  /** Where the training input describes another model than the one it is to train. */
  private void differences(Path path, DeepPotential model, TrainingReader.InputBlocks input) {
    LinkedHashSet<String> differences = new LinkedHashSet<>();
    input.descriptor().ifPresent(block -> differences.addAll(ModelShape.descriptor(block, model)));
    input.fitting().ifPresent(block -> differences.addAll(ModelShape.fitting(block, model)));
    for (String difference : differences) {
      problems.warn(
          "%s: the models' own settings count (%s): %s"
              .formatted(
                  file.where("default_training_param"),
                  path.getParent().getFileName(),
                  difference));
    }
  }
}
