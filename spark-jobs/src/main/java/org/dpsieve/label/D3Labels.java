package org.dpsieve.label;

import java.util.Optional;
import org.dpsieve.config.D3Config;
import org.dpsieve.config.SimplifyConfig;
import org.dpsieve.d3.D3Options;
import org.dpsieve.d3.Damping;
import org.dpsieve.d3.DispersionD3;
import org.dpsieve.error.InputException;
import org.dpsieve.frame.Frame;
import org.dpsieve.frame.TypeElements;

/** {@code fp_style: d3}: DFT-D3 added to the stored label. */
public final class D3Labels implements DirectLabeller {
  private static final long serialVersionUID = 1;

  private final D3Options options;
  private final TypeElements elements;

  public D3Labels(D3Options options, TypeElements elements) {
    this.options = options;
    this.elements = elements;
  }

  static D3Labels of(SimplifyConfig config) {
    D3Config d3 = config.label().d3().orElseThrow();
    return new D3Labels(
        new D3Options(
            d3.functional(),
            Damping.of(d3.damping()),
            d3.cutoff().orElse(D3Options.PAIR_CUTOFF),
            d3.cnCutoff().orElse(D3Options.COORDINATION_CUTOFF)),
        config.elements());
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
