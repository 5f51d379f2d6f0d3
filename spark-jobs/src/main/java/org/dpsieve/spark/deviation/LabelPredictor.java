package org.dpsieve.spark.deviation;

import java.io.Serializable;
import java.util.List;
import org.dpsieve.infer.EnsembleOptions;
import org.dpsieve.uncertainty.ExpectedError;
import org.dpsieve.uncertainty.LabelEnsemble;
import org.dpsieve.uncertainty.Uncertainty;

/**
 * What a task needs to predict labels from old ones.
 *
 * @param members models that use old labels
 * @param uncertainty of the labels
 * @param scale of their standard deviations
 */
public record LabelPredictor(
    List<LabelEnsemble.Member> members, Uncertainty uncertainty, ExpectedError.Scale scale)
    implements Serializable {
  public LabelEnsemble open() {
    return new LabelEnsemble(members, uncertainty, EnsembleOptions.DEFAULT);
  }
}
