package org.dpsieve.label.espresso;

import java.io.IOException;
import java.io.InputStream;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.dpsieve.label.Calculation;
import org.dpsieve.label.OutputReader;
import org.dpsieve.label.OutputText;
import org.dpsieve.label.TaskOutcome;
import org.dpsieve.label.TaskOutputs;
import org.dpsieve.label.UnexpectedText;

/**
 * Output of Quantum ESPRESSO's {@code pw.x}, 5 to 7: {@code scf} and each geometry of {@code
 * relax}, {@code vc-relax} and {@code md}. A single point's cell and positions are those of the
 * input beside it (more digits) where there is one that says the same: {@code input} or, as dpdata
 * 1.1 finds it, the output's name with {@code in} for {@code out}.
 */
public final class PwscfReader implements OutputReader {
  private static final long serialVersionUID = 1;

  @Override
  public List<String> names() {
    return List.of("output");
  }

  @Override
  public Calculation read(String name, TaskOutputs folder) throws IOException {
    try (OutputText text = OutputText.of(folder, name)) {
      PwscfRun run = PwscfRun.read(text);
      Set<String> inputs = new LinkedHashSet<>(List.of(name.replace("out", "in"), "input"));
      inputs.remove(name);
      for (String input : inputs) {
        Optional<InputStream> file = folder.open(input);
        if (file.isPresent()) {
          try (OutputText given = OutputText.of(file.get())) {
            PwscfGeometry.ofInput(given).ifPresent(run::refine);
          }
          break;
        }
      }
      return run.calculation();
    } catch (UnexpectedText e) {
      return Calculation.failed(TaskOutcome.UNPARSABLE, e.getMessage());
    }
  }
}
