package org.dpsieve.uncertainty;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.dpsieve.deviation.Deviation;
import org.dpsieve.deviation.FrameDeviation;
import org.dpsieve.frame.Frame;
import org.dpsieve.infer.OutputLayerReader;
import org.dpsieve.infer.Prediction;
import org.dpsieve.infer.Reading;
import org.dpsieve.model.DeepPotential;

/**
 * An ensemble that also says how far off it may be, by the posterior of its output layers.
 *
 * <p>Energies exactly: their rows are sums of the last hidden layer, which evaluation has at hand.
 * Forces by random projection: the rows of all force components would cost as many ways back as
 * there are hidden units. Instead an output layer is drawn from the posterior, and the forces it
 * makes are squared: their expectation is the variance. Every second model has one draw (all of an
 * ensemble of one), a half of a model's evaluation each, so an eighth of the time for each two
 * models of four. An atom's estimate, three components of each draw, is drawn towards the frame's
 * mean by {@link FrameSigma#PRIOR_VALUES} values' weight.
 *
 * <p>Where labels are predicted from old ones as well, that is read in the same evaluation.
 *
 * <p>The same to the last bit in any batch and order: draws follow from the model's place alone.
 */
public final class UncertainEnsemble {
  private final OutputLayerReader ensemble;
  private final SigmaReading sigma;
  private final LabelReading labels; // null where none are predicted
  private final MemberReading members; // null where the models are the members
  private final double[][][][] layers;

  /**
   * What is known of a frame.
   *
   * @param members whose deviation tells frames apart: the models, or those that are made of one
   * @param labels predicted from old ones; {@code null} where that was not asked for
   */
  public record Answer(FrameSigma sigma, Prediction[] members, PredictedLabels labels) {
    /**
     * How far the members disagree. Where they are made of one model, their forces as far as its
     * error of the frame is expected to be: by old labels where it has them, else by its standard
     * deviation, which knows more of a frame than the members do.
     *
     * @param error by old labels; {@code null} where there are none
     */
    public FrameDeviation deviation(ExpectedError error) {
      FrameDeviation found = Deviation.of(members);
      return members == sigma.models()
          ? found
          : found.widened(error == null ? sigma.force() : error.force());
    }
  }

  /**
   * Those of the models that predict labels from old ones.
   *
   * @param members models that use old labels
   * @param places of them in the ensemble, [members]
   * @param uncertainty of them as far as labels go
   */
  public record Predicting(
      List<LabelEnsemble.Member> members, int[] places, Uncertainty uncertainty) {}

  /**
   * @param models those of the ensemble, in its order
   * @param uncertainty of these models
   */
  public UncertainEnsemble(
      List<DeepPotential> models, OutputLayerReader ensemble, Uncertainty uncertainty) {
    this(models, ensemble, uncertainty, null, null);
  }

  /**
   * @param models those of the ensemble, in its order
   * @param uncertainty of these models
   * @param changes of the parameters of the one model, which make members of an ensemble of it,
   *     [members][size]; {@code null} where the models are the members
   * @param predicting {@code null} to predict no labels
   */
  public UncertainEnsemble(
      List<DeepPotential> models,
      OutputLayerReader ensemble,
      Uncertainty uncertainty,
      double[][] changes,
      Predicting predicting) {
    this.ensemble = ensemble;
    OtherLayers asked = new OtherLayers(models.size());
    int[] all = IntStream.range(0, models.size()).toArray();
    this.sigma = new SigmaReading(models, all, uncertainty, asked);
    this.labels =
        predicting == null
            ? null
            : new LabelReading(
                predicting.members(), predicting.places(), predicting.uncertainty(), asked);
    this.members =
        changes == null
            ? null
            : new MemberReading(models.get(0), 0, uncertainty.present(), changes, asked);
    this.layers = asked.all();
  }

  /**
   * @return in the frames' order
   * @throws org.dpsieve.error.InputException when an element is not in the type map
   */
  public List<FrameSigma> evaluate(List<Frame> frames) {
    return answer(frames).stream().map(Answer::sigma).toList();
  }

  /**
   * As {@link #evaluate}, with predicted labels.
   *
   * @param frames with old labels, of all kinds, some or none
   */
  public List<Answer> answer(List<Frame> frames) {
    List<Answer> answers = new ArrayList<>(frames.size());
    List<Reading[]> readings = ensemble.read(frames, layers);
    for (int k = 0; k < frames.size(); k++) {
      Reading[] read = readings.get(k);
      Prediction[] made = members == null ? null : members.of(read);
      FrameSigma said = sigma.of(read, made);
      answers.add(
          new Answer(
              said,
              made == null ? said.models() : made,
              labels == null ? null : labels.of(frames.get(k), read)));
    }
    return answers;
  }
}
