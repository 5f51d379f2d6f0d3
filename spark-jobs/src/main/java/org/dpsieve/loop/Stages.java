package org.dpsieve.loop;

import java.nio.file.Path;
import java.util.List;

/**
 * The work of an iteration, done by somebody else. Every call reads complete folders and writes the
 * folder {@code target}, which does not exist yet and nobody else sees until the loop puts it in
 * place. What is written depends on the arguments and the configuration alone: no time, host,
 * absolute path or chance goes into it.
 */
public interface Stages {
  /** The files and folders that {@link #importPool} reads. */
  default List<String> sources() {
    return List.of();
  }

  /** Reads the pool's files into frames. */
  Facts.Pool importPool(Path target);

  /**
   * Trains each model on all labels so far.
   *
   * @param labels folders that {@link #label} wrote
   * @param picks tables of picks by models, of the iterations so far: what models disagreed on
   * @param previous the folder of the last training, or {@code null}
   */
  Facts.Training train(
      Path target, int iteration, Path frames, List<Path> labels, List<Path> picks, Path previous);

  /** Whether a training starts from the one before, not from the models the run was given. */
  boolean trainsFromPrevious();

  /** Whether there are models before the first training: else it cannot be put off. */
  default boolean modelsGiven() {
    return true;
  }

  /**
   * Puts copies of the models in place where there is nothing new to train on.
   *
   * @param models a folder that {@link #train} wrote, or {@code null} for the models the run was
   *     given
   */
  Facts.Training copyModels(Path target, Path models);

  /**
   * Evaluates the ensemble on the frames that are left.
   *
   * @param models a folder that {@link #train} wrote
   */
  Facts.Deviation deviate(Path target, Path models, Remaining remaining);

  /**
   * Evaluates the ensemble on every frame that could be picked, those that were accurate once
   * included: all that are neither labelled nor unfit.
   *
   * @param models a folder that {@link #train} wrote
   * @param picks all tables of picks so far
   * @param labels all labels so far
   */
  Facts.Deviation deviateAll(
      Path target, Path models, Path frames, List<Path> picks, List<Path> labels);

  /**
   * How many candidates there are by the trust levels, fit to be labelled or not.
   *
   * @param deviation a folder that {@link #deviate} wrote
   */
  long candidates(Path deviation);

  /** Picks among all frames before any label, the deviations unknown: iteration 0. */
  Facts.Picks pickAtRandom(Path target, Path frames, int atMost);

  /**
   * Classifies by the trust levels, then picks among the candidates.
   *
   * @param labels folders that {@link #label} wrote: what is known already
   */
  Facts.Picks pick(
      Path target, int iteration, Path frames, Path deviation, List<Path> labels, int atMost);

  /**
   * Labels the picked frames.
   *
   * @throws StalledException when somebody else has to do it first
   */
  Facts.Labels label(Path target, int iteration, Path frames, Path picks);

  /** Lists the failed frames for a person, one line each, as tab-separated text. */
  String failedFrames(Path frames, Path deviation, Path picks);

  /** Writes the merged dataset, the models, the report and the last evaluation of the pool. */
  Facts.Result result(Path target, Path frames, Summary summary);

  /** How {@link #result} writes the pool at the new level; empty where it cannot. */
  default String resultPool() {
    return "";
  }

  /** What decides how {@link #finish} is done, in a line; empty where nobody asks for it. */
  default String finishing() {
    return "";
  }

  /**
   * Trains the final models on the whole pool at the new level.
   *
   * @param result the folder that {@link #result} wrote
   * @throws StalledException when a model could not be trained
   */
  Facts.Training finish(Path target, Path result);

  /**
   * Which frames are left: those of the last classification that are neither accurate nor labelled
   * since.
   *
   * @param frames the pool
   * @param picks the folder of the last classification
   * @param labels the labels of that iteration; {@code null} where nothing was picked
   * @param accurate tables of picks whose accurate frames have left and were not looked at since
   */
  record Remaining(Path frames, Path picks, Path labels, List<Path> accurate) {}
}
