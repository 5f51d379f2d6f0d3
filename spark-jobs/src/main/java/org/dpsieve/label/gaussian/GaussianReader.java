package org.dpsieve.label.gaussian;

import org.dpsieve.label.Calculation;
import org.dpsieve.label.OutputText;
import org.dpsieve.label.TaskOutputs;
import org.dpsieve.label.TextReader;

/** Output of Gaussian 09 and 16: each geometry that has forces of the last job that has any. */
public final class GaussianReader extends TextReader {
  private static final long serialVersionUID = 1;

  public GaussianReader() {
    super("output");
  }

  @Override
  protected Calculation read(OutputText text, String file, TaskOutputs folder) {
    return GaussianRun.read(text);
  }
}
