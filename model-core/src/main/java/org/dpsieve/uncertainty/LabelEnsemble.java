package org.dpsieve.uncertainty;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.dpsieve.frame.Frame;
import org.dpsieve.infer.EnsembleOptions;
import org.dpsieve.infer.OutputLayerReader;
import org.dpsieve.infer.Reading;
import org.dpsieve.model.DeepPotential;
import org.dpsieve.outputlayer.OldShare;

/**
 * Labels at the new level of theory, y_old + Δ: a model trained on new labels says y_new, its fit
 * to the old labels says y_fit, and what that leaves of a frame's own old label, y_old - y_fit, is
 * left of the new one, too, or a share s of it. So y = y_new + s (y_old - y_fit), where y_fit is
 * what the same nets say with another output layer: half an evaluation more. The mean over the
 * models is the label. Its standard deviation is the posterior's, as {@link UncertainEnsemble} has
 * it.
 *
 * <p>The same to the last bit in any batch and order.
 */
public final class LabelEnsemble implements AutoCloseable {
  private final OutputLayerReader ensemble;
  private final LabelReading labels;
  private final double[][][][] layers;

  /**
   * One model.
   *
   * @param model trained on new labels
   * @param fitted its parameters fitted to old labels, of the types that have new ones, as {@link
   *     org.dpsieve.outputlayer.OutputParameters#readWithLevels}
   * @param share of what that fit leaves
   */
  public record Member(DeepPotential model, double[] fitted, OldShare share)
      implements Serializable {}

  /**
   * @param members of one type map, at least one
   * @param uncertainty of these models
   */
  public LabelEnsemble(List<Member> members, Uncertainty uncertainty, EnsembleOptions options) {
    OtherLayers asked = new OtherLayers(members.size());
    this.labels =
        new LabelReading(members, IntStream.range(0, members.size()).toArray(), uncertainty, asked);
    this.layers = asked.all();
    this.ensemble = OutputLayerReader.of(members.stream().map(Member::model).toList(), options);
  }

  /**
   * @param frames with old labels, of all kinds or some
   * @return in the frames' order
   * @throws org.dpsieve.error.InputException when an element is not in the type map
   */
  public List<PredictedLabels> evaluate(List<Frame> frames) {
    List<PredictedLabels> all = new ArrayList<>(frames.size());
    List<Reading[]> readings = ensemble.read(frames, layers);
    for (int k = 0; k < frames.size(); k++) {
      all.add(labels.of(frames.get(k), readings.get(k)));
    }
    return all;
  }

  /** Why nothing is known of a frame, by its geometry; empty where that is not the cause. */
  public Optional<String> problem(Frame frame) {
    return ensemble.problem(frame);
  }

  @Override
  public void close() {
    ensemble.close();
  }
}
