package org.dpsieve.spark.loop;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalDouble;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.dpsieve.config.PropertyConfig;
import org.dpsieve.config.SimplifyConfig;
import org.dpsieve.error.InputException;
import org.dpsieve.frame.Frame;
import org.dpsieve.loop.Facts;
import org.dpsieve.loop.StalledException;
import org.dpsieve.model.format.PropertyFiles;
import org.dpsieve.outputlayer.property.PropertySolution;
import org.dpsieve.outputlayer.property.PropertyTransfer;
import org.dpsieve.spark.frames.FrameRows;

/**
 * Models of a property, solved for all labels so far on the driver, each from the model the run was
 * given.
 */
final class PropertyTraining {
  /** Fewer say nothing of errors on frames left out. */
  private static final int LEAST = 3;

  private final SimplifyConfig config;
  private final PropertyConfig property;

  PropertyTraining(SimplifyConfig config) {
    this.config = config;
    this.property = config.property().orElseThrow();
  }

  /** What a model of the run is called. */
  static String name(int model) {
    return "graph.%03d.dp".formatted(model);
  }

  /**
   * Writes {@code graph.000.dp} and so on, and what {@link SpreadFiles} has of them.
   *
   * @param labelled in groups, as they came
   * @param old frames with labels at another level; {@code null} without any
   * @throws StalledException when there are too few labels
   */
  Facts.Training train(Path target, List<Dataset<Row>> labelled, Dataset<Row> old) {
    List<Frame> frames = new ArrayList<>();
    labelled.forEach(group -> frames.addAll(frames(group)));
    if (frames.size() < LEAST) {
      throw new StalledException(
          "%d frames have a label, a model of %s needs %d or more; see what has become of the others in 02.fp, or set init_pick_number higher in another run"
              .formatted(frames.size(), property.label(), LEAST));
    }
    List<Frame> before = old == null ? List.of() : frames(old);
    List<Facts.ModelFit> fits = new ArrayList<>();
    try {
      Files.createDirectories(target);
      for (int m = 0; m < config.train().models().size(); m++) {
        Path given = config.train().models().get(m);
        PropertySolution solution =
            PropertyTransfer.solve(
                PropertyFiles.start(given, config.typeMap()),
                property.label(),
                frames,
                before,
                new PropertyTransfer.Options(
                    property.basis(),
                    PropertyTransfer.Options.DEFAULT.features(),
                    OptionalDouble.empty()));
        PropertyFiles.write(
            given,
            solution.model(),
            solution.bias(),
            solution.deviation(),
            target.resolve(name(m)));
        SpreadFiles.write(target, m, solution);
        fits.add(fit(solution));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InputException e) {
      throw new InputException(
          "training of a model of %s: %s".formatted(property.label(), e.getMessage()), e);
    }
    return new Facts.Training(frames.size(), fits);
  }

  /** By their ids: the same in any order of parts. */
  private static List<Frame> frames(Dataset<Row> rows) {
    return rows.collectAsList().stream()
        .sorted(Comparator.comparing((Row row) -> row.<String>getAs("frame_id")))
        .map(FrameRows::toFrame)
        .toList();
  }

  private static Facts.ModelFit fit(PropertySolution solution) {
    PropertySolution.Tried taken =
        solution.tried().stream()
            .min(Comparator.comparingDouble(PropertySolution.Tried::error))
            .orElseThrow();
    return Facts.ModelFit.of(
        solution.ridge(),
        new Facts.PropertyFit(
            taken.basis(),
            solution.usesOld(),
            solution.error(),
            taken.error(),
            solution.spread().quantile()));
  }
}
