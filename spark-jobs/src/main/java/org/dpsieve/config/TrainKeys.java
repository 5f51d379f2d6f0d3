package org.dpsieve.config;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import org.dpsieve.config.DpTrainConfig.Backend;
import org.dpsieve.config.reading.Block;
import org.dpsieve.model.format.ModelSuffix;
import org.dpsieve.text.Counted;

/** The keys of simplify.json about the models and their training. */
final class TrainKeys {
  static final String MODELS = "training_iter0_model_path";
  static final String INIT_FROZEN = "training_init_frozen_model";
  static final String FINETUNE = "training_finetune_model";

  static final String BRANCH = "model_branch";
  static final String DPGEN_BRANCH = "training_model_branch";
  static final String PRETRAIN_SCRIPT = "use_pretrain_script";
  static final String DPGEN_PRETRAIN_SCRIPT = "training_use_pretrain_script";
  static final String BIAS_AFTER = "change_bias_after_training";

  static final List<String> KEYS =
      List.of(
          "train_backend",
          "model_format",
          MODELS,
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
          "init_batch_size",
          "sys_batch_size",
          INIT_FROZEN,
          FINETUNE,
          BRANCH,
          DPGEN_BRANCH,
          PRETRAIN_SCRIPT,
          DPGEN_PRETRAIN_SCRIPT,
          BIAS_AFTER);

  /** As of DeePMD-kit 3.2's TensorFlow backend. */
  static final String MEMBERS = "numb_members";

  private static final List<String> FINE_TUNED = List.of("se_atten", "se_atten_v2", "dpa1");

  private final Block file;
  private final TrainingReader reader;

  /**
   * @param reader of training inputs, of who trains by them
   */
  TrainKeys(Block file, TrainingReader reader) {
    this.file = file;
    this.reader = reader;
  }

  /**
   * What the file says.
   *
   * @param modelCount {@code numb_models}; empty when it is missing or wrong
   * @param members {@code numb_members}; empty when it is missing or wrong
   * @param modelGlobs {@code training_iter0_model_path}
   * @param initModel {@code training_init_model}
   * @param backend {@code train_backend}, or the one that has {@code model_format}
   * @param format {@code model_format}
   * @param batchSizes {@code init_batch_size}, {@code sys_batch_size}
   * @param inputs {@code default_training_param}, one or one per model; empty when wrong
   */
  record GivenTraining(
      OptionalInt modelCount,
      OptionalInt members,
      List<String> modelGlobs,
      boolean initModel,
      Optional<Backend> backend,
      Optional<ModelSuffix> format,
      BatchSizes batchSizes,
      List<TrainingReader.InputBlocks> inputs) {}

  /** Of a checkpoint of several models, as the file names it; empty where it does not. */
  static String branch(Block file) {
    for (String key : List.of(BRANCH, DPGEN_BRANCH)) {
      if (file.given(key)) {
        return file.text(key).orElse("");
      }
    }
    return "";
  }

  GivenTraining read(List<String> typeMap) {
    OptionalInt count =
        file.require("numb_models", "the number of models, usually 4")
            ? file.integer("numb_models", 1)
            : OptionalInt.empty();
    OptionalInt members = file.integer(MEMBERS, 2);
    if (members.isPresent() && count.isPresent() && count.getAsInt() > 1) {
      file.warn(
          MEMBERS,
          "has no effect: the %s are the ensemble"
              .formatted(Counted.of(count.getAsInt(), "model")));
    }
    List<String> globs = file.textOrTexts(MODELS).orElse(List.of());
    Optional<ModelSuffix> format =
        file.choice("model_format", ModelSuffix.keys()).flatMap(ModelSuffix::named);
    Optional<Backend> backend =
        file.choice("train_backend", Arrays.stream(Backend.values()).map(Backend::key).toList())
            .map(Backend::named);
    return new GivenTraining(
        count,
        members,
        globs,
        file.flag("training_init_model"),
        backend.or(() -> format.flatMap(ModelSuffix::backend).map(Backend::named)),
        format,
        BatchSizes.read(file),
        inputs(typeMap, count));
  }

