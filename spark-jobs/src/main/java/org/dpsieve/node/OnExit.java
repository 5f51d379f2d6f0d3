package org.dpsieve.node;

/** What becomes of queued and running tasks when the program is stopped. */
public enum OnExit {
  /** They go on; the next call finds them again. */
  KEEP,
  /** They are taken out of the queue and killed. */
  CANCEL
}
