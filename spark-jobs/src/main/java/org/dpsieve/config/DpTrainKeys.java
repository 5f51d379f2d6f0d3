package org.dpsieve.config;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.dpsieve.config.DpTrainConfig.Backend;
import org.dpsieve.config.DpTrainConfig.Init;
import org.dpsieve.config.DpTrainConfig.Reuse;
import org.dpsieve.config.DpTrainConfig.Start;
import org.dpsieve.config.reading.Block;
import org.dpsieve.config.reading.Paths;
import org.dpsieve.error.InputException;
import org.dpsieve.model.format.ModelSuffix;
import org.dpsieve.model.format.TorchCheckpoint;
import org.dpsieve.text.Counted;

/** The keys of simplify.json that count when DeePMD-kit trains. */
final class DpTrainKeys {
  private static final String OLD_RATIO = "auto(:\\d+(\\.\\d+)?)?|\\d*\\.?\\d+([eE][-+]?\\d+)?";

  private final Block file;
  private final Paths paths;
  private final List<String> typeMap;

  /**
   * @param typeMap {@code type_map}
   */
  DpTrainKeys(Block file, Paths paths, List<String> typeMap) {
    this.file = file;
    this.paths = paths;
    this.typeMap = typeMap;
  }

  /**
   * @param models the frozen models that the first training starts from; empty where it starts from
   *     others, or from none
   * @param count {@code numb_models}
   * @param biasAlone whether {@code dp change-bias} is all the training
   */
  DpTrainConfig read(
      List<Path> models, int count, TrainKeys.GivenTraining keys, boolean biasAlone) {
    boolean asFrozen = TrainKeys.fineTunesAsFrozen(file, keys);
    List<Path> finetune = asFrozen ? List.of() : named(TrainKeys.FINETUNE, count);
    Backend backend =
        keys.backend()
            .or(
                () ->
                    Stream.of(models, finetune)
                        .flatMap(List::stream)
                        .findFirst()
                        .flatMap(Backend::of))
            .orElse(Backend.TENSORFLOW);
    requireFormat(models, finetune, backend, keys);
    refuseWhatFreezesEverything(backend, keys);
    Reuse reuse = reuse();
    if (backend == Backend.TENSORFLOW) {
      tellOfLastCheckpoint(keys, reuse.numbSteps());
    }
    List<Start> start = start(models, finetune, asFrozen, count, backend, keys);
    boolean unfrozen = backend == Backend.PYTORCH && trainsDpa4(keys, finetune);
    DpTrainConfig.FineTuning fineTuning =
        new FineTuneKeys(file, typeMap, unfrozen)
            .read(finetune, asFrozen, backend, keys, biasAlone);
    if (asFrozen) {
      file.warn(
          TrainKeys.FINETUNE,
          "DeePMD-kit's TensorFlow backend fine-tunes models of se_atten alone: training starts from these as from training_init_frozen_model");
    }
    boolean named =
        start.stream().anyMatch(one -> one.init() == Init.FROZEN || one.init() == Init.FINETUNE);
    if (named && !keys.initModel()) {
      file.warn(
          finetune.isEmpty() && !asFrozen ? TrainKeys.INIT_FROZEN : TrainKeys.FINETUNE,
          "every training starts from these models, on all labels so far (with training_reuse_iter from the iteration before); DP-GEN starts from them only where iteration 0 trains, else from random weights");
    }
    if (backend == Backend.JAX) {
      refuseWhatJaxCannot(start, keys);
    }
    if (unfrozen && file.flag("dp_compress")) {
      file.error("dp_compress", "DeePMD-kit does not compress DPA4; remove this key");
    }
    if (keys.inputs().stream().anyMatch(input -> input.input().leavesAdapters())) {
      file.error(
          "default_training_param",
          "model.lora: DeePMD-kit folds the adapters into a model in the best checkpoint of a full validation alone; give \"validating\": {\"full_validation\": true, \"validation_freq\": ...} and training.validation_data");
    }
    return new DpTrainConfig(
        backend,
        unfrozen,
        start,
        keys.initModel(),
        file.flag("dp_train_skip_neighbor_stat"),
        file.flag("dp_compress"),
        activation(count),
        srtab(),
        keys.batchSizes(),
        file.flag("one_h5"),
        reuse,
        fineTuning);
  }

  /** By the training input or, which may be all that says it, by the checkpoints. */
  private static boolean trainsDpa4(TrainKeys.GivenTraining keys, List<Path> finetune) {
    return keys.inputs().stream()
            .flatMap(input -> Stream.of(input.model(), input.descriptor()))
            .flatMap(Optional::stream)
            .anyMatch(block -> isDpa4(block.node().path("type").asText()))
        || finetune.stream().distinct().anyMatch(DpTrainKeys::holdsDpa4);
  }

