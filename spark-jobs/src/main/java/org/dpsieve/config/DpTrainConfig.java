package org.dpsieve.config;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import org.dpsieve.model.format.ModelSuffix;

/**
 * How DeePMD-kit trains, with {@code train.engine: dp}.
 *
 * @param backend {@code train_backend}
 * @param unfrozen whether checkpoints stand for frozen models: DPA4 is frozen as a compiled program
 * @param start what the first training starts each model from, one entry per model
 * @param initModel {@code training_init_model}: later trainings start from the iteration before
 * @param skipNeighborStat {@code dp_train_skip_neighbor_stat}
 * @param compress {@code dp_compress}
 * @param activation {@code model_devi_activation_func}: embedding's and fitting's, per model; empty
 *     when not given
 * @param srtab {@code srtab_file_path}
 * @param oneHdf5 {@code one_h5}: all training data in one HDF5 file
 * @param fineTuning of {@code training_finetune_model}
 */
public record DpTrainConfig(
    Backend backend,
    boolean unfrozen,
    List<Start> start,
    boolean initModel,
    boolean skipNeighborStat,
    boolean compress,
    List<List<String>> activation,
    Optional<Path> srtab,
    BatchSizes batchSizes,
    boolean oneHdf5,
    Reuse reuse,
    FineTuning fineTuning) {
  public DpTrainConfig {
    start = List.copyOf(start);
    activation = List.copyOf(activation);
  }

  /** Of the models that are made, without the dot. */
  public String suffix() {
    return unfrozen ? ModelSuffix.PT.key() : backend.suffix();
  }

  /** From frozen models, with nothing else asked for. */
  static DpTrainConfig ofFrozen(Backend backend, List<Path> models) {
    return new DpTrainConfig(
        backend,
        false,
        models.stream().map(model -> new Start(Init.FROZEN, model)).toList(),
        true,
        false,
        false,
        List.of(),
        Optional.empty(),
        BatchSizes.AUTO,
        false,
        new Reuse(
            OptionalInt.empty(),
            "auto",
            OptionalInt.empty(),
            OptionalDouble.empty(),
            OptionalDouble.empty(),
            OptionalDouble.empty()),
        FineTuning.PLAIN);
  }

  /** The checkpoints of PyTorch that are fine-tuned, each once; empty for others. */
  public List<Path> pretrained() {
    return backend != Backend.PYTORCH
        ? List.of()
        : start.stream()
            .filter(one -> one.init() == Init.FINETUNE)
            .map(Start::path)
            .distinct()
            .toList();
  }

  /**
   * What is taken of a checkpoint, and what is done with it.
   *
   * @param branch of a checkpoint of several tasks, {@code RANDOM} for a fitting net of random
   *     numbers; empty where there are no branches
   * @param pretrainScript {@code use_pretrain_script}: the checkpoint says what the model is, not
   *     the training input
   * @param biasAfter {@code change_bias_after_training}: energies of atoms are fitted again in the
   *     end; empty where nothing is said
   * @param biasAlone {@code train.engine: change-bias}: {@code dp change-bias} is all the training
   */
  public record FineTuning(
      String branch, boolean pretrainScript, Optional<Boolean> biasAfter, boolean biasAlone) {
    static final FineTuning PLAIN = new FineTuning("", false, Optional.empty(), false);
  }

  /** DeePMD-kit's backends, by the form of their models. */
  public enum Backend {
    TENSORFLOW("", "model.ckpt.index"),
    PYTORCH("--pt", "model.ckpt.pt"),
    JAX("--jax", "model.ckpt.jax");

    private final String flag;
    private final String checkpoint;

    Backend(String flag, String checkpoint) {
      this.flag = flag;
      this.checkpoint = checkpoint;
    }

    /** {@code train_backend}. */
    public String key() {
      return name().toLowerCase(Locale.ROOT);
    }

    /** The one that has a format; empty for formats that all have, and for names that are none. */
    static Optional<Backend> of(Path model) {
      return ModelSuffix.of(model).flatMap(ModelSuffix::backend).map(Backend::named);
    }

    static Backend named(String key) {
      return valueOf(key.toUpperCase(Locale.ROOT));
    }

    /** Of {@code dp}; empty for its default. */
    public String flag() {
      return flag;
    }

    /** The file or folder that shows a checkpoint. */
    public String checkpoint() {
      return checkpoint;
    }

    /** What {@code --init-model} and {@code --restart} call it. */
    public String checkpointName() {
      return checkpoint.replace(".index", "");
    }

    /** Of frozen models, without the dot. */
    public String suffix() {
      return ModelSuffix.ofBackend(key()).get(0).key();
    }
  }

  /** How a training starts. */
  public enum Init {
    RANDOM,
    /** {@code --init-model}, from a checkpoint. */
    CHECKPOINT,
    /** {@code --init-frz-model}, from a frozen model. */
    FROZEN,
    /** {@code --finetune}. */
    FINETUNE
  }

  /**
   * @param path the folder with {@code model.ckpt*}, or the frozen model; {@code null} for random
   */
  public record Start(Init init, Path path) {}

  /**
   * {@code training_reuse_*}: from an iteration on, other steps and weights, and old data seen less
   * often than new.
   *
   * @param iteration {@code training_reuse_iter}; empty when never
   * @param oldRatio {@code training_reuse_old_ratio}: a number, {@code auto} or {@code auto:10}
   */
  public record Reuse(
      OptionalInt iteration,
      String oldRatio,
      OptionalInt numbSteps,
      OptionalDouble startLr,
      OptionalDouble startPrefE,
      OptionalDouble startPrefF) {
    /** Whether it holds in an iteration. */
    public boolean holds(int number) {
      return iteration.isPresent() && number >= iteration.getAsInt();
    }
  }
}
