package org.dpsieve.label.cp2k;

import java.io.IOException;
import org.dpsieve.label.Calculation;
import org.dpsieve.label.OutputText;
import org.dpsieve.label.TaskOutputs;
import org.dpsieve.label.TextReader;

/**
 * Output of a CP2K single point ({@code RUN_TYPE ENERGY_FORCE}), versions 6 to 2025. The output has
 * three decimals of the cell: it is taken from {@code input.inp} beside it where that says the
 * same.
 */
public final class Cp2kReader extends TextReader {
  private static final long serialVersionUID = 1;

  public Cp2kReader() {
    super("output");
  }

  @Override
  protected Calculation read(OutputText text, String file, TaskOutputs folder) throws IOException {
    Cp2kRun run = Cp2kRun.read(text);
    beside(folder, "input.inp", given -> Cp2kRun.inputCell(given).ifPresent(run::refine));
    return run.calculation();
  }
}
