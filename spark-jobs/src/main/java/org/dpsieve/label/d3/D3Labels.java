package org.dpsieve.label.d3;

import java.util.Optional;
import org.dpsieve.d3.D3Options;
import org.dpsieve.d3.DispersionD3;
import org.dpsieve.error.InputException;
import org.dpsieve.frame.Frame;
import org.dpsieve.frame.TypeElements;
import org.dpsieve.label.DirectLabeller;
import org.dpsieve.label.LabelResult;
import org.dpsieve.label.TaskOutcome;
import org.dpsieve.label.WildLabel;

/** {@code fp_style: d3}: DFT-D3 added to the stored label. */
public final class D3Labels implements DirectLabeller {
  private static final long serialVersionUID = 1;

  private final D3Options options;
  private final TypeElements elements;

  public D3Labels(D3Options options, TypeElements elements) {
    this.options = options;
    this.elements = elements;
  }

  @Override
  public String style() {
    return "d3";
  }

  @Override
  public Optional<Finding> check(Frame frame) {
    try {
      DispersionD3.requireLabel(frame);
    } catch (InputException e) {
      return Optional.of(new Finding("no stored label", e.getMessage()));
    }
    try {
      DispersionD3.requireKnown(elements.apply(frame));
    } catch (InputException e) {
      return Optional.of(new Finding("unfit for D3", e.getMessage()));
    }
    return WildLabel.stored(frame);
  }

  @Override
  public LabelResult label(Frame frame) {
    try {
      return LabelResult.finished(new DispersionD3(options).addTo(elements.apply(frame)));
    } catch (InputException e) {
      boolean labelled = frame.labels().energy() != null && frame.labels().force() != null;
      return LabelResult.failed(
          labelled ? TaskOutcome.CRASHED : TaskOutcome.MISSING_OUTPUT, e.getMessage());
    }
  }
}
