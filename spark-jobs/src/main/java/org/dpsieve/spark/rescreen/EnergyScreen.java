package org.dpsieve.spark.rescreen;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.apache.spark.sql.SparkSession;
import org.dpsieve.frame.Frame;
import org.dpsieve.model.DeepPotential;
import org.dpsieve.model.format.ModelFiles;
import org.dpsieve.spark.deviation.DpModelDevi;
import org.dpsieve.spark.deviation.EnsembleHandle;
import org.dpsieve.spark.deviation.FrameEngine;
import org.dpsieve.spark.loop.PosteriorModels;

/** Models of energies. */
final class EnergyScreen implements ScreenModels {
  private final RescreenOptions options;
  private final List<DeepPotential> models; // null where DeePMD-kit reads them

  EnergyScreen(RescreenOptions options) {
    this.options = options;
    if (options.posteriors() != null) {
      models = options.posteriors().models();
    } else if (options.dp() == null) {
      models =
          options.models().stream()
              .map(model -> ModelFiles.read(model, options.typeMap(), options.branch()))
              .toList();
    } else {
      models = null;
    }
  }

  @Override
  public List<DeepPotential> read() {
    return models;
  }

  @Override
  public List<String> typeMap(SparkSession spark) {
    if (models != null) {
      return models.get(0).typeMap();
    }
    try (DpModelDevi dp = dp(spark)) {
      return dp.typeMap(spark);
    }
  }

  private DpModelDevi dp(SparkSession spark) {
    return DpModelDevi.of(
        spark, options.models(), options.branch(), options.dp(), options.typeMap());
  }

  @Override
  public int listed() {
    return 0;
  }

  @Override
  public String about() {
    String precision =
        options.dp() == null ? options.ensemble().toString() : "dp model-devi, seven digits";
    return options.posteriors() == null
        ? precision
        : precision + " " + options.posteriors().digest();
  }

  @Override
  public FrameEngine engine(
      SparkSession spark, Set<String> elements, Supplier<Optional<Frame>> first) {
    if (options.dp() == null) {
      EnsembleHandle ensemble =
          EnsembleHandle.of(spark, models, options.ensemble(), options.borderline());
      PosteriorModels known = options.posteriors();
      return known == null
          ? ensemble
          : ensemble.with(spark, known.uncertainty(), null, null, known.members()).atomByAtom();
    }
    DpModelDevi dp = dp(spark);
    if (!elements.isEmpty()) {
      Optional<Frame> one = first.get();
      dp.check(
          spark,
          new TreeSet<>(elements),
          one.map(Frame::fparamCount).orElse(0),
          one.map(Frame::aparamCount).orElse(0));
    }
    return dp;
  }
}
