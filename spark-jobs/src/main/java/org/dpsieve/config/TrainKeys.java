package org.dpsieve.config;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** The keys of simplify.json about the models and their training. */
final class TrainKeys {
  static final List<String> KEYS =
      List.of(
          "train_backend",
          "model_format",
          "training_iter0_model_path",
          "training_init_model",
          "default_training_param",
          "dp_train_skip_neighbor_stat",
          "dp_compress",
          "training_reuse_iter",
          "training_reuse_old_ratio",
          "training_reuse_numb_steps",
          "training_reuse_start_lr",
          "training_reuse_start_pref_e",
          "training_reuse_start_pref_f",
          "model_devi_activation_func",
          "srtab_file_path",
          "one_h5",
          "training_init_frozen_model",
          "training_finetune_model");

  private final Block file;
  private final Problems problems;
  private final boolean dp;

  /**
   * @param dp whether machine.json says that DeePMD-kit trains: then it knows what its input may be
   */
  TrainKeys(Block file, Problems problems, boolean dp) {
    this.file = file;
    this.problems = problems;
    this.dp = dp;
  }

  /**
   * What the file says.
   *
   * @param modelCount {@code numb_models}; empty when it is missing or wrong
   * @param modelGlobs {@code training_iter0_model_path}
   * @param initModel {@code training_init_model}
   * @param inputs {@code default_training_param}, one or one per model; empty when wrong
   */
  record Read(
      OptionalInt modelCount,
      List<String> modelGlobs,
      boolean initModel,
      List<TrainingReader.Read> inputs) {}

  Read read(List<String> typeMap) {
    OptionalInt count =
        file.require("numb_models", "the number of models, usually 4")
            ? file.integer("numb_models", 1)
            : OptionalInt.empty();
    if (count.isPresent() && count.getAsInt() == 1) {
      file.warn("numb_models", "one model never disagrees with itself: every frame is accurate");
    }
    List<String> globs = file.textOrTexts("training_iter0_model_path").orElse(List.of());
    return new Read(count, globs, file.flag("training_init_model"), inputs(typeMap, count));
  }

  /** What has no meaning where the output layer is solved here. */
  static void refuseForOutputLayer(Block file) {
    file.flag("dp_train_skip_neighbor_stat");
    if (file.flag("dp_compress")) {
      file.warn(
          "dp_compress",
          "models are written uncompressed; deviation is as fast without, and dp compress works on them");
    }
    if (file.flag("one_h5")) {
      file.warn("one_h5", "of no effect: no training data are written for another program");
    }
    file.text("train_backend")
        .filter(backend -> !backend.equals("tensorflow"))
        .ifPresent(
            backend ->
                file.error(
                    "train_backend",
                    "models of '%s' cannot be solved here yet; known: tensorflow; or set train.engine to dp"
                        .formatted(backend)));
    file.text("model_format")
        .filter(format -> !format.equals("pb"))
        .ifPresent(
            format ->
                file.error("model_format", "'%s' cannot be read yet; known: pb".formatted(format)));
    for (String key : List.of("training_init_frozen_model", "training_finetune_model")) {
      if (file.has(key)) {
        file.error(
            key,
            "name the frozen models in training_iter0_model_path, from which training starts; remove this key");
      }
    }
    for (String key :
        List.of(
            "training_reuse_iter",
            "training_reuse_numb_steps",
            "training_reuse_start_lr",
            "training_reuse_start_pref_e",
            "training_reuse_start_pref_f")) {
      if (file.given(key)) {
        file.error(
            key,
            "the output layer is solved anew from all labels each time, without steps; remove it, or set train.engine to dp");
      }
    }
    if (file.given("training_reuse_old_ratio")
        && !file.node().get("training_reuse_old_ratio").asText().equals("auto")) {
      file.error(
          "training_reuse_old_ratio", "old and new labels count alike in the solve; remove it");
    }
    if (file.given("model_devi_activation_func")) {
      file.error(
          "model_devi_activation_func",
          "the models keep the activation functions they were trained with; remove it");
    }
    if (file.given("srtab_file_path")) {
      file.error(
          "srtab_file_path", "models with a short-range table cannot be read yet; remove it");
    }
  }

  private List<TrainingReader.Read> inputs(List<String> typeMap, OptionalInt count) {
    List<TrainingReader.Read> inputs = new ArrayList<>();
    String key = "default_training_param";
    if (!file.require(key, "DeePMD-kit's training input")) {
      return inputs;
    }
    TrainingReader reader = new TrainingReader(problems, dp);
    JsonNode value = file.node().get(key);
    if (!value.isArray()) {
      Optional<Block> block = file.block(key);
      block.ifPresent(input -> inputs.add(reader.read(input, typeMap)));
      return inputs;
    }
    if (count.isPresent() && value.size() != count.getAsInt()) {
      file.error(
          key,
          "found a list of %d, expected one object, or one per model: numb_models is %d"
              .formatted(value.size(), count.getAsInt()));
    }
    for (int i = 0; i < value.size(); i++) {
      if (!value.get(i).isObject()) {
        file.error(
            key,
            "item %d is %s, expected an object".formatted(i + 1, Block.describe(value.get(i))));
      } else {
        inputs.add(reader.read(file.child(key + "[" + i + "]", value.get(i)), typeMap));
      }
    }
    return inputs;
  }
}
