package org.dpsieve.spark.deviation;

import java.io.Serializable;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.dpsieve.infer.PropertyEnsemble;
import org.dpsieve.model.PropertyModel;
import org.dpsieve.outputlayer.property.PropertySpread;
import org.dpsieve.outputlayer.property.UncertainProperties;

/** Models of a property, sent to every executor once; an ensemble of them in each JVM. */
public final class PropertyHandle implements FrameEngine {
  private static final long serialVersionUID = 1;
  private static final int KEPT = 4;
  private static final Map<Long, UncertainProperties> BUILT = new LinkedHashMap<>(8, 0.75f, true);

  private final Broadcast<Shipped> models;

  private record Shipped(PropertyModel[] models, PropertySpread[] spreads) implements Serializable {
    UncertainProperties build() {
      return UncertainProperties.of(List.of(models), List.of(spreads));
    }
  }

  private PropertyHandle(Broadcast<Shipped> models) {
    this.models = models;
  }

  /**
   * @throws org.dpsieve.error.InputException when the models do not belong together
   */
  public static PropertyHandle of(SparkSession spark, List<PropertyModel> models) {
    return of(spark, models, List.of());
  }

  /**
   * With how far off they may be.
   *
   * @param spreads one of each model; empty where nobody knows
   * @throws org.dpsieve.error.InputException when the models do not belong together
   */
  public static PropertyHandle of(
      SparkSession spark, List<PropertyModel> models, List<PropertySpread> spreads) {
    Shipped shipped =
        new Shipped(models.toArray(new PropertyModel[0]), spreads.toArray(new PropertySpread[0]));
    UncertainProperties checked = shipped.build();
    Broadcast<Shipped> broadcast =
        JavaSparkContext.fromSparkContext(spark.sparkContext()).broadcast(shipped);
    keep(broadcast.id(), checked);
    return new PropertyHandle(broadcast);
  }

  /** The ensemble in this JVM; many tasks may use it at once. */
  public PropertyEnsemble ensemble() {
    return uncertain().ensemble();
  }

  /** The same with what is known of errors. */
  public UncertainProperties uncertain() {
    synchronized (BUILT) {
      UncertainProperties built = BUILT.get(models.id());
      if (built == null) {
        built = models.value().build();
        keep(models.id(), built);
      }
      return built;
    }
  }

  /** Rows of {@link PropertyStage#screened}. */
  @Override
  public Iterator<Row> evaluate(Iterator<Row> frames) {
    return PropertyStage.screened(frames, uncertain());
  }

  @Override
  public void close() {
    synchronized (BUILT) {
      BUILT.remove(models.id());
    }
    models.destroy();
  }

  private static void keep(long id, UncertainProperties ensemble) {
    synchronized (BUILT) {
      BUILT.put(id, ensemble);
      if (BUILT.size() > KEPT) {
        BUILT.remove(BUILT.keySet().iterator().next());
      }
    }
  }
}
