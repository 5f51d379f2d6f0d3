package org.dpsieve.node;

import java.util.List;

/** Hears what becomes of tasks while they are run. Called by several threads. */
public interface TaskListener {
  /** Where a task stands. */
  enum State {
    /** To be sent, or for room on this machine. */
    WAITING,
    /** In a scheduler's queue. */
    QUEUED,
    RUNNING,
    /** Taken back when the program was stopped. */
    CANCELLED
  }

  /**
   * Tasks are now in this state.
   *
   * @param where {@code Slurm job 12}, {@code this machine, process 4711}; empty while waiting
   */
  void state(List<String> tasks, State state, String where);

  /** A task has ended. */
  void ended(TaskEnd end);

  /** Something a person should know. */
  default void note(String text) {}
}
