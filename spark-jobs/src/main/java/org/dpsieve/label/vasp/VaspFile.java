package org.dpsieve.label.vasp;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import org.dpsieve.frame.Labels;
import org.dpsieve.label.LabelResult;
import org.dpsieve.label.TaskOutcome;

/** One output file of VASP, of either kind, and how the run that left it ended. */
final class VaspFile {
  private VaspFile() {}

  /** Reads an OUTCAR or, by its first characters, a vasprun.xml. */
  static VaspRun read(InputStream in) throws IOException {
    InputStream buffered = new BufferedInputStream(in);
    buffered.mark(64);
    byte[] start = buffered.readNBytes(64);
    buffered.reset();
    String head = new String(start, StandardCharsets.ISO_8859_1).strip();
    return head.startsWith("<") ? VasprunReader.read(buffered) : OutcarReader.read(buffered);
  }

  /**
   * How a run ended, its labels not considered: finished when every ionic step is converged and the
   * file has its proper end.
   */
  static LabelResult outcome(VaspRun run, String name) {
    if (!run.problem().isEmpty()) {
      return LabelResult.failed(TaskOutcome.UNPARSABLE, name + ": " + run.problem());
    }
    long unconverged = run.steps().stream().filter(step -> !run.converged(step)).count();
    if (unconverged > 0) {
      return LabelResult.failed(
          TaskOutcome.UNCONVERGED,
          "%s: %d of %d ionic steps reached NELM = %d electronic steps"
              .formatted(name, unconverged, run.steps().size(), run.maxElectronicSteps()));
    }
    if (!run.complete()) {
      return LabelResult.failed(
          TaskOutcome.CRASHED,
          "%s ends after %d complete ionic steps, without its proper end"
              .formatted(name, run.steps().size()));
    }
    if (run.steps().isEmpty()) {
      return LabelResult.failed(
          TaskOutcome.UNPARSABLE, name + " holds no ionic step with energy and forces");
    }
    return LabelResult.finished(Labels.NONE);
  }
}
