package org.dpsieve.label.espresso;

import java.io.IOException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.dpsieve.label.Calculation;
import org.dpsieve.label.OutputText;
import org.dpsieve.label.TaskOutputs;
import org.dpsieve.label.TextReader;

/**
 * Output of Quantum ESPRESSO's {@code pw.x}, 5 to 7: {@code scf} and each geometry of {@code
 * relax}, {@code vc-relax} and {@code md}. A single point's cell and positions are those of the
 * input beside it (more digits) where there is one that says the same: {@code input} or, as dpdata
 * 1.1 finds it, the output's name with {@code in} for {@code out}.
 */
public final class PwscfReader extends TextReader {
  private static final long serialVersionUID = 1;

  public PwscfReader() {
    super("output");
  }

  @Override
  protected Calculation read(OutputText text, String file, TaskOutputs folder) throws IOException {
    PwscfRun run = PwscfRun.read(text);
    Set<String> inputs = new LinkedHashSet<>(List.of(file.replace("out", "in"), "input"));
    inputs.remove(file);
    for (String input : inputs) {
      if (beside(folder, input, given -> PwscfGeometry.ofInput(given).ifPresent(run::refine))) {
        break;
      }
    }
    return run.calculation();
  }
}
