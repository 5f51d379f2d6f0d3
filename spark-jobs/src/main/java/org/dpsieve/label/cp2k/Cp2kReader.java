package org.dpsieve.label.cp2k;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Optional;
import org.dpsieve.label.Calculation;
import org.dpsieve.label.OutputReader;
import org.dpsieve.label.OutputText;
import org.dpsieve.label.TaskOutcome;
import org.dpsieve.label.TaskOutputs;
import org.dpsieve.label.UnexpectedText;

/**
 * Output of a CP2K single point ({@code RUN_TYPE ENERGY_FORCE}), versions 6 to 2025. The output has
 * three decimals of the cell: it is taken from {@code input.inp} beside it where that says the
 * same.
 */
public final class Cp2kReader implements OutputReader {
  private static final long serialVersionUID = 1;

  @Override
  public List<String> names() {
    return List.of("output");
  }

  @Override
  public Calculation read(String name, TaskOutputs folder) throws IOException {
    try (OutputText text = OutputText.of(folder, name)) {
      Cp2kRun run = Cp2kRun.read(text);
      Optional<InputStream> input = folder.open("input.inp");
      if (input.isPresent()) {
        try (OutputText given = OutputText.of(input.get())) {
          Cp2kRun.inputCell(given).ifPresent(run::refine);
        }
      }
      return run.calculation();
    } catch (UnexpectedText e) {
      return Calculation.failed(TaskOutcome.UNPARSABLE, e.getMessage());
    }
  }
}
