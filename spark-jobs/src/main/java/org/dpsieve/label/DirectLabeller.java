package org.dpsieve.label;

import org.dpsieve.frame.Frame;

/** Labels a frame at once, in the process that holds it. */
public interface DirectLabeller extends Labeller {
  /** The frame's new label. Depends on the frame and the configuration alone. */
  LabelResult label(Frame frame);
}
