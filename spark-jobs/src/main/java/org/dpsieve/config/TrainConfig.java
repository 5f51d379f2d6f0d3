package org.dpsieve.config;

import java.nio.file.Path;
import java.util.List;

/**
 * The ensemble and its training.
 *
 * @param models {@code training_iter0_model_path}: the frozen models the first training starts
 *     from, one file per model, {@code numb_models} of them, in DP-GEN's order
 * @param inputs {@code default_training_param}: one for all models, or one per model
 * @param fpTaskMin {@code fp_task_min}: training is put off (the models are copied) while fewer
 *     frames than this were labelled since the last one; no label is ever left out for good
 */
public record TrainConfig(List<Path> models, List<TrainingInput> inputs, int fpTaskMin) {
  public TrainConfig {
    models = List.copyOf(models);
    inputs = List.copyOf(inputs);
  }

  /** {@code numb_models}. */
  public int modelCount() {
    return models.size();
  }

  /** The training input of one model, from 0. */
  public TrainingInput input(int model) {
    return inputs.size() == 1 ? inputs.get(0) : inputs.get(model);
  }
}
