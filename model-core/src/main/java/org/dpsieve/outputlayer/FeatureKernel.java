package org.dpsieve.outputlayer;

import java.util.List;
import org.dpsieve.frame.Frame;
import org.dpsieve.infer.EnsembleOptions;
import org.dpsieve.infer.LayerReader;
import org.dpsieve.model.DeepPotential;
import org.dpsieve.model.Precision;

/** Finds the {@link FrameFeatures} of frames for one model. Not for several threads at once. */
public interface FeatureKernel extends AutoCloseable {
  /**
   * The fast one where there is one for such a model, else one that goes back once for every
   * parameter.
   */
  static FeatureKernel of(DeepPotential model, OutputParameters parameters) {
    return GemmFeatures.knows(model)
        ? new GemmFeatures(model, parameters)
        : new LayerFeatures(LayerReader.of(List.of(model), EXACT), model, parameters);
  }

  /** By the nets rather than by tables of them. */
  EnsembleOptions EXACT = new EnsembleOptions(false, Precision.FLOAT64);

  /** Every element of the frame must be among the types solved for. */
  FrameFeatures of(Frame frame);

  /** Hears which frames will be asked for next, where that is faster together. */
  default void prepare(List<Frame> frames) {}

  @Override
  void close();
}
