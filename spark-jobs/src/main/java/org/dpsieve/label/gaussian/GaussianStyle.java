package org.dpsieve.label.gaussian;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.dpsieve.config.reading.Block;
import org.dpsieve.frame.TypeElements;
import org.dpsieve.label.KindLabels;
import org.dpsieve.label.OutputReader;
import org.dpsieve.label.ProgramConfig;
import org.dpsieve.label.ProgramKeys;
import org.dpsieve.label.ProgramStyle;
import org.dpsieve.label.TaskLabeller;

/** {@code fp_style: gaussian}. */
public final class GaussianStyle extends ProgramStyle {
  private static final Set<String> CONVERGENCE = Set.of("nproc");

  public GaussianStyle() {
    super("gaussian", List.of("fp_params", "user_fp_params"), CONVERGENCE);
  }

  @Override
  protected ProgramConfig settings(ProgramKeys given) {
    given.require("{\"keywords\": \"force b3lyp/6-31g**\", \"nproc\": 4}");
    given.block().ifPresent(GaussianStyle::check);
    return given.config();
  }

  private static void check(Block block) {
    if (block.require("keywords", "a route, e.g. \"force b3lyp/6-31g**\"")) {
      block.textOrTexts("keywords");
    }
    if (block.require("nproc", "the number of processors")) {
      block.integer("nproc", 1);
    }
    JsonNode multiplicity = block.has("multiplicity") ? block.node().get("multiplicity") : null;
    if (multiplicity != null
        && !multiplicity.asText().equals("auto")
        && !(multiplicity.isIntegralNumber() && multiplicity.intValue() > 0)) {
      block.error(
          "multiplicity", "found %s, expected a number from 1 or \"auto\"".formatted(multiplicity));
    }
    block.integer("charge", -1000);
    block.bool("fragment_guesses");
    block.text("basis_set");
    block.textOrTexts("keywords_high_multiplicity");
    block.finish();
  }

  @Override
  protected TaskLabeller labeller(
      List<String> typeMap, TypeElements elements, ProgramConfig config) {
    return KindLabels.ofElements(typeMap, elements, map -> GaussianLabeller.load(map, config));
  }

  @Override
  public Optional<OutputReader> outputs() {
    return Optional.of(new GaussianReader());
  }
}
