package org.dpsieve.config;

import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import org.dpsieve.config.DpTrainConfig.Backend;
import org.dpsieve.config.DpTrainConfig.FineTuning;
import org.dpsieve.config.reading.Block;
import org.dpsieve.error.InputException;
import org.dpsieve.model.format.TorchCheckpoint;
import org.dpsieve.model.format.TorchCheckpoint.Branch;
import org.dpsieve.text.Counted;

/** The keys of simplify.json about a pretrained checkpoint, and whether they fit what it holds. */
final class FineTuneKeys {
  private final Block file;
  private final List<String> typeMap;
  private final boolean unfrozen;

  /**
   * @param unfrozen as {@link DpTrainConfig#unfrozen}
   */
  FineTuneKeys(Block file, List<String> typeMap, boolean unfrozen) {
    this.file = file;
    this.typeMap = typeMap;
    this.unfrozen = unfrozen;
  }

  /**
   * @param models {@code training_finetune_model}, one for each model; empty for none
   * @param asFrozen whether they are taken as frozen ones
   * @param biasAlone whether {@code dp change-bias} is all the training
   */
  FineTuning read(
      List<Path> models,
      boolean asFrozen,
      Backend backend,
      TrainKeys.GivenTraining keys,
      boolean biasAlone) {
    String branch = branch(keys);
    String named = branch;
    boolean script =
        file.flag(TrainKeys.PRETRAIN_SCRIPT) | file.flag(TrainKeys.DPGEN_PRETRAIN_SCRIPT);
    Optional<Boolean> after =
        file.given(TrainKeys.BIAS_AFTER)
            ? Optional.of(file.flag(TrainKeys.BIAS_AFTER))
            : Optional.empty();
    if (models.isEmpty()) {
      requireNone(branch, script, asFrozen, biasAlone);
    } else if (backend == Backend.PYTORCH) {
      for (Path model : new LinkedHashSet<>(models)) {
        named = require(model, branch);
      }
    } else if (!branch.isEmpty()) {
      file.error(branchKey(), "only checkpoints of PyTorch (.pt) have branches; remove it");
    }
    if (biasAlone) {
      requireBias(models, backend, branch);
    }
    return new FineTuning(named, script, after, biasAlone);
  }

  private String branchKey() {
    return file.given(TrainKeys.DPGEN_BRANCH) && !file.given(TrainKeys.BRANCH)
        ? TrainKeys.DPGEN_BRANCH
        : TrainKeys.BRANCH;
  }

  /** That of the file, else {@code finetune_head} of the training input, as DeePMD-kit does. */
  private String branch(TrainKeys.GivenTraining keys) {
    String given = text(TrainKeys.BRANCH);
    String other = text(TrainKeys.DPGEN_BRANCH);
    if (!given.isEmpty() && !other.isEmpty() && !given.equals(other)) {
      file.error(
          TrainKeys.DPGEN_BRANCH,
          "'%s', but model_branch is '%s'; give one of the two".formatted(other, given));
    }
    if (!given.isEmpty() || !other.isEmpty()) {
      return given.isEmpty() ? other : given;
    }
    return keys.inputs().stream()
        .map(input -> input.input().finetuneHead())
        .filter(head -> !head.isEmpty())
        .findFirst()
        .orElse("");
  }

  private String text(String key) {
    return file.given(key) ? file.text(key).orElse("") : "";
  }

  private void requireNone(String branch, boolean script, boolean asFrozen, boolean biasAlone) {
    if (!branch.isEmpty() && file.given(branchKey())) {
      file.error(
          branchKey(),
          "names a branch of the checkpoint in training_finetune_model, but there is %s"
              .formatted(asFrozen ? "none that has branches" : "no such key"));
    }
    if (script) {
      file.error(
          file.given(TrainKeys.PRETRAIN_SCRIPT)
              ? TrainKeys.PRETRAIN_SCRIPT
              : TrainKeys.DPGEN_PRETRAIN_SCRIPT,
          "takes the model from the checkpoint in training_finetune_model; name one there");
    }
    if (biasAlone) {
      file.error(
          TrainKeys.FINETUNE,
          "is missing: train.engine change-bias changes the bias of the checkpoints (.pt) that it names");
    }
  }

