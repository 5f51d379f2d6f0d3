package org.dpsieve.label;

/**
 * What gives a picked frame its new label: {@link BatchLabeller} where the frame is, or {@link
 * TaskLabeller} by a program that runs elsewhere. Each belongs to an {@link FpStyle}. It is sent to
 * executors, so it holds what it needs and reads no files there. Its screen names the frames it
 * cannot label; they are never picked.
 */
public interface Labeller extends FrameScreen {
  /** As {@code fp_style} names it. */
  String style();

  /** Names the frames that it cannot label, without what it labels the others by. */
  default FrameScreen screen() {
    return this;
  }
}
