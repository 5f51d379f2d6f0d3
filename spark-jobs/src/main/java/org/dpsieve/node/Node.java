package org.dpsieve.node;

import java.util.List;

/**
 * Where training and labelling run: this machine, Spark's executors, or a scheduler's queue.
 *
 * <p>A node finds again what it left running when the program ended, however that was: such a task
 * is waited for, not started a second time, whatever has been edited in machine.json since.
 */
public interface Node {
  /**
   * Finds out, before any work, whether tasks can be run at all: programs that are there, settings
   * that are understood, machines that answer.
   *
   * @throws org.dpsieve.error.InputException when not
   */
  void check();

  /**
   * Runs all tasks and returns when each has ended, well or not; a task that fails costs only
   * itself. Files that a task left behind before are removed first unless its attempt is still
   * under way.
   *
   * @return one end per task, by exit code alone, in any order
   * @throws org.dpsieve.error.InputException when none can be run: no program, no connection
   */
  List<TaskEnd> run(List<NodeTask> tasks, TaskListener listener);

  /**
   * Called from another thread when the program is told to stop while {@link #run} is under way.
   */
  void stop(OnExit onExit);
}
