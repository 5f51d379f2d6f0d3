package org.dpsieve.label.d4;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.List;
import java.util.Optional;
import org.dpsieve.config.reading.Block;
import org.dpsieve.frame.TypeElements;
import org.dpsieve.label.BatchStyle;
import org.dpsieve.label.LabelIdentity;
import org.dpsieve.label.Labeller;
import org.dpsieve.label.StyleKeys;
import org.dpsieve.label.StyleSettings;
import org.dpsieve.label.ase.AsePython;

/** {@code fp_style: d4}: DFT-D4 added to the stored label, by dftd4 itself. */
public final class D4Style extends BatchStyle {
  private static final String CHARGE = "charge";

  public D4Style() {
    super("d4");
  }

  @Override
  public boolean inProcesses() {
    return true;
  }

  @Override
  public boolean addsToStored() {
    return true;
  }

  @Override
  public Optional<StyleSettings> read(StyleKeys keys) {
    Block params = keys.file().blockOrEmpty(PARAMETERS);
    params.declare(List.of("functional", CHARGE, "python"));
    String functional = params.text("functional").orElse("pbe");
    JsonNode charge = JsonNodeFactory.instance.numberNode(0);
    if (params.has(CHARGE)) {
      charge = params.node().get(CHARGE);
      boolean own =
          charge.isObject()
              && charge.size() == 1
              && charge.path("fparam").isIntegralNumber()
              && charge.path("fparam").asInt() >= 0;
      if (!own && !(charge.isNumber() && Double.isFinite(charge.doubleValue()))) {
        params.error(
            CHARGE,
            "found %s, expected a number, or {\"fparam\": k} with the number of a frame parameter, from 0"
                .formatted(Block.describe(charge)));
      }
    }
    String python = AsePython.named(keys, params);
    params.finish();
    return Optional.of(new Settings(new DispersionD4(functional, charge, python), keys.elements()));
  }

  private record Settings(DispersionD4 dispersion, TypeElements elements) implements StyleSettings {
    @Override
    public String plan() {
      return "DFT-D4 of %s by dftd4, added to the stored label".formatted(dispersion.functional());
    }

    @Override
    public Labeller labeller() {
      return new D4Labels(dispersion, elements);
    }

    @Override
    public LabelIdentity identity() {
      return new LabelIdentity()
          .value(
              PARAMETERS,
              "D4 of %s, charge %s".formatted(dispersion.functional(), dispersion.charge()));
    }

    @Override
    public String reference() {
      return "the stored labels + D4 (%s)".formatted(dispersion.functional());
    }
  }
}