  /**
   * Whether {@code training_finetune_model} names models that DeePMD-kit's TensorFlow backend does
   * not fine-tune, as it does those of {@code se_atten} alone: training can start from them as from
   * frozen ones.
   */
  static boolean fineTunesAsFrozen(Block file, GivenTraining keys) {
    if (!file.given(FINETUNE)) {
      return false;
    }
    String suffix = "." + Backend.TENSORFLOW.suffix();
    boolean tensorFlow =
        keys.backend().orElse(Backend.TENSORFLOW) == Backend.TENSORFLOW
            && file.textOrTexts(FINETUNE).orElse(List.of()).stream()
                .allMatch(name -> name.endsWith(suffix));
    return tensorFlow
        && keys.inputs().stream()
            .flatMap(input -> input.descriptor().stream())
            .map(descriptor -> descriptor.node().path("type").asText())
            .anyMatch(type -> !FINE_TUNED.contains(type));
  }

  /** Reports models that are not of the backend and format that the file names. */
  static void requireFormat(Block file, GivenTraining keys, List<Path> models) {
    for (Path model : models) {
      Optional<Backend> own = Backend.of(model);
      if (keys.backend().isPresent() && own.isPresent() && !own.equals(keys.backend())) {
        file.error(
            file.has("train_backend") ? "train_backend" : "model_format",
            "%s is not a model of %s, whose models end in .%s"
                .formatted(
                    model,
                    keys.backend().get().key(),
                    ModelSuffix.ofBackend(keys.backend().get().key()).stream()
                        .map(ModelSuffix::key)
                        .collect(Collectors.joining(", ."))));
      } else if (keys.format().isPresent() && !ModelSuffix.of(model).equals(keys.format())) {
        file.error(
            "model_format",
            "found '%s', but the model %s ends otherwise; make the two agree, or remove this key"
                .formatted(keys.format().get().key(), model));
      }
    }
  }

  /** What has no meaning where the output layer is solved here. */
  static void refuseForOutputLayer(Block file, GivenTraining keys, List<Path> models) {
    requireFormat(file, keys, models);
    file.flag("dp_train_skip_neighbor_stat");
    if (file.flag("dp_compress")) {
      file.warn(
          "dp_compress",
          "models are written uncompressed; deviation is as fast without, and dp compress works on"
              + " them");
    }
    if (file.flag("one_h5")) {
      file.warn("one_h5", "of no effect: no training data are written for another program");
    }
    for (String key : List.of(INIT_FROZEN, FINETUNE)) {
      if (file.has(key)) {
        file.error(
            key,
            "name the frozen models in training_iter0_model_path, from which training starts;"
                + " remove this key");
      }
    }
    for (String key : List.of(PRETRAIN_SCRIPT, DPGEN_PRETRAIN_SCRIPT, BIAS_AFTER)) {
      if (file.given(key)) {
        file.error(key, "is for dp train and dp change-bias; remove it, or set train.engine to dp");
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
            "the output layer is solved anew from all labels each time, without steps; remove it,"
                + " or set train.engine to dp");
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
      file.warn("srtab_file_path", "not used: models that have such a table bring it");
    }
  }

  private List<TrainingReader.InputBlocks> inputs(List<String> typeMap, OptionalInt count) {
    List<TrainingReader.InputBlocks> inputs = new ArrayList<>();
    String key = "default_training_param";
    boolean needed = !PropertyReader.isAsked(file); // nothing of it has a part in a property
    if (needed ? !file.require(key, "DeePMD-kit's training input") : !file.has(key)) {
      return inputs;
    }
    int temperature = file.node().path("use_ele_temp").asInt(0);
    JsonNode value = file.node().get(key);
    if (!value.isArray()) {
      Optional<Block> block = file.block(key);
      block.ifPresent(input -> inputs.add(reader.read(input, typeMap, temperature)));
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
        inputs.add(
            reader.read(file.child(key + "[" + i + "]", value.get(i)), typeMap, temperature));
      }
    }
    return inputs;
  }
}
