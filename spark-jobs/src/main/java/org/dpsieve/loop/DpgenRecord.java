package org.dpsieve.loop;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.regex.Pattern;
import org.dpsieve.io.OwnFiles;

/**
 * {@code record.dpgen}: a line {@code iteration task} for each finished task, DP-GEN's nine per
 * iteration. For people and their scripts; what is finished is decided by the stages' manifests.
 */
final class DpgenRecord {
  private static final int TASKS = 9;
  private static final Pattern LINE = Pattern.compile("\\s*\\d+\\s+\\d+\\s*");

  /** The last of DP-GEN's tasks that a stage of ours completes. */
  enum Step {
    TRAIN(2),
    DEVIATION(4),
    PICK(5),
    LABEL(8);

    private final int lastTask;

    Step(int lastTask) {
      this.lastTask = lastTask;
    }
  }

  private final Path file;

  DpgenRecord(Path file) {
    this.file = file;
  }

  /** Everything up to and including this step is finished. */
  void finished(int iteration, Step step) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i <= iteration; i++) {
      for (int task = 0; task < (i < iteration ? TASKS : step.lastTask + 1); task++) {
        text.append(i).append(' ').append(task).append('\n');
      }
    }
    Workdir.replace(file, text.toString());
  }

  /**
   * How many tasks the file says are finished, counted over all iterations; 0 without a file. Lines
   * of another kind, and blank ones, which stop DP-GEN, are nothing.
   */
  long tasks() {
    if (!Files.exists(file)) {
      return 0;
    }
    return OwnFiles.lines(file).stream().filter(line -> LINE.matcher(line).matches()).count();
  }

  /** That number when this step has just been finished. */
  static long tasksUpTo(int iteration, Step step) {
    return (long) TASKS * iteration + step.lastTask + 1;
  }

  /** The steps of one iteration in order. */
  static Iterable<Step> steps() {
    return Arrays.asList(Step.values());
  }
}
