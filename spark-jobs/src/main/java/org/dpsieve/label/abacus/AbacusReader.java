package org.dpsieve.label.abacus;

import java.io.IOException;
import org.dpsieve.label.Calculation;
import org.dpsieve.label.OutputText;
import org.dpsieve.label.TaskOutputs;
import org.dpsieve.label.TextReader;

/**
 * The log of an ABACUS run. It has six digits of the cell: a single geometry's cell and positions
 * are those of the STRU beside it where that says the same.
 */
public final class AbacusReader extends TextReader {
  private static final long serialVersionUID = 1;

  public AbacusReader() {
    super("OUT.ABACUS/running_scf.log");
  }

  @Override
  protected Calculation read(OutputText text, String file, TaskOutputs folder) throws IOException {
    AbacusRun run = AbacusRun.read(text);
    beside(folder, "INPUT", run::settings);
    beside(folder, "STRU", given -> AbacusStructure.of(given).ifPresent(run::refine));
    return run.calculation();
  }
}
