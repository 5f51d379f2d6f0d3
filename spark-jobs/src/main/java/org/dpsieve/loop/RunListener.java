package org.dpsieve.loop;

/** Hears how a run goes on, to show and to log it. */
public interface RunListener {
  /** A stage begins: {@code import, train, deviation, pick, label, result}. */
  void started(int iteration, String stage);

  /** It is in place. */
  void finished(int iteration, String stage, double seconds);

  /** An iteration is over, now or in an earlier start of the run. */
  void iteration(Summary.Iteration iteration);

  /** Something a person should know. */
  void note(String text);
}
