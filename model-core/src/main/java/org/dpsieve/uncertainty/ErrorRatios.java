package org.dpsieve.uncertainty;

import java.io.Serializable;
import java.util.List;
import java.util.stream.DoubleStream;
import org.dpsieve.frame.Frame;
import org.dpsieve.frame.Labels;
import org.dpsieve.infer.Prediction;

/**
 * Errors of every model on labelled frames, over the standard deviation the ensemble gives.
 *
 * @param energy one for each frame with that label and model
 * @param force one for each component of such a frame and model
 */
public record ErrorRatios(double[] energy, double[] force) implements Serializable {
  /**
   * @param frames with labels, at least some
   * @param sigmas of these frames
   */
  public static ErrorRatios of(List<Frame> frames, List<FrameSigma> sigmas) {
    DoubleStream.Builder energy = DoubleStream.builder();
    DoubleStream.Builder force = DoubleStream.builder();
    for (int k = 0; k < frames.size(); k++) {
      Labels labels = frames.get(k).labels();
      FrameSigma sigma = sigmas.get(k);
      int atoms = frames.get(k).atomCount();
      for (Prediction model : sigma.models()) {
        if (labels.energy() != null) {
          energy.add((model.energy() - labels.energy()) / atoms / sigma.energy());
        }
        for (int c = 0; labels.force() != null && c < 3 * atoms; c++) {
          force.add((model.force()[c] - labels.force()[c]) / sigma.component()[c / 3]);
        }
      }
    }
    return new ErrorRatios(energy.build().toArray(), force.build().toArray());
  }
}
