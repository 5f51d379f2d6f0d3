package org.dpsieve.config;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import org.dpsieve.config.DpTrainConfig.Backend;
import org.dpsieve.config.DpTrainConfig.Init;
import org.dpsieve.config.DpTrainConfig.Reuse;
import org.dpsieve.config.DpTrainConfig.Start;

/** The keys of simplify.json that count when DeePMD-kit trains. */
final class DpTrainKeys {
  private static final String OLD_RATIO = "auto(:\\d+(\\.\\d+)?)?|\\d*\\.?\\d+([eE][-+]?\\d+)?";

  private final Block file;
  private final Paths paths;

  DpTrainKeys(Block file, Paths paths) {
    this.file = file;
    this.paths = paths;
  }

  /**
   * @param models the frozen models of {@code training_iter0_model_path}
   * @param count {@code numb_models}
   */
  DpTrainConfig read(List<Path> models, int count, TrainKeys.Read keys) {
    Backend backend =
        file.choice("train_backend", List.of("tensorflow", "pytorch", "jax"))
            .map(name -> Backend.valueOf(name.toUpperCase(Locale.ROOT)))
            .orElseGet(() -> of(models));
    for (Path model : models) {
      if (!suffix(model).equals(backend.suffix())) {
        file.error(
            "train_backend",
            "%s is not a model of %s, whose models end in .%s"
                .formatted(model, backend.name().toLowerCase(Locale.ROOT), backend.suffix()));
      }
    }
    refuseWhatFreezesEverything(backend, keys);
    List<Start> start = start(models, count, backend, keys.initModel());
    if (backend == Backend.JAX) {
      refuseWhatJaxCannot(start, keys);
    }
    return new DpTrainConfig(
        backend,
        start,
        keys.initModel(),
        file.flag("dp_train_skip_neighbor_stat"),
        file.flag("dp_compress"),
        activation(count),
        srtab(),
        reuse());
  }

  private static String suffix(Path model) {
    String name = model.getFileName().toString();
    return name.substring(name.lastIndexOf('.') + 1);
  }

  /** By the models' own format; TensorFlow where it says nothing. */
  private static Backend of(List<Path> models) {
    for (Backend backend : Backend.values()) {
      if (!models.isEmpty() && suffix(models.get(0)).equals(backend.suffix())) {
        return backend;
      }
    }
    return Backend.TENSORFLOW;
  }

  /** {@code deepmd/pt/model/task/fitting.py}: trainable = all(list). */
  private void refuseWhatFreezesEverything(Backend backend, TrainKeys.Read keys) {
    for (TrainingReader.Read input : keys.inputs()) {
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
  private void refuseWhatJaxCannot(List<Start> start, TrainKeys.Read keys) {
    if (start.stream().anyMatch(one -> one.init() == Init.FROZEN)) {
      file.error(
          "train_backend",
          "the JAX backend has no --init-frz-model: training has to start from a checkpoint, model.ckpt.jax beside the frozen model");
    }
    if (file.flag("dp_compress")) {
      file.error("dp_compress", "the JAX backend does not compress .savedmodel; remove it");
    }
    for (TrainingReader.Read input : keys.inputs()) {
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

  private List<Start> start(List<Path> models, int count, Backend backend, boolean initModel) {
    List<Path> frozen = named("training_init_frozen_model", count);
    List<Path> finetune = named("training_finetune_model", count);
    if ((frozen.isEmpty() ? 0 : 1) + (finetune.isEmpty() ? 0 : 1) + (initModel ? 1 : 0) > 1) {
      file.error(
          frozen.isEmpty() ? "training_finetune_model" : "training_init_frozen_model",
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
    if (!found.isEmpty() && found.size() != count) {
      file.error(key, "found %d models, expected %d (numb_models)".formatted(found.size(), count));
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
          "found %s, expected %d pairs [embedding, fitting], one per model"
              .formatted(Block.describe(file.node().get(key)), count));
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
