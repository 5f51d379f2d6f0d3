package org.dpsieve.spark.rescreen;

/** Hears how a rescreen goes on. */
public interface RescreenListener {
  /** A line for the user. */
  void say(String line);

  /** What is done now, until the next call. */
  void stage(String what);

  /** Evaluation begins; progress may be asked for at any time until the next stage. */
  void evaluating(Workload work, Progress progress);

  /** What is done so far. */
  interface Progress {
    long frames();

    long atoms();
  }
}