  private static boolean isDpa4(String type) {
    return type.equalsIgnoreCase("dpa4") || type.equalsIgnoreCase("sezm");
  }

  private static boolean holdsDpa4(Path checkpoint) {
    try {
      return TorchCheckpoint.read(checkpoint).stream()
          .flatMap(found -> found.branches().values().stream())
          .anyMatch(branch -> isDpa4(branch.descriptor()));
    } catch (InputException e) {
      return false; // which is told elsewhere
    }
  }

  /** Tells what is changed so that the last step is in a checkpoint. */
  private static void tellOfLastCheckpoint(TrainKeys.GivenTraining keys, OptionalInt later) {
    for (TrainingReader.InputBlocks input : keys.inputs()) {
      input
          .training()
          .ifPresent(
              training -> {
                tellOfLastCheckpoint(training, training.integer("numb_steps", 0));
                tellOfLastCheckpoint(training, later);
              });
    }
  }

  private static void tellOfLastCheckpoint(Block training, OptionalInt steps) {
    if (steps.isEmpty()) {
      return;
    }
    LastCheckpoint.changes(training.node(), steps.getAsInt())
        .forEach(
            (key, value) ->
                training.warn(
                    "save_freq",
                    "DeePMD-kit's TensorFlow backend would write no checkpoint of the last of %s, as it saves only in steps that it displays: %s %d is taken"
                        .formatted(Counted.of(steps.getAsInt(), "step"), key, value)));
  }

  private void requireFormat(
      List<Path> models, List<Path> finetune, Backend backend, TrainKeys.GivenTraining keys) {
    String key =
        file.has("train_backend") || keys.format().isEmpty() ? "train_backend" : "model_format";
    for (Path model : models) {
      if (!ModelSuffix.of(model).map(ModelSuffix::key).equals(Optional.of(backend.suffix()))) {
        file.error(
            key,
            "%s is not a model of %s, whose models end in .%s"
                .formatted(model, backend.key(), backend.suffix()));
      }
    }
    for (Path model : finetune) {
      if (Backend.of(model).filter(own -> own != backend).isPresent()) {
        file.error(key, "%s is not a model of %s".formatted(model, backend.key()));
      }
    }
    if (keys.format().isPresent() && !keys.format().get().key().equals(backend.suffix())) {
      file.error(
          "model_format",
          "found '%s', but dp freeze of the backend %s makes %s; remove this key"
              .formatted(keys.format().get().key(), backend.key(), backend.suffix()));
    }
  }

  /** {@code deepmd/pt/model/task/fitting.py}: trainable = all(list). */
  private void refuseWhatFreezesEverything(Backend backend, TrainKeys.GivenTraining keys) {
    for (TrainingReader.InputBlocks input : keys.inputs()) {
      Optional<JsonNode> list =
          input.fitting().map(net -> net.node().get("trainable")).filter(JsonNode::isArray);
      if (backend == Backend.PYTORCH && list.isPresent()) {
        boolean all = true;
        boolean any = false;
        for (JsonNode free : list.get()) {
          all &= free.asBoolean();
          any |= free.asBoolean();
        }
        if (any && !all) {
          input
              .fitting()
              .get()
              .error(
                  "trainable",
                  "DeePMD-kit's PyTorch backend freezes the whole fitting net unless every entry is true: nothing would be trained. Use a TensorFlow model (dp convert-backend), train.engine output-layer, or true");
        }
      }
    }
  }

  /** As of DeePMD-kit 3.2: {@code deepmd/jax/entrypoints}. */
  private void refuseWhatJaxCannot(List<Start> start, TrainKeys.GivenTraining keys) {
    if (start.stream().anyMatch(one -> one.init() == Init.FROZEN)) {
      file.error(
          "train_backend",
          "the JAX backend has no --init-frz-model: training has to start from a checkpoint, model.ckpt.jax beside the frozen model");
    }
    if (file.flag("dp_compress")) {
      file.error("dp_compress", "the JAX backend does not compress .savedmodel; remove it");
    }
    for (TrainingReader.InputBlocks input : keys.inputs()) {
      input
          .descriptor()
          .filter(block -> block.node().path("type").asText().matches("se_(e2_)?a"))
          .filter(block -> !block.node().path("type_one_side").asBoolean(false))
          .ifPresent(
              block ->
                  block.warn(
                      "type_one_side",
                      "is false: DeePMD-kit 3.2.0's JAX backend cannot train se_e2_a so (ConcretizationTypeError)"));
    }
  }

