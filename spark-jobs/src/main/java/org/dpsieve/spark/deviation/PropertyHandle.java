package org.dpsieve.spark.deviation;

import java.io.Serializable;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.SparkSession;
import org.dpsieve.infer.PropertyEnsemble;
import org.dpsieve.model.PropertyModel;

/** Models of a property, sent to every executor once; an ensemble of them in each JVM. */
public final class PropertyHandle implements Serializable {
  private static final long serialVersionUID = 1;
  private static final int KEPT = 4;
  private static final Map<Long, PropertyEnsemble> BUILT = new LinkedHashMap<>(8, 0.75f, true);

  private final Broadcast<PropertyModel[]> models;

  private PropertyHandle(Broadcast<PropertyModel[]> models) {
    this.models = models;
  }

  /**
   * @throws org.dpsieve.error.InputException when the models do not belong together
   */
  public static PropertyHandle of(SparkSession spark, List<PropertyModel> models) {
    PropertyEnsemble checked = PropertyEnsemble.of(models);
    Broadcast<PropertyModel[]> broadcast =
        JavaSparkContext.fromSparkContext(spark.sparkContext())
            .broadcast(models.toArray(new PropertyModel[0]));
    keep(broadcast.id(), checked);
    return new PropertyHandle(broadcast);
  }

  /** The ensemble in this JVM; many tasks may use it at once. */
  public PropertyEnsemble ensemble() {
    synchronized (BUILT) {
      PropertyEnsemble built = BUILT.get(models.id());
      if (built == null) {
        built = PropertyEnsemble.of(List.of(models.value()));
        keep(models.id(), built);
      }
      return built;
    }
  }

  private static void keep(long id, PropertyEnsemble ensemble) {
    synchronized (BUILT) {
      BUILT.put(id, ensemble);
      if (BUILT.size() > KEPT) {
        BUILT.remove(BUILT.keySet().iterator().next());
      }
    }
  }
}
