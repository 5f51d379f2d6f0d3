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
import org.dpsieve.error.InputException;
import org.dpsieve.error.NoPotentialException;
import org.dpsieve.error.UnsupportedModelException;
import org.dpsieve.model.DeepPotential;
import org.dpsieve.model.format.ModelFiles;
import org.dpsieve.outputlayer.GemmFeatures;

/** Finds and reads the models of {@code training_iter0_model_path}. */
final class ModelsReader {
  private static final String KEY = "training_iter0_model_path";

  /** What a frozen model is called in a folder of DP-GEN's, and by {@code dp freeze}. */
  private static final List<String> FROZEN = List.of("frozen_model.pb", "graph.pb");

  /** Of DeePMD-kit's other backends. */
  private static final List<String> OTHERS =
      List.of(
          "frozen_model.pth",
          "graph.pth",
          "frozen_model.savedmodel",
          "graph.savedmodel",
          "frozen_model.pt2",
          "frozen_model.dp");

  private final Block file;
  private final Paths paths;
  private final Problems problems;

  private final boolean dpTrains;
  private final String evaluates;
  private String foreign;

  /**
   * @param dpTrains whether DeePMD-kit trains: then models may be of any of its backends
   * @param evaluates {@code model_devi.engine}; unless it is {@code jvm}, such models may be ones
   *     that our reader does not know
   */
  ModelsReader(Block file, Paths paths, Problems problems, boolean dpTrains, String evaluates) {
    this.file = file;
    this.paths = paths;
    this.problems = problems;
    this.dpTrains = dpTrains;
    this.evaluates = evaluates;
  }

  /** Why our reader does not know the models; empty when it does, after {@link #read}. */
  Optional<String> foreign() {
    return Optional.ofNullable(foreign);
  }

  /** The frozen files, one per model, in the order of the globs, each glob sorted. */
  List<Path> read(TrainKeys.Read keys, List<String> typeMap) {
    if (keys.modelGlobs().isEmpty()) {
      if (!file.has(KEY) || file.node().get(KEY).isArray()) {
        problems.error(
            "%s: names no model; expected globs of folders that hold a frozen model, \"path/00.train/00[0-3]\", %s in all"
                .formatted(
                    file.where(KEY),
                    keys.modelCount().isPresent() ? keys.modelCount().getAsInt() : "numb_models"));
      }
      return List.of();
    }
    List<Path> found = new ArrayList<>();
    boolean complete = true;
    for (String glob : keys.modelGlobs()) {
      List<Path> matches = paths.glob(glob);
      if (matches.isEmpty()) {
        file.error(
            KEY, "'%s' matches nothing; looked for %s".formatted(glob, paths.lookedFor(glob)));
        complete = false;
      }
      found.addAll(matches);
    }
    if (complete && keys.modelCount().isPresent() && found.size() != keys.modelCount().getAsInt()) {
      file.error(
          KEY,
          "found %d models, expected %d (numb_models): %s; make the two equal"
              .formatted(
                  found.size(),
                  keys.modelCount().getAsInt(),
                  found.stream().map(Path::toString).collect(Collectors.joining(", "))));
    }
    List<Path> files = new ArrayList<>();
    for (Path path : found) {
      Path model = frozen(path);
      if (model != null && readable(model, keys, files.size(), typeMap)) {
        files.add(model);
      }
    }
    return files;
  }

  /** The frozen model at a path, a file or a folder; {@code null} when there is none. */
  private Path frozen(Path path) {
    if (Files.isRegularFile(path) || path.toString().endsWith(".savedmodel")) {
      return path;
    }
    List<Path> others = OTHERS.stream().map(path::resolve).filter(Files::exists).toList();
    if (others.size() == 1 && FROZEN.stream().noneMatch(n -> Files.exists(path.resolve(n)))) {
      return others.get(0);
    }
    List<Path> there = FROZEN.stream().map(path::resolve).filter(Files::isRegularFile).toList();
    if (there.size() == 1 || there.size() == 2 && same(there.get(0), there.get(1))) {
      return there.get(0);
    }
    if (there.size() == 2) {
      file.error(
          KEY,
          "%s holds frozen_model.pb and graph.pb, which differ; name one of the files"
              .formatted(path));
      return null;
    }
    file.error(
        KEY,
        "%s holds %s, expected frozen_model.pb or graph.pb%s"
            .formatted(path, contents(path), checkpointHint(path)));
    return null;
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

  private boolean readable(Path path, TrainKeys.Read keys, int index, List<String> typeMap) {
    DeepPotential model;
    try {
      model = ModelFiles.read(path);
    } catch (NoPotentialException e) {
      file.error(KEY, e.getMessage());
      return false;
    } catch (UnsupportedModelException e) {
      return isForeign(e.getMessage());
    } catch (InputException e) {
      file.error(KEY, e.getMessage());
      return false;
    }
    if (!dpTrains && !solvable(model)) {
      return false;
    }
    if (!typeMap.isEmpty() && !model.typeMap().equals(typeMap)) {
      file.error(
          KEY,
          "%s: type map %s, expected type_map of the file, %s; make them equal, in the same order%s"
              .formatted(path, model.typeMap(), typeMap, spelling(model.typeMap(), typeMap)));
      return false;
    }
    if (!keys.inputs().isEmpty()) {
      int input = keys.inputs().size() == 1 ? 0 : Math.min(index, keys.inputs().size() - 1);
      differences(path, model, keys.inputs().get(input));
    }
    return true;
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
      GemmFeatures.requireSolvable(model);
    } catch (UnsupportedModelException e) {
      file.error(KEY, e.getMessage());
      return false;
    }
    return true;
  }

  /** Whether a model that our reader does not know may be left to DeePMD-kit. */
  private boolean isForeign(String why) {
    if (dpTrains && !evaluates.equals("jvm")) {
      foreign = foreign == null ? why.replace(ModelFiles.ELSEWHERE, "") : foreign;
      return true;
    }
    file.error(KEY, why);
    return false;
  }

  /** Where the training input describes another model than the one it is to train. */
  private void differences(Path path, DeepPotential model, TrainingReader.Read input) {
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
