package org.dpsieve.label.vasp;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.dpsieve.label.Calculation;
import org.dpsieve.label.OutputReader;
import org.dpsieve.label.TaskOutcome;
import org.dpsieve.label.TaskOutputs;
import org.dpsieve.text.Counted;

/**
 * OUTCAR, as DP-GEN prefers it, or vasprun.xml: the geometries that dpdata 1.1 keeps ({@code
 * plugins/vasp.py}).
 */
public final class VaspReader implements OutputReader {
  private static final long serialVersionUID = 1;

  @Override
  public List<String> names() {
    return List.of("OUTCAR", "vasprun.xml");
  }

  @Override
  public Calculation read(String name, TaskOutputs folder) throws IOException {
    try (InputStream in = folder.open(name).orElseThrow()) {
      return calculation(read(in));
    }
  }

  /** Reads an OUTCAR or, by its first characters, a vasprun.xml. */
  static VaspRun read(InputStream in) throws IOException {
    InputStream buffered = new BufferedInputStream(in);
    buffered.mark(64);
    byte[] start = buffered.readNBytes(64);
    buffered.reset();
    String head = new String(start, StandardCharsets.ISO_8859_1).strip();
    return head.startsWith("<") ? VasprunReader.read(buffered) : OutcarReader.read(buffered);
  }

  /** Finished when every ionic step is converged and the file has its proper end. */
  static Calculation calculation(VaspRun run) {
    long unconverged = run.steps().stream().filter(step -> !run.converged(step)).count();
    int steps = run.steps().size();
    if (!run.problem().isEmpty()) {
      return calculation(run, TaskOutcome.UNPARSABLE, run.problem());
    }
    if (!run.fixedDensity().isEmpty()) {
      return calculation(
          run,
          TaskOutcome.UNCONVERGED,
          "%s: the charge density was kept as it was given (band structure, density of states), expected a self-consistent calculation"
              .formatted(run.fixedDensity()));
    }
    if (unconverged > 0) {
      return calculation(
          run,
          TaskOutcome.UNCONVERGED,
          "%,d of %s reached NELM = %s"
              .formatted(
                  unconverged,
                  Counted.of(steps, "ionic step"),
                  Counted.of(run.maxElectronicSteps(), "electronic step")));
    }
    if (!run.complete()) {
      return calculation(
          run,
          TaskOutcome.CRASHED,
          "ends after %s, without its proper end"
              .formatted(Counted.of(steps, "complete ionic step")));
    }
    if (steps == 0) {
      return calculation(run, TaskOutcome.UNPARSABLE, "holds no ionic step with energy and forces");
    }
    return calculation(run, TaskOutcome.FINISHED, "");
  }

  private static Calculation calculation(VaspRun run, TaskOutcome outcome, String reason) {
    return new Calculation(
        run.elements(),
        run.steps().stream()
            .map(
                step ->
                    new Calculation.Step(
                        step.cell(),
                        step.coord(),
                        step.energy(),
                        step.force(),
                        step.virial(),
                        run.converged(step)))
            .toList(),
        outcome,
        reason);
  }
}
