package org.dpsieve.label.abacus;

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
 * The log of an ABACUS run. It has six digits of the cell: a single geometry's cell and positions
 * are those of the STRU beside it where that says the same.
 */
public final class AbacusReader implements OutputReader {
  private static final long serialVersionUID = 1;

  @Override
  public List<String> names() {
    return List.of("OUT.ABACUS/running_scf.log");
  }

  @Override
  public Calculation read(String name, TaskOutputs folder) throws IOException {
    try (OutputText text = OutputText.of(folder, name)) {
      AbacusRun run = AbacusRun.read(text);
      Optional<InputStream> input = folder.open("INPUT");
      if (input.isPresent()) {
        try (OutputText given = OutputText.of(input.get())) {
          run.settings(given);
        }
      }
      Optional<InputStream> structure = folder.open("STRU");
      if (structure.isPresent()) {
        try (OutputText given = OutputText.of(structure.get())) {
          AbacusStructure.of(given).ifPresent(run::refine);
        }
      }
      return run.calculation();
    } catch (UnexpectedText e) {
      return Calculation.failed(TaskOutcome.UNPARSABLE, e.getMessage());
    }
  }
}
