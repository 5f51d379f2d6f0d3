package org.dpsieve.label.d3;

import java.util.List;
import java.util.Optional;
import org.dpsieve.config.reading.Block;
import org.dpsieve.error.InputException;
import org.dpsieve.frame.TypeElements;
import org.dpsieve.label.BatchStyle;
import org.dpsieve.label.LabelIdentity;
import org.dpsieve.label.Labeller;
import org.dpsieve.label.StyleKeys;
import org.dpsieve.label.StyleSettings;

/** {@code fp_style: d3}: DFT-D3 added to the stored label, in this process. */
public final class D3Style extends BatchStyle {

  public D3Style() {
    super("d3");
  }

  @Override
  public boolean addsToStored() {
    return true;
  }

  @Override
  public Optional<StyleSettings> read(StyleKeys keys) {
    Block params = keys.file().blockOrEmpty(PARAMETERS);
    params.declare(List.of("functional", "damping", "three_body", "cutoff", "cn_cutoff"));
    D3Config config =
        new D3Config(
            params.text("functional").orElse("pbe"),
            params.choice("damping", List.of("zero", "bj")).orElse("zero"),
            params.flag("three_body"),
            params.finite("cutoff", 0),
            params.finite("cn_cutoff", 0));
    try {
      config.options();
    } catch (InputException e) {
      keys.problems().error(keys.file().where(PARAMETERS) + ": " + e.getMessage());
    }
    params.finish();
    return Optional.of(new Settings(config, keys.elements()));
  }

  private record Settings(D3Config config, TypeElements elements) implements StyleSettings {
    @Override
    public String plan() {
      return "DFT-D3 of %s with %s damping%s, added to the stored label"
          .formatted(
              config.functional(),
              config.damping(),
              config.threeBody() ? " and three-body terms" : "");
    }

    @Override
    public Labeller labeller() {
      return new D3Labels(config.options(), elements);
    }

    @Override
    public LabelIdentity identity() {
      return new LabelIdentity().value(PARAMETERS, config.text());
    }

    @Override
    public String reference() {
      return "the stored labels + D3 (%s, %s damping)"
          .formatted(config.functional(), config.damping());
    }
  }
}
