package org.dpsieve.label.dpdata;

import java.util.List;
import java.util.Set;
import org.dpsieve.config.reading.Block;
import org.dpsieve.frame.TypeElements;
import org.dpsieve.label.KindLabels;
import org.dpsieve.label.OutputReader;
import org.dpsieve.label.ProgramConfig;
import org.dpsieve.label.ProgramKeys;
import org.dpsieve.label.ProgramStyle;
import org.dpsieve.label.TaskLabeller;

/** {@code fp_style: custom}: any program whose formats dpdata knows. */
public final class CustomStyle extends ProgramStyle {
  public CustomStyle() {
    super("custom", List.of("fp_params"), Set.of());
  }

  @Override
  protected ProgramConfig settings(ProgramKeys given) {
    given.require("{\"input_fmt\", \"input_fn\", \"output_fmt\", \"output_fn\"}");
    given.block().ifPresent(CustomStyle::check);
    return given.config();
  }

  private static void check(Block block) {
    List<String> keys = List.of("input_fmt", "input_fn", "output_fmt", "output_fn");
    block.declare(keys); // or each would pass for another one misspelt
    for (String key : keys) {
      if (block.require(key, "a string")) {
        block.text(key);
      }
    }
    block.finish();
  }

  /**
   * Reads outputs of a format.
   *
   * @param format dpdata's name of it
   */
  public OutputReader outputs(String format) {
    return DpdataReader.of(format, "output");
  }

  @Override
  protected TaskLabeller labeller(
      List<String> typeMap, TypeElements elements, ProgramConfig config) {
    return KindLabels.ofElements(typeMap, elements, map -> CustomLabeller.load(map, config));
  }
}