  private List<Start> start(
      List<Path> models,
      List<Path> finetune,
      boolean asFrozen,
      int count,
      Backend backend,
      TrainKeys.GivenTraining keys) {
    boolean initModel = keys.initModel();
    // without others the models are those of the key itself
    List<Path> frozen =
        keys.modelGlobs().isEmpty() && !initModel
            ? models
            : named(asFrozen ? TrainKeys.FINETUNE : TrainKeys.INIT_FROZEN, count);
    if ((frozen.isEmpty() ? 0 : 1) + (finetune.isEmpty() ? 0 : 1) + (initModel ? 1 : 0) > 1) {
      file.error(
          frozen.isEmpty() ? TrainKeys.FINETUNE : TrainKeys.INIT_FROZEN,
          "only one of training_init_model, training_init_frozen_model and training_finetune_model can be what the first training starts from");
    }
    List<Start> starts = new ArrayList<>();
    if (!frozen.isEmpty() || !finetune.isEmpty()) {
      frozen.forEach(path -> starts.add(new Start(Init.FROZEN, path)));
      finetune.forEach(path -> starts.add(new Start(Init.FINETUNE, path)));
    } else if (initModel) {
      for (Path model : models) {
        Path folder = model.getParent();
        boolean checkpoint = Files.exists(folder.resolve(backend.checkpoint()));
        starts.add(checkpoint ? new Start(Init.CHECKPOINT, folder) : new Start(Init.FROZEN, model));
      }
    } else {
      for (int m = 0; m < count; m++) {
        starts.add(new Start(Init.RANDOM, null));
      }
    }
    return starts;
  }

  private List<Path> named(String key, int count) {
    List<Path> found = new ArrayList<>();
    for (String glob :
        file.given(key) ? file.textOrTexts(key).orElse(List.of()) : List.<String>of()) {
      List<Path> matches = paths.glob(glob);
      if (matches.isEmpty()) {
        file.error(
            key, "'%s' matches nothing; looked for %s".formatted(glob, paths.lookedFor(glob)));
      }
      found.addAll(matches);
    }
    if (found.size() == 1 && key.equals(TrainKeys.FINETUNE)) {
      return Collections.nCopies(count, found.get(0)); // the trainings have different seeds
    }
    if (!found.isEmpty() && found.size() != count) {
      file.error(
          key,
          "found %s, expected %d (numb_models)"
              .formatted(Counted.of(found.size(), "model"), count));
    }
    return found;
  }

  private List<List<String>> activation(int count) {
    List<List<String>> pairs = new ArrayList<>();
    String key = "model_devi_activation_func";
    if (!file.given(key)) {
      return pairs;
    }
    for (JsonNode pair : file.node().get(key)) {
      if (pair.isArray()
          && pair.size() == 2
          && pair.get(0).isTextual()
          && pair.get(1).isTextual()) {
        pairs.add(List.of(pair.get(0).textValue(), pair.get(1).textValue()));
      }
    }
    if (pairs.size() != count || file.node().get(key).size() != count) {
      file.error(
          key,
          "found %s, expected %s [embedding, fitting], one per model"
              .formatted(Block.describe(file.node().get(key)), Counted.of(count, "pair")));
    }
    return pairs;
  }

  private Optional<Path> srtab() {
    String key = "srtab_file_path";
    Optional<String> text = file.given(key) ? file.text(key) : Optional.empty();
    Optional<Path> path = text.map(paths::resolve);
    if (path.isPresent() && !Files.isRegularFile(path.get())) {
      file.error(key, "no such file: %s".formatted(paths.lookedFor(text.get())));
    }
    return path;
  }

  private Reuse reuse() {
    String ratio = "auto";
    String key = "training_reuse_old_ratio";
    if (file.given(key)) {
      ratio = file.node().get(key).asText();
      if (!ratio.matches(OLD_RATIO)) {
        file.error(key, "found '%s', expected a share, auto or auto:10".formatted(ratio));
        ratio = "auto";
      }
    }
    return new Reuse(
        file.given("training_reuse_iter")
            ? file.integer("training_reuse_iter", 0)
            : OptionalInt.empty(),
        ratio,
        file.given("training_reuse_numb_steps")
            ? file.integer("training_reuse_numb_steps", 1)
            : OptionalInt.empty(),
        number("training_reuse_start_lr"),
        number("training_reuse_start_pref_e"),
        number("training_reuse_start_pref_f"));
  }

  private OptionalDouble number(String key) {
    return file.given(key) ? file.finite(key, 0) : OptionalDouble.empty();
  }
}
