package org.dpsieve.config;

import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import org.dpsieve.config.TrainingInput.Loss;
import org.dpsieve.config.reading.Block;
import org.dpsieve.config.reading.Problems;

/**
 * An input for the solve of the output layer: what it cannot do is refused. Key names of deepmd-kit
 * 3.2 {@code deepmd/utils/argcheck.py}.
 */
final class OutputLayerInputReader extends TrainingReader {
  private static final List<String> MODEL =
      words(
          "type type_map data_stat_nbatch data_stat_protect data_bias_nsample use_srtab smin_alpha"
              + " sw_rmin sw_rmax pair_exclude_types atom_exclude_types preset_out_bias"
              + " srtab_add_bias type_embedding modifier compress spin finetune_head descriptor"
              + " fitting_net model_branch_alias info");
  private static final List<String> DESCRIPTOR =
      words(
          "type sel rcut rcut_smth neuron axis_neuron n_axis_neuron activation_function resnet_dt"
              + " type_one_side precision trainable seed exclude_types env_protection"
              + " set_davg_zero");

  private static final List<String> FITTING =
      words(
          "type numb_fparam numb_aparam default_fparam dim_case_embd neuron n_neuron"
              + " activation_function precision resnet_dt trainable rcond seed atom_ener layer_name"
              + " use_aparam_as_mask");
  private static final List<String> LEARNING_RATE =
      words(
          "type start_lr stop_lr stop_lr_ratio decay_steps decay_rate smooth warmup_steps"
              + " warmup_ratio warmup_start_factor scale_by_worker");
  private static final List<String> TRAINING =
      words(
          "training_data validation_data stat_file stat_file_mode mixed_precision numb_steps"
              + " numb_epoch num_epochs num_epoch numb_epochs seed disp_file disp_freq save_freq"
              + " save_dir save_ckpt max_ckpt_keep ckpt_keep_ratio enable_ema ema_decay"
              + " ema_ckpt_keep change_bias_after_training disp_training time_training disp_avg"
              + " profiling profiling_file enable_profiler tensorboard tensorboard_log_dir"
              + " tensorboard_freq gradient_max_norm acc_freq zero_stage neighbor_graph_method"
              + " enable_compile enable_tf32 numb_test");
  private static final List<String> TRAINING_DATA =
      words(
          "systems rglob_patterns batch_size auto_prob auto_prob_style sys_probs sys_weights"
              + " min_pair_dist");

  /** Further terms of the {@code ener} loss, which are off at these values. */
  private static final List<String> OTHER_PREFACTORS =
      words(
          "start_pref_h limit_pref_h start_pref_ae limit_pref_ae start_pref_pf limit_pref_pf"
              + " start_pref_gf limit_pref_gf");

  private static final List<String> OTHER_LOSS_FLAGS =
      words("use_default_pf enable_atom_ener_coeff use_huber f_use_norm intensive_ener_virial");

  private static final List<String> LOSS_OTHER =
      words("type loss_func huber_delta relative_f numb_generalized_coord");

  OutputLayerInputReader(Problems problems) {
    super(problems);
  }

  private static List<String> words(String text) {
    return List.of(text.split(" "));
  }

  @Override
  InputBlocks read(Block input, Optional<Block> model, List<String> typeMap) {
    model.ifPresent(block -> block.declare(MODEL));
    boolean parts =
        model.flatMap(block -> block.text("type")).orElse("standard").equals("standard");
    Optional<Block> descriptor =
        model.filter(block -> parts).flatMap(block -> part(block, "descriptor"));
    Optional<Block> fitting =
        model.filter(block -> parts).flatMap(block -> part(block, "fitting_net"));
    model.ifPresent(block -> readModel(block, typeMap));
    descriptor.ifPresent(this::readDescriptor);
    fitting.ifPresent(this::readFitting);
    input.block("learning_rate").ifPresent(block -> block.declare(LEARNING_RATE).finish());
    Loss loss = input.block("loss").map(this::readLoss).orElse(new Loss(0.02, 1, 1000, 1, 0, 0));
    if (loss.limitPrefE() == 0 && loss.limitPrefF() == 0 && loss.limitPrefV() == 0) {
      input.error("loss", "limit_pref_e, limit_pref_f and limit_pref_v are all 0: nothing to fit");
    }
    input.block("training").ifPresent(this::readTraining);
    input.finish();
    return new InputBlocks(
        new TrainingInput(loss, trainable(descriptor, fitting), json(input, typeMap)),
        model,
        descriptor,
        fitting,
        input.block("training"),
        trainableGiven(descriptor, fitting));
  }

