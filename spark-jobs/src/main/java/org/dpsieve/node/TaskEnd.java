package org.dpsieve.node;

import java.io.Serializable;
import org.dpsieve.label.TaskOutcome;

/**
 * How a task ended.
 *
 * @param task its name
 * @param reason one sentence for a person; empty when finished
 * @param again whether another attempt may end otherwise
 * @param exitCode of its command; {@code null} where that is not known, or it never started
 */
public record TaskEnd(
    String task, TaskOutcome outcome, String reason, boolean again, Integer exitCode)
    implements Serializable {
  /** With exit code 0. */
  public static TaskEnd finished(String task) {
    return new TaskEnd(task, TaskOutcome.FINISHED, "", false, 0);
  }

  /** Something that may go better another time. */
  public static TaskEnd failed(String task, TaskOutcome outcome, String reason) {
    return new TaskEnd(task, outcome, reason, true, null);
  }

  /** By the exit code of its command: a shell's 126 and 127 say that there is no such program. */
  public static TaskEnd of(String task, int exitCode, String lastLine) {
    if (exitCode == 0) {
      return finished(task);
    }
    String said = lastLine.isEmpty() ? "" : ": " + lastLine;
    boolean program = exitCode != 126 && exitCode != 127;
    return new TaskEnd(
        task, TaskOutcome.CRASHED, "exit code " + exitCode + said, program, exitCode);
  }

  /** The same, with what its outputs say in the place of what its exit code does. */
  public TaskEnd judged(TaskOutcome outcome, String reason, boolean again) {
    return new TaskEnd(task, outcome, reason, again, exitCode);
  }

  /** The same with what its output says of a crash, which its exit code and log do not. */
  public TaskEnd explained(TaskOutcome found, String why) {
    return outcome == TaskOutcome.CRASHED && found == TaskOutcome.CRASHED
        ? new TaskEnd(task, outcome, "%s (%s)".formatted(why, reason), again, exitCode)
        : this;
  }

  public boolean isFinished() {
    return outcome == TaskOutcome.FINISHED;
  }
}
