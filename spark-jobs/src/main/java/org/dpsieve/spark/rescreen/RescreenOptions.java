package org.dpsieve.spark.rescreen;

import java.nio.file.Path;
import java.util.List;
import org.dpsieve.config.mapping.FrameMapping;
import org.dpsieve.error.InputException;
import org.dpsieve.frame.Property;
import org.dpsieve.infer.EnsembleOptions;
import org.dpsieve.io.extxyz.ExtxyzKeys;
import org.dpsieve.model.DeepPotential;
import org.dpsieve.model.Precision;
import org.dpsieve.outputlayer.property.PropertySpread;
import org.dpsieve.pick.Borderline;
import org.dpsieve.pick.PickStrategy;
import org.dpsieve.pick.PropertyTrust;
import org.dpsieve.pick.TrustBand;
import org.dpsieve.pick.TrustLevels;
import org.dpsieve.resident.DpProgram;
import org.dpsieve.spark.deviation.SolvedModels;
import org.dpsieve.spark.loop.PosteriorModels;

/**
 * What to do.
 *
 * @param models frozen models
 * @param typeMap names of types 0, 1, ... of models that have none themselves
 * @param branch of checkpoints of several models; empty for others
 * @param ensemble how our kernels evaluate them
 * @param dp DeePMD-kit's program, where it evaluates them instead; {@code null} for our kernels
 * @param frames a frames dataset, a tree of systems, or a table
 * @param table how it is read where it is a table; {@code null} where not
 * @param output dataset to make or to bring up to date
 * @param where SQL condition on the columns of the frames dataset; {@code null} for all
 * @param sample fraction of the frames to look at, 1 for all
 * @param levels on the measure of {@link #columns}, in its unit; {@code null} for none
 * @param pick most candidates to pick; 0 for none
 * @param strategy by which they are chosen
 * @param seed of that choice
 * @param extxyzKeys what the labels of extxyz files in a tree are called
 * @param posteriors of the models, to say how far off they may be; {@code null} without
 * @param property that the models are of; {@code null} of energies
 * @param spreads how far off models of a property may be, one of each; empty where nobody knows
 */
public record RescreenOptions(
    List<Path> models,
    List<String> typeMap,
    String branch,
    EnsembleOptions ensemble,
    DpProgram dp,
    String frames,
    Table table,
    String output,
    String where,
    double sample,
    TrustBand levels,
    int pick,
    PickStrategy strategy,
    long seed,
    ExtxyzKeys extxyzKeys,
    PosteriorModels posteriors,
    Property property,
    List<PropertySpread> spreads) {

  /**
   * A library that is somebody's table.
   *
   * @param format parquet, delta, iceberg; {@code null} to find out
   * @param mapping of its columns
   * @param output table of the same format to write the result as, too: a name or a path; {@code
   *     null} for none
   */
  public record Table(String format, FrameMapping mapping, String output) {}

  public RescreenOptions {
    if (!(sample > 0 && sample <= 1)) {
      throw new InputException(
          "--sample %s: expected a fraction above 0 and not above 1".formatted(sample));
    }
    if (levels != null && !(levels.lo() < levels.hi())) {
      throw new InputException(
          "--%1$s-lo %2$s and --%1$s-hi %3$s: expected %1$s-lo below %1$s-hi"
              .formatted(property == null ? "f" : "p", levels.lo(), levels.hi()));
    }
    if (pick < 0) {
      throw new InputException("--pick %d: expected a number of frames".formatted(pick));
    }
    if (pick > 0 && levels == null) {
      throw new InputException(
          "--pick needs --%1$s-lo and --%1$s-hi: only candidates, frames between the levels, are picked"
              .formatted(property == null ? "f" : "p"));
    }
    if (pick > 0 && sample < 1) {
      throw new InputException(
          "--pick with --sample: a sample says how many candidates there are; pick from all"
              + " frames");
    }
    if (property != null && strategy.needsFeatures()) {
      throw new InputException(
          "--strategy %s compares frames by features of models of energies; with --property: %s"
              .formatted(strategy.key(), PickStrategy.withoutFeatures()));
    }
    spreads = List.copyOf(spreads);
  }

  /** The model whose features frames are compared by. */
  DeepPotential featured() {
    return posteriors == null
        ? SolvedModels.read(models.subList(0, 1), typeMap, branch, note -> {}).get(0)
        : posteriors.models().get(0);
  }

  /** What the result says of a frame. */
  ScreenColumns columns() {
    if (property != null) {
      return ScreenColumns.of(property, !spreads.isEmpty());
    }
    return posteriors == null ? ScreenColumns.DEVIATIONS : ScreenColumns.UNCERTAIN;
  }

  /** What frames are classified by. */
  TrustLevels trust() {
    TrustBand band = levels == null ? TrustBand.OFF : levels;
    return property == null
        ? new TrustLevels(band, TrustBand.OFF)
        : TrustLevels.of(new PropertyTrust(columns().measure(), band));
  }

  /** Whether DeePMD-kit evaluates the models. */
  boolean isElsewhere() {
    return dp != null || posteriors != null && posteriors.isForeign();
  }

  /** Frames whose numbers must be those of double precision. */
  Borderline borderline() {
    return levels == null || ensemble.precision() == Precision.FLOAT64
        ? Borderline.NONE
        : new Borderline(
            new TrustLevels(levels, TrustBand.OFF), pick > 0 && strategy == PickStrategy.DEVIATION);
  }

  /** The name without slashes at its end. */
  String bareOutput() {
    return output.replaceFirst("(?<=[^/])/+$", "");
  }
}