  private static Optional<Block> part(Block model, String key) {
    return model.require(key, "an object, { ... }") ? model.block(key) : Optional.empty();
  }

  private void readModel(Block model, List<String> typeMap) {
    model
        .texts("type_map")
        .filter(map -> !map.equals(typeMap) && !typeMap.isEmpty())
        .ifPresent(
            map ->
                model.error(
                    "type_map",
                    "found %s, but type_map of the file is %s; make them equal"
                        .formatted(map, typeMap)));
    for (String key : List.of("spin", "modifier")) {
      if (model.given(key)) {
        model.error(
            key, "the output layer of models with it cannot be solved for; train.engine dp can");
      }
    }
    model.finish();
  }

  private void readDescriptor(Block descriptor) {
    descriptor.declare(DESCRIPTOR);
    descriptor.require("type", "se_e2_a");
    String type = descriptor.text("type").orElse("");
    descriptor.bool("trainable");
    if (!type.equals("se_e2_a") && !type.equals("se_a")) {
      return; // its keys are others; what counts is the models' own files
    }
    descriptor.finite("rcut", 0);
    descriptor.finite("rcut_smth", 0);
    descriptor.finish();
  }

  private void readFitting(Block fitting) {
    fitting.declare(FITTING);
    String type = fitting.text("type").orElse("ener");
    if (!type.equals("ener")) {
      fitting.error("type", "'%s' cannot be trained here; known: ener".formatted(type));
      return;
    }
    fitting.finish();
  }

  private Loss readLoss(Block loss) {
    loss.text("type")
        .filter(type -> !type.equals("ener"))
        .ifPresent(
            type -> loss.error("type", "'%s' is not for energies; expected ener".formatted(type)));
    double[] prefactors = new double[6];
    String[] keys = {
      "start_pref_e", "limit_pref_e", "start_pref_f", "limit_pref_f", "start_pref_v", "limit_pref_v"
    };
    double[] defaults = {0.02, 1, 1000, 1, 0, 0}; // deepmd-kit's own
    for (int i = 0; i < keys.length; i++) {
      prefactors[i] = loss.finite(keys[i], 0).orElse(defaults[i]);
    }
    for (String key : OTHER_PREFACTORS) {
      OptionalDouble value = loss.finite(key, 0);
      if (value.orElse(0) != 0) {
        refuseTerm(loss, key);
      }
    }
    for (String key : OTHER_LOSS_FLAGS) {
      if (loss.flag(key)) {
        refuseTerm(loss, key);
      }
    }
    if (loss.given("relative_f")) {
      refuseTerm(loss, "relative_f");
    }
    if (!loss.text("loss_func").orElse("mse").equals("mse")) {
      refuseTerm(loss, "loss_func");
    }
    loss.declare(LOSS_OTHER).finish();
    return new Loss(
        prefactors[0], prefactors[1], prefactors[2], prefactors[3], prefactors[4], prefactors[5]);
  }

  private static void refuseTerm(Block loss, String key) {
    loss.error(
        key,
        "only the squared errors of energy, force and virial (start_/limit_pref_e, _f, _v) can be"
            + " minimised here; remove it");
  }

  private void readTraining(Block training) {
    training.declare(TRAINING);
    Optional<Block> data = training.block("training_data");
    data.ifPresent(
        block -> {
          if (block.has("systems") && !block.node().get("systems").isEmpty()) {
            block.warn(
                "systems",
                "not used: as in DP-GEN the training data are init_data_sys and what the run"
                    + " labels");
          }
          for (String key : List.of("auto_prob", "auto_prob_style")) {
            block
                .text(key)
                .filter(style -> !style.equals("prob_sys_size"))
                .ifPresent(
                    style ->
                        block.error(
                            key,
                            "found '%s'; every labelled frame counts alike here, expected prob_sys_size"
                                .formatted(style)));
          }
          for (String key : List.of("sys_probs", "sys_weights")) {
            if (block.given(key)) {
              block.error(key, "every labelled frame counts alike here; remove it");
            }
          }
          block.declare(TRAINING_DATA).finish();
        });
    training.finish();
  }
}
