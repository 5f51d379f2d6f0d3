package org.dpsieve.spark.rescreen;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.apache.spark.sql.SparkSession;
import org.dpsieve.error.InputException;
import org.dpsieve.frame.Frame;
import org.dpsieve.frame.Property;
import org.dpsieve.model.DeepPotential;
import org.dpsieve.model.PropertyModel;
import org.dpsieve.model.format.ModelFiles;
import org.dpsieve.spark.deviation.DpPropertyModels;
import org.dpsieve.spark.deviation.FrameEngine;
import org.dpsieve.spark.deviation.PropertyHandle;

/** Models of a property. */
final class PropertyScreen implements ScreenModels {
  private final RescreenOptions options;
  private final List<PropertyModel> models; // null where DeePMD-kit reads them

  PropertyScreen(RescreenOptions options) {
    this.options = options;
    models =
        options.dp() != null
            ? null
            : options.models().stream()
                .map(model -> ModelFiles.readProperty(model, options.typeMap()))
                .toList();
    if (models != null) {
      models.forEach(model -> requireAsked(model.head().property()));
    }
  }

  private void requireAsked(Property theirs) {
    if (!theirs.name().equals(options.property().name())) {
      throw new InputException(
          "--property %1$s: the models are of %2$s; expected --property %3$s, or models of %1$s"
              .formatted(options.property().name(), theirs, theirs.name()));
    }
  }

  @Override
  public List<DeepPotential> read() {
    return models == null ? null : models.stream().map(PropertyModel::body).toList();
  }

  @Override
  public List<String> typeMap(SparkSession spark) {
    if (models != null) {
      return models.get(0).body().typeMap();
    }
    try (DpPropertyModels dp = dp(spark)) {
      DpPropertyModels.About about = dp.about(spark);
      requireAsked(about.property());
      return about.typeMap().isEmpty() ? options.typeMap() : about.typeMap();
    }
  }

  private DpPropertyModels dp(SparkSession spark) {
    return DpPropertyModels.of(spark, options.models(), options.dp(), options.typeMap());
  }

  @Override
  public int listed() {
    return models == null ? 0 : models.get(0).head().dimension();
  }

  @Override
  public String about() {
    return "property %s%s%s"
        .formatted(
            options.property().name(),
            options.dp() == null ? "" : " by dp",
            options.spreads().isEmpty() ? "" : " with its errors");
  }

  @Override
  public FrameEngine engine(
      SparkSession spark, Set<String> elements, Supplier<Optional<Frame>> first) {
    return models == null ? dp(spark) : PropertyHandle.of(spark, models, options.spreads());
  }
}
