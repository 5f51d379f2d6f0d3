package org.dpsieve.label.gaussian;

import java.io.IOException;
import java.util.List;
import org.dpsieve.label.Calculation;
import org.dpsieve.label.OutputReader;
import org.dpsieve.label.OutputText;
import org.dpsieve.label.TaskOutcome;
import org.dpsieve.label.TaskOutputs;
import org.dpsieve.label.UnexpectedText;

/** Output of Gaussian 09 and 16: each geometry that has forces of the last job that has any. */
public final class GaussianReader implements OutputReader {
  private static final long serialVersionUID = 1;

  @Override
  public List<String> names() {
    return List.of("output");
  }

  @Override
  public Calculation read(String name, TaskOutputs folder) throws IOException {
    try (OutputText text = OutputText.of(folder, name)) {
      return GaussianRun.read(text);
    } catch (UnexpectedText e) {
      return Calculation.failed(TaskOutcome.UNPARSABLE, e.getMessage());
    }
  }
}
