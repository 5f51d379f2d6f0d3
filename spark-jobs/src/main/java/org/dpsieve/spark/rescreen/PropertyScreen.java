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
          "--property %s: the models are of %s".formatted(options.property().name(), theirs));
    }
  }

  @Override
  public List<DeepPotential> read() {
    return models == null ? null : models.stream().map(PropertyModel::body).toList();
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
    if (models != null) {
      return PropertyHandle.of(spark, models, options.spreads());
    }
    DpPropertyModels dp =
        DpPropertyModels.of(spark, options.models(), options.dp(), options.typeMap());
    DpPropertyModels.About about = dp.about(spark);
    requireAsked(about.property());
    List<String> known = about.typeMap().isEmpty() ? options.typeMap() : about.typeMap();
    List<String> unknown =
        elements.stream().filter(type -> !known.contains(type)).sorted().toList();
    if (!unknown.isEmpty()) {
      throw new InputException(
          "%s: frames hold types that the models (%s) do not know: %s"
              .formatted(options.frames(), String.join(" ", known), String.join(", ", unknown)));
    }
    return dp;
  }
}
