package org.dpsieve.spark.rescreen;

import java.io.IOException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.spark.sql.SparkSession;
import org.dpsieve.digest.Sha256;
import org.dpsieve.error.InputException;
import org.dpsieve.frame.Frame;
import org.dpsieve.model.DeepPotential;
import org.dpsieve.model.format.ModelFiles;
import org.dpsieve.spark.deviation.FrameEngine;

/** The models of a rescreen: what their numbers depend on, and who evaluates them. */
interface ScreenModels {
  /**
   * Reads them.
   *
   * @throws InputException when they cannot be read, or are not what was asked for
   */
  static ScreenModels of(RescreenOptions options) {
    return options.property() == null ? new EnergyScreen(options) : new PropertyScreen(options);
  }

  /**
   * Up to their output layers at least: what tells which elements they know, and why a frame has no
   * numbers. {@code null} where DeePMD-kit's own program reads them.
   */
  List<DeepPotential> read();

  /**
   * Which types they know; empty where they take any. Where DeePMD-kit evaluates, it is started.
   *
   * @throws InputException when it is not there, or does not take these models
   */
  List<String> typeMap(SparkSession spark);

  /** Numbers in a frame's list, where {@link #read} are evaluated; 0 for one of each atom. */
  int listed();

  /** What the numbers depend on beside the frames and the contents of the models' files. */
  String about();

  /**
   * Sends them to the executors.
   *
   * @param elements of the frames that they know
   * @param first one of them, to try a program with
   */
  FrameEngine engine(SparkSession spark, Set<String> elements, Supplier<Optional<Frame>> first);

  /** What the numbers depend on beside the frames. */
  static String digest(ScreenModels models, RescreenOptions options) {
    List<String> names = ModelFiles.unnamed(options.models(), options.typeMap());
    return Rescreen.hash(
        options.models().stream().map(ScreenModels::content).collect(Collectors.joining(" "))
            // of models that do not name their types themselves
            + (names.isEmpty() ? "" : " " + String.join(",", names))
            + (options.branch().isEmpty() ? "" : " branch " + options.branch()),
        models.about());
  }

  private static String content(Path model) {
    try {
      if (Files.isDirectory(model)) { // of the JAX backend: its files in order
        try (Stream<Path> files = Files.walk(model, FileVisitOption.FOLLOW_LINKS)) {
          return files
              .filter(Files::isRegularFile)
              .sorted()
              .map(file -> model.relativize(file) + " " + content(file))
              .collect(Collectors.joining(" "));
        }
      }
      return Sha256.hex(Files.readAllBytes(model));
    } catch (IOException e) {
      throw new InputException(model + ": cannot be read: " + e.getMessage(), e);
    }
  }
}
