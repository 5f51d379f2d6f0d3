package org.dpsieve.label.siesta;

import org.dpsieve.label.Calculation;
import org.dpsieve.label.OutputText;
import org.dpsieve.label.TaskOutputs;
import org.dpsieve.label.TextReader;

/** Output of SIESTA 3 and 4: a single point, or each geometry of a relaxation or dynamics. */
public final class SiestaReader extends TextReader {
  private static final long serialVersionUID = 1;

  public SiestaReader() {
    super("output");
  }

  @Override
  protected Calculation read(OutputText text, String file, TaskOutputs folder) {
    return SiestaRun.read(text);
  }
}
