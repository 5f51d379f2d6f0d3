package org.dpsieve.label.property;

import java.util.Arrays;
import java.util.Optional;
import org.dpsieve.frame.Frame;
import org.dpsieve.frame.Labels;
import org.dpsieve.frame.Property;
import org.dpsieve.label.DirectLabeller;
import org.dpsieve.label.LabelResult;
import org.dpsieve.label.WildLabel;

/** {@code labeled: true}: the values of the property are in the pool already. */
public final class StoredProperty implements DirectLabeller {
  private static final long serialVersionUID = 1;

  private final Property property;

  public StoredProperty(Property property) {
    this.property = property;
  }

  @Override
  public String style() {
    return "none";
  }

  @Override
  public Optional<Finding> check(Frame frame) {
    double[] value = frame.properties().get(property);
    if (value == null) {
      return Optional.of(new Finding("no stored label", property.name() + " is missing"));
    }
    return Arrays.stream(value).allMatch(Double::isFinite)
        ? Optional.empty()
        : Optional.of(new Finding("wild stored label", property.name() + " is no finite number"));
  }

  @Override
  public LabelResult label(Frame frame) {
    return check(frame)
        .map(LabelResult::missing)
        .orElseGet(
            () ->
                LabelResult.finished(
                        WildLabel.stored(frame).isEmpty() ? frame.labels() : Labels.NONE)
                    .with(frame.properties().get(property)));
  }
}
