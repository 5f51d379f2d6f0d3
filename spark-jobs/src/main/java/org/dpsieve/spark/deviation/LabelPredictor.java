package org.dpsieve.spark.deviation;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import org.dpsieve.infer.EnsembleOptions;
import org.dpsieve.uncertainty.ExpectedError;
import org.dpsieve.uncertainty.LabelEnsemble;
import org.dpsieve.uncertainty.UncertainEnsemble;
import org.dpsieve.uncertainty.Uncertainty;

/** What predicts labels from old ones inside Spark's tasks; broadcast, and made once in a JVM. */
public final class LabelPredictor implements Serializable {
  private static final long serialVersionUID = 1;

  private final ArrayList<LabelEnsemble.Member> members;
  private final int[] places;
  private final Uncertainty uncertainty;
  private final ExpectedError.Scale scale;
  private transient LabelEnsemble ensemble; // null until it is asked for

  /**
   * @param members models that use old labels
   * @param places of them among all models
   * @param uncertainty of the labels
   * @param scale of their standard deviations
   */
  public LabelPredictor(
      List<LabelEnsemble.Member> members,
      int[] places,
      Uncertainty uncertainty,
      ExpectedError.Scale scale) {
    this.members = new ArrayList<>(members);
    this.places = places.clone();
    this.uncertainty = uncertainty;
    this.scale = scale;
  }

  ExpectedError.Scale scale() {
    return scale;
  }

  /** For an ensemble of all models. */
  UncertainEnsemble.Predicting predicting() {
    return new UncertainEnsemble.Predicting(members, places, uncertainty);
  }

  /** By the models that use old labels alone; many tasks may use it at once. */
  public synchronized LabelEnsemble ensemble() {
    if (ensemble == null) {
      ensemble = new LabelEnsemble(members, uncertainty, EnsembleOptions.DEFAULT);
    }
    return ensemble;
  }
}
