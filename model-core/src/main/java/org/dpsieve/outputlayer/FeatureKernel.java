package org.dpsieve.outputlayer;

import org.dpsieve.frame.Frame;

/** Finds the {@link FrameFeatures} of frames for one model. Not for several threads at once. */
public interface FeatureKernel extends AutoCloseable {
  /** Every element of the frame must be among the types solved for. */
  FrameFeatures of(Frame frame);

  @Override
  void close();
}
