package org.dpsieve.label;

import java.util.Optional;
import org.dpsieve.frame.Frame;

/** {@code labeled: true}: the labels wanted are in the pool already. */
public final class StoredLabels implements DirectLabeller {
  private static final long serialVersionUID = 1;

  @Override
  public String style() {
    return "none";
  }

  @Override
  public Optional<Finding> check(Frame frame) {
    if (frame.labels().energy() == null || frame.labels().force() == null) {
      return Optional.of(
          new Finding(
              "no stored label",
              frame.labels().energy() == null ? "energy is missing" : "force is missing"));
    }
    return WildLabel.stored(frame);
  }

  @Override
  public LabelResult label(Frame frame) {
    return check(frame)
        .map(LabelResult::missing)
        .orElseGet(() -> LabelResult.finished(frame.labels()));
  }
}
