package org.dpsieve.spark.loop;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.dpsieve.config.DpTrainConfig;
import org.dpsieve.config.DpTrainConfig.Backend;
import org.dpsieve.config.DpTrainConfig.Init;
import org.dpsieve.config.DpTrainConfig.Start;
import org.dpsieve.config.RunConfig;
import org.dpsieve.config.TrainConfig;
import org.dpsieve.error.UnsupportedModelException;
import org.dpsieve.loop.Workdir;
import org.dpsieve.model.DeepPotential;
import org.dpsieve.model.format.OutputLayerFiles;
import org.dpsieve.spark.transfer.ModelShifts;

/**
 * What trainings by {@code dp train} begin with. Models of another level of theory first take the
 * energies of atoms that the labels ask for, as {@code --finetune} and {@code dp change-bias} do:
 * {@code --init-model} and {@code --init-frz-model} leave them to many steps of training.
 */
final class DpStarts {
  private final SparkSession spark;
  private final RunConfig config;
  private final TrainConfig train;
  private final DpTrainConfig dp;
  private final Consumer<String> notes;

  /**
   * @param notes hears what is changed
   */
  DpStarts(SparkSession spark, RunConfig config, Consumer<String> notes) {
    this.spark = spark;
    this.config = config;
    this.train = config.simplify().train();
    this.dp = train.dp().orElseThrow();
    this.notes = notes;
  }

  /**
   * {@code training_reuse_iter} starts from the iteration before, as {@code init_model} does. Where
   * neither holds each training starts anew, on all labels so far: from random weights, or from the
   * models that {@code training_init_frozen_model} or {@code training_finetune_model} names.
   *
   * @param previous the folder of the last training; {@code null} when this is the first
   * @param labelled that is trained on
   * @param target of this training, beside which models with other energies of atoms are put
   * @return of each model
   */
  List<Start> of(int iteration, Path previous, Dataset<Row> labelled, Path target) {
    List<Start> starts = new ArrayList<>();
    boolean given = true;
    for (int m = 0; m < train.modelCount(); m++) {
      Path own = previous == null ? null : previous.resolve("%03d".formatted(m));
      boolean goesOn =
          own != null
              && !dp.fineTuning().biasAlone()
              && Files.isDirectory(own)
              && (dp.initModel() || dp.reuse().holds(iteration));
      starts.add(goesOn ? new Start(Init.CHECKPOINT, own) : dp.start().get(m));
      Init init = starts.get(m).init();
      given &= !goesOn && (init == Init.CHECKPOINT || init == Init.FROZEN);
    }
    try {
      return given && dp.backend() != Backend.JAX
          ? shifted(starts, labelled, Workdir.trainTasks(target).resolve("start"))
          : starts;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private List<Start> shifted(List<Start> starts, Dataset<Row> labelled, Path folder)
      throws IOException {
    List<Path> files = new ArrayList<>();
    for (int m = 0; m < starts.size(); m++) {
      files.add(file(m, starts.get(m)));
    }
    StartModels given = StartModels.of(config, files);
    List<DeepPotential> models;
    List<Optional<ModelShifts>> shifts;
    try {
      models = given.read();
      shifts = ModelShifts.of(spark, labelled, models);
    } catch (UnsupportedModelException e) {
      return starts; // the bias of such a model is not known
    }
    List<Start> changed = new ArrayList<>();
    List<String> said = new ArrayList<>();
    for (int m = 0; m < starts.size(); m++) {
      Optional<ModelShifts> shift = shifts.get(m).filter(ModelShifts::matter);
      if (shift.isEmpty()) {
        changed.add(starts.get(m));
        continue;
      }
      Path own = Files.createDirectories(folder.resolve("%03d".formatted(m)));
      changed.add(write(m, starts.get(m), given, shift.get().added(models.get(m)), own));
      said.add(
          String.format(
              Locale.ROOT,
              "model %d, %.4f eV per atom off: %s",
              m,
              shift.get().before(),
              shift.get().shifts().text()));
    }
    if (!said.isEmpty()) {
      notes.accept(
          "training begins with the labels' energies of atoms: " + String.join("; ", said));
    }
    return changed;
  }

  /** What holds a model's numbers. */
  private Path file(int model, Start start) {
    if (start.init() == Init.FROZEN) {
      return start.path();
    }
    return dp.backend() == Backend.PYTORCH
        ? start.path().resolve(Backend.PYTORCH.checkpoint())
        : train.models().get(model); // TensorFlow's checkpoints are of a format of their own
  }

  private Start write(
      int model, Start start, StartModels given, DeepPotential changed, Path folder) {
    if (start.init() == Init.CHECKPOINT && dp.backend() == Backend.PYTORCH) {
      given.write(model, changed, folder.resolve(Backend.PYTORCH.checkpoint()));
      Path frozen = train.models().get(model);
      if (!frozen.equals(file(model, start))) { // what the training is compared with
        OutputLayerFiles.write(frozen, "", changed, folder.resolve("frozen_model." + dp.suffix()));
      }
      return new Start(Init.CHECKPOINT, folder);
    }
    Path target = folder.resolve(given.name(model));
    given.write(model, changed, target);
    return new Start(Init.FROZEN, target);
  }
}