  /**
   * Reports what is wrong.
   *
   * @return the branch by its name, not an alias, as dp change-bias wants it
   */
  private String require(Path model, String branch) {
    Optional<TorchCheckpoint> found;
    try {
      found = TorchCheckpoint.read(model);
    } catch (InputException e) {
      file.error(TrainKeys.FINETUNE, e.getMessage());
      return branch;
    }
    if (found.isEmpty()) {
      file.warn(
          TrainKeys.FINETUNE,
          "%s is no archive as PyTorch writes them; whether it has branches shows in training"
              .formatted(model));
      return branch;
    }
    TorchCheckpoint checkpoint = found.get();
    if (checkpoint.multiTask() && branch.isEmpty()) {
      file.error(
          TrainKeys.BRANCH,
          "is missing: %s was trained on several tasks, and DeePMD-kit would begin with a fitting net of random numbers; name the branch to start from: %s; or %s if that is what you want"
              .formatted(model, checkpoint.names(), TorchCheckpoint.RANDOM));
      return branch;
    }
    if (branch.equals(TorchCheckpoint.RANDOM)) {
      checkpoint.branches().values().stream()
          .findFirst()
          .ifPresent(first -> requireContent(model, "", first));
      return branch;
    }
    Optional<String> name =
        branch.isEmpty() ? Optional.of(checkpoint.only()) : checkpoint.name(branch);
    if (name.isEmpty()) {
      file.error(
          branchKey(),
          "no branch '%s' in %s; %s"
              .formatted(
                  branch,
                  model,
                  checkpoint.multiTask()
                      ? "its branches: " + checkpoint.names()
                      : "it was trained on one task and has none: remove this key"));
      return branch;
    }
    requireContent(
        model,
        branch.isEmpty() ? "" : ", branch '%s'".formatted(branch),
        checkpoint.branches().get(name.get()));
    return checkpoint.multiTask() ? name.get() : "";
  }

  private void requireContent(Path model, String where, Branch branch) {
    if (branch.weights() == 0) {
      file.error(
          TrainKeys.FINETUNE,
          "%s%s: a checkpoint without weights; is the file whole?".formatted(model, where));
    }
    List<String> missing =
        typeMap.stream().filter(type -> !branch.typeMap().contains(type)).toList();
    if (!missing.isEmpty()) {
      file.error(
          TrainKeys.FINETUNE,
          "%s%s does not know %s of type_map: DeePMD-kit would begin with random numbers for it; its type map: %s"
              .formatted(
                  model, where, String.join(", ", missing), String.join(" ", branch.typeMap())));
    }
  }

  private void requireBias(List<Path> models, Backend backend, String branch) {
    if (models.isEmpty()) {
      return;
    }
    if (backend != Backend.PYTORCH
        || models.stream().anyMatch(model -> !model.toString().endsWith(".pt"))) {
      file.error(
          TrainKeys.FINETUNE,
          "train.engine change-bias takes checkpoints of PyTorch (.pt), found %s"
              .formatted(models.get(0)));
    }
    if (unfrozen && !branch.isEmpty()) {
      file.error(
          branchKey(),
          "train.engine change-bias changes one branch and keeps all of them, of which DeePMD-kit freezes none of DPA4; expected a checkpoint of one task, or train.engine dp");
    }
    if (branch.equals(TorchCheckpoint.RANDOM)) {
      file.error(branchKey(), "RANDOM: dp change-bias changes a branch that there is; name one");
    }
    if (file.flag("one_h5")) {
      file.error("one_h5", "dp change-bias reads systems in folders; remove this key");
    }
    if (models.size() > 1 && new LinkedHashSet<>(models).size() == 1) {
      file.warn(
          TrainKeys.FINETUNE,
          "one checkpoint, of which train.engine change-bias makes %s: they never disagree"
              .formatted(Counted.of(models.size(), "equal model")));
    }
  }
}
