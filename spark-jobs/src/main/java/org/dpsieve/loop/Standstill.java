package org.dpsieve.loop;

import java.util.List;
import java.util.stream.Collectors;
import org.dpsieve.text.Counted;

/** Where a run stands still until a person decides: what is said then, and the lists beside it. */
final class Standstill {
  private static final int SHOWN_FAILURES = 10;

  private final Workdir workdir;
  private final double ratioFailed;

  Standstill(Workdir workdir, double ratioFailed) {
    this.workdir = workdir;
    this.ratioFailed = ratioFailed;
  }

  /**
   * {@code ratio_failed}, as DP-GEN's {@code post_fp_check_fail}; and no label at all is no
   * progress.
   */
  void requireEnough(int iteration, Facts.Picks picks, Facts.Labels got) {
    long failed = got.failures().size();
    boolean tooMany = failed > ratioFailed * picks.picked();
    if (got.labelled() > 0 && !tooMany) {
      return;
    }
    throw new StalledException(
        "iteration %d: %,d of %s failed, %s.%n%sAll of them: %s%nMend the cause and run again%s; failed frames stay in the pool"
            .formatted(
                iteration,
                failed,
                Counted.of(picks.picked(), "label"),
                tooMany
                    ? "more than ratio_failed (%s) allows".formatted(ratioFailed)
                    : "so there is none to train on",
                got.failures().stream()
                    .limit(SHOWN_FAILURES)
                    .map(f -> "  %s: %s%n".formatted(f.frame(), f.reason()))
                    .collect(Collectors.joining()),
                workdir.failedLabels(iteration),
                tooMany ? ", or raise ratio_failed in the parameter file" : ""),
        got.failures());
  }

  void list(int iteration, List<Facts.Failure> failures) {
    if (failures.isEmpty()) {
      return;
    }
    StringBuilder text = new StringBuilder("frame_id\tframe\ttask\treason\n");
    for (Facts.Failure failure : failures) {
      String task = failure.task() == null ? "-" : failure.task();
      text.append(
          "%s\t%s\t%s\t%s\n".formatted(failure.frameId(), failure.frame(), task, failure.reason()));
    }
    Workdir.replace(workdir.failedLabels(iteration), text.toString());
  }

  /**
   * No candidate is left.
   *
   * @param list the failed frames, a line each under a line of titles
   */
  StalledException onFailed(int iteration, Facts.Picks picks, String list) {
    Workdir.replace(workdir.failedFrames(iteration), list);
    return new StalledException(
        "iteration %d: no candidate is left, only failed frames (at or above an upper trust level, or NaN): %d%n%sAll of them: %s%nChoices: raise model_devi_f_trust_hi (or _e_) in the parameter file so that they become candidates, and run again; or take result/ as it is, which does not cover them"
            .formatted(
                iteration,
                picks.failedLeft(),
                list.lines()
                    .limit(SHOWN_FAILURES + 1L)
                    .map(line -> "  " + line + System.lineSeparator())
                    .collect(Collectors.joining()),
                workdir.failedFrames(iteration)));
  }
}
