package org.dpsieve.config;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.dpsieve.model.format.ModelSuffix;
import org.dpsieve.outputlayer.TransferFit;

/**
 * The ensemble and its training.
 *
 * @param models {@code training_iter0_model_path}, or {@code training_init_frozen_model} alone: the
 *     frozen models the first training starts from, one file per model, {@code numb_models} of
 *     them, in DP-GEN's order; empty where it starts from random weights or another kind of model
 *     ({@code training_finetune_model}): then there is no model before it
 * @param branch {@code model_branch}: of checkpoints of several models, whose output layers are
 *     solved for in place; empty for others
 * @param inputs {@code default_training_param}: one for all models, or one per model
 * @param members {@code numb_members}: of the ensemble that is made out of one model; 0 where the
 *     models are the ensemble
 * @param fpTaskMin {@code fp_task_min}: training is put off (the models are copied) while fewer
 *     frames than this were labelled since the last one and the run does not end; no label is ever
 *     left out for good
 * @param oldLabels {@code old_labels}: whether output layers are solved from the labels that the
 *     pool has already
 * @param dp how DeePMD-kit trains; empty where the output layer is solved
 * @param finalSteps {@code final_training.numb_steps}: of {@code dp train} on the whole pool at the
 *     new level, in the end; empty where nobody asks for it
 */
public record TrainConfig(
    List<Path> models,
    String branch,
    List<TrainingInput> inputs,
    int members,
    int fpTaskMin,
    TransferFit.Mode oldLabels,
    Optional<DpTrainConfig> dp,
    OptionalInt finalSteps) {
  public TrainConfig {
    models = List.copyOf(models);
    inputs = List.copyOf(inputs);
  }

  /**
   * The training that {@code final_training} asks for: all layers free, from these models.
   *
   * @param others the final ones, in the models' order
   */
  public TrainConfig finalFrom(List<Path> others) {
    DpTrainConfig.Backend backend = DpTrainConfig.Backend.of(others.get(0)).orElseThrow();
    return new TrainConfig(
        others,
        branch,
        inputs,
        members,
        fpTaskMin,
        oldLabels,
        Optional.of(DpTrainConfig.ofFrozen(backend, others)),
        finalSteps);
  }

  /** {@code numb_models}. */
  public int modelCount() {
    return dp.map(d -> d.start().size()).orElse(models.size());
  }

  /**
   * What a model of this run is called: {@code graph.000.pb}, or the suffix of what is trained; an
   * output layer is written back into the format that it was read from.
   */
  public String modelName(int model) {
    return "graph.%03d.%s"
        .formatted(model, dp.map(DpTrainConfig::suffix).orElseGet(() -> suffix(models.get(model))));
  }

  private static String suffix(Path model) {
    return ModelSuffix.of(model).filter(ModelSuffix::isRead).orElse(ModelSuffix.PB).key();
  }

  /** The training input of one model, from 0. */
  public TrainingInput input(int model) {
    return inputs.size() == 1 ? inputs.get(0) : inputs.get(model);
  }
}
