package org.dpsieve.label;

import java.io.Serializable;
import java.util.Optional;
import org.dpsieve.frame.Frame;

/** Says which frames are unfit to be labelled. Depends on nothing but the frame. */
public interface FrameScreen extends Serializable {
  /** Why the frame is never picked; empty when it may be. */
  Optional<Finding> check(Frame frame);

  /** The first finding of several screens. */
  static FrameScreen all(FrameScreen... screens) {
    return frame -> {
      for (FrameScreen screen : screens) {
        Optional<Finding> finding = screen.check(frame);
        if (finding.isPresent()) {
          return finding;
        }
      }
      return Optional.empty();
    };
  }

  /**
   * Why a frame is unfit.
   *
   * @param reason short and the same for all frames of a kind, to be counted by: {@code
   *     length_ratio}
   * @param detail with this frame's numbers: {@code 7.31, allowed 5}
   */
  record Finding(String reason, String detail) {}
}
