package org.dpsieve.label.siesta;

import java.io.IOException;
import java.util.List;
import org.dpsieve.label.Calculation;
import org.dpsieve.label.OutputReader;
import org.dpsieve.label.OutputText;
import org.dpsieve.label.TaskOutcome;
import org.dpsieve.label.TaskOutputs;
import org.dpsieve.label.UnexpectedText;

/** Output of SIESTA 3 and 4: a single point, or each geometry of a relaxation or dynamics. */
public final class SiestaReader implements OutputReader {
  private static final long serialVersionUID = 1;

  @Override
  public List<String> names() {
    return List.of("output");
  }

  @Override
  public Calculation read(String name, TaskOutputs folder) throws IOException {
    try (OutputText text = OutputText.of(folder, name)) {
      return SiestaRun.read(text);
    } catch (UnexpectedText e) {
      return Calculation.failed(TaskOutcome.UNPARSABLE, e.getMessage());
    }
  }
}
